using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>Which of several servers answers a client (RFC 3074).</summary>
public sealed class LoadSplitterTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("", 0)]
    [InlineData("616263", 170)]
    [InlineData("525400000001", 149)]
    [InlineData("525400000002", 101)]
    [InlineData("01525400000001", 28)]
    public void The_hash_is_that_of_the_RFCs_algorithm(string key, byte hash) =>
        LoadSplitter.Hash(Convert.FromHexString(key)).Should().Be(hash, "the section's code in C computes it");

    [Fact]
    public void A_hash_of_one_octet_takes_each_value_once() =>
        Enumerable.Range(0, 256).Select(octet => LoadSplitter.Hash([(byte)octet])).Should().OnlyHaveUniqueItems();

    [Fact]
    public void The_identifier_counts_before_the_hardware_address()
    {
        var request = Discover(1);
        LoadSplitter.BucketOf(request).Should().Be(149);

        request.Options.Set(DhcpOptionCode.ClientIdentifier, [1, 0x52, 0x54, 0, 0, 0, 1]);

        LoadSplitter.BucketOf(request).Should().Be(28);
    }

    [Fact]
    public void Each_client_is_answered_at_once_by_one_server()
    {
        var servers = Enumerable.Range(0, 3).Select(number => Splitter(number, 3)).ToList();

        var own = Enumerable.Range(0, 200).Select(client => Discover((byte)client)).Select(request =>
            servers.FindAll(server => !server.IsLeft(AddressRequestKind.Discover, request)).Should().ContainSingle().Subject).ToList();

        own.GroupBy(server => server).Should().OnlyContain(group => group.Count() > 40).And.HaveCount(3);
    }

    [Fact]
    public void A_client_that_asks_in_vain_is_answered_by_all()
    {
        var splitter = Splitter(0); // 149 is in the upper half
        var request = Discover(1);

        splitter.IsLeft(AddressRequestKind.Discover, request).Should().BeTrue();
        request.SecondsElapsed = 3;
        splitter.IsLeft(AddressRequestKind.Discover, request).Should().BeFalse("another server may be gone");
        request.SecondsElapsed = 0;
        splitter.IsLeft(AddressRequestKind.Discover, request).Should().BeTrue();
        splitter.IsLeft(AddressRequestKind.Discover, request).Should().BeFalse("it asks for the third time, and says no seconds");
        _time.Advance(TimeSpan.FromMinutes(2));
        splitter.IsLeft(AddressRequestKind.Discover, request).Should().BeTrue();
    }

    [Theory]
    [InlineData(AddressRequestKind.Select)]
    [InlineData(AddressRequestKind.Extend)]
    [InlineData(AddressRequestKind.TookAnother)]
    [InlineData(AddressRequestKind.InUse)]
    [InlineData(AddressRequestKind.Release)]
    [InlineData(AddressRequestKind.Inform)]
    public void A_message_for_one_server_or_of_a_lease_is_left_to_no_other(AddressRequestKind kind) =>
        Splitter(0).IsLeft(kind, Discover(1)).Should().BeFalse();

    [Fact]
    public void A_number_without_a_server_is_refused()
    {
        var make = () => Splitter(2);

        make.Should().Throw<ArgumentException>().WithMessage("*between 2 servers*");
    }

    private LoadSplitter Splitter(int server, int servers = 2) =>
        new(new DhcpLoadSplitOptions { Server = server, Servers = servers }, _time);

    private static DhcpMessage Discover(byte client) => new()
    {
        Hardware = new HardwareAddress(HardwareAddress.Ethernet, [0x52, 0x54, 0, 0, 0, client]), Type = DhcpMessageType.Discover,
    };
}
