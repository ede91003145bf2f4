using System.Net;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dns;
using Maas.Boot.Net;
using Maas.Boot.Tests.Dhcp4.Leases;

namespace Maas.Boot.Tests.Hostile;

/// <summary>
/// What made parsers of DHCP and DNS loop, crash or write where they should not, by the advisory that told of it.
/// <c>tests/Maas.Fuzz.Tests</c> looks for more.
/// </summary>
public sealed class HostileDhcpParsingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-hostile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(1000)]
    public async Task CVE_2012_3571_A_client_identifier_of_any_length_ends_in_an_answer(int length)
    {
        // ISC dhcpd: an identifier of no length sent it into an endless loop.
        var scene = await LeaseScene.OpenAsync();
        var message = LeaseScene.From(length);
        message.Options.Set(DhcpOptionCode.ClientIdentifier, new byte[length]);
        scene.Ask(AddressRequestKind.Discover, message).Rule.Should().NotBeEmpty();
    }

    [Fact]
    public async Task CVE_2018_5733_Renewing_one_lease_a_hundred_thousand_times_keeps_one_entry()
    {
        // ISC dhcpd: a reference count that overflowed.
        var scene = await LeaseScene.OpenAsync();
        var address = scene.Lease(1);
        for (var i = 0; i < 100_000; i++) scene.Ask(AddressRequestKind.Extend, 1, address).Kind.Should().Be(AddressResultKind.Grant);
        scene.Addresses.List().Should().ContainSingle();
    }

    [Theory]
    [InlineData("")]
    [InlineData("4c454153")]
    [InlineData("4c454153ffffffff00000000000000010000000001")]
    [InlineData("4c4541537fffffff00000000000000010000000001")]
    [InlineData("4c4541530000000000000000000000010000000001")]
    public async Task CVE_2021_25217_A_lease_file_with_impossible_lengths_is_read_to_its_last_whole_write(string tail)
    {
        // ISC dhcpd and dhclient: a lease file's parser ran over a buffer of the stack.
        var path = Path.Combine(_folder, "leases");
        await using (var journal = LeaseJournal.Open(path)) await journal.WriteAsync(new[] { ALease(1) }, default);
        await using (var file = new FileStream(path, FileMode.Append)) await file.WriteAsync(Convert.FromHexString(tail));
        await using var again = LeaseJournal.Open(path);
        (await again.ReadAsync(default).ToListAsync()).Should().ContainSingle();
    }

    [Theory]
    [InlineData("CVE-2017-14491", "00010100000100000000000101610000010001c00c0029100000000000ffff")]
    [InlineData("CVE-2017-14495", "000101000001000000000001016100000100010000290200000000000004000000000000")]
    [InlineData("CVE-2017-14496", "0001010000010000000000010161000001000100002902000000000000080005fff0aaaaaaaa")]
    [InlineData("CVE-2017-13704", "000101000001000000000001016100000100010000290000000000000000")]
    public void The_seven_of_2017_in_DNS_are_refused_or_answered_within_bounds(string advisory, string hex)
    {
        // dnsmasq: EDNS options with lengths of their own making, a UDP size of nothing.
        var message = Convert.FromHexString(hex);
        var parsed = DnsQuery.TryParse(message, out var query, out var malformed);
        if (!parsed) return;
        query.UdpSize.Should().BeInRange(512, 65_535, advisory);
        var written = new byte[Math.Min(query.UdpSize, DnsResponseWriter.MaxUdpSize)];
        var code = malformed ? DnsResponseCode.FormatError : DnsResponseCode.Refused;
        DnsResponseWriter.WriteCode(query, message, code, recursionAvailable: false, written)
            .Should()
            .BeInRange(DnsQuery.HeaderLength, written.Length, advisory);
    }

    [Theory]
    [InlineData("CVE-2017-14492", DhcpOptionCode.VendorClass)]
    [InlineData("CVE-2017-14493", DhcpOptionCode.RelayAgentInformation)]
    [InlineData("CVE-2017-14494", DhcpOptionCode.ClientIdentifier)]
    [InlineData("Go panic insomniacslk/dhcp 382", DhcpOptionCode.UserClass)]
    [InlineData("Go panic insomniacslk/dhcp 583", DhcpOptionCode.ClientArchitecture)]
    [InlineData("simple_dhcp_server 26", DhcpOptionCode.VendorSpecific)]
    [InlineData("proxyDHCPd 3", DhcpOptionCode.ClientMachineIdentifier)]
    [InlineData("loop of pointers", DhcpOptionCode.DomainSearch)]
    [InlineData("loop of routes", DhcpOptionCode.ClasslessStaticRoute)]
    [InlineData("vendor-identifying", (DhcpOptionCode)125)]
    public async Task Every_option_with_every_length_and_filling_ends_in_an_answer(string advisory, DhcpOptionCode code)
    {
        var scene = await LeaseScene.OpenAsync();
        var source = BootFileLocator.On(IPAddress.Parse("10.0.0.1"), httpBase: new Uri("http://10.0.0.1/"));
        var server = IPAddress.Parse("10.0.0.1").ToIPv4();
        foreach (var filling in (byte[])[0, 1, 2, 4, 63, 0x7f, 0xc0, 0xff])
            for (var length = 0; length <= 300; length++)
            {
                var message = LeaseScene.From(1);
                message.Options.Set(DhcpOptionCode.VendorClass, "PXEClient");
                var value = Enumerable.Repeat(filling, length).ToArray();
                message.Options.Set(code, value);
                var wire = new byte[2000];
                message.TryWrite(wire, out var written).Should().BeTrue();
                DhcpMessage.TryParse(wire.AsSpan(0, written), out var read).Should().BeTrue(advisory);
                _ = ClasslessRoute.TryParse(value, out _);
                _ = DomainSearchList.TryParse(value, out _);
                _ = RelayAgentInformation.Parse(value);
                _ = MachineIdentifier.Of(read!);
                var boot = FirmwareClient4.Of(read!) is { } firmware
                    ? BootParameters.For(firmware, new BootInstruction.LocalDisk(), read!.Hardware, source)
                    : null;
                var reply = new DhcpMessage();
                if (DhcpResponder.Respond(
                    read!, new DhcpResponseContext(server, scene.Ask(AddressRequestKind.Discover, read!), boot), reply))
                    DhcpResponder.Write(reply, new byte[DhcpResponder.LongestReplyTo(read!)])
                        .Should()
                        .BeGreaterThan(0, $"{advisory}, {length} times {filling}");
            }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Overloaded_fields_that_overload_again_are_read_once(byte overload)
    {
        // RFC 2132 section 9.3: option 52 inside of file or sname would lead in a circle.
        var datagram = new byte[300];
        (datagram[0], datagram[1], datagram[2]) = (1, 1, 6);
        byte[] cookie = [0x63, 0x82, 0x53, 0x63, 52, 1, overload, 255], again = [52, 1, 3, 224, 1, 7, 255];
        cookie.CopyTo(datagram, 236);
        again.CopyTo(datagram, 44);
        again.CopyTo(datagram, 108);
        DhcpMessage.TryParse(datagram, out var message).Should().BeTrue();
        message!.Options.Get((DhcpOptionCode)224).Length.Should().Be(overload == 3 ? 2 : 1);
    }

    [Fact]
    public void An_option_repeated_until_the_datagram_is_full_is_joined_in_one_pass()
    {
        var datagram = new byte[240 + 64_000];
        (datagram[0], datagram[1], datagram[2]) = (1, 1, 6);
        byte[] cookie = [0x63, 0x82, 0x53, 0x63];
        cookie.CopyTo(datagram, 236);
        for (var i = 240; i + 1 < datagram.Length; i += 2) datagram[i] = 77; // of no length each
        DhcpMessage.TryParse(datagram, out var message).Should().BeTrue();
        message!.Options.Count.Should().Be(1);
    }

    private static Lease ALease(int number) => new()
    {
        Address = IPAddress.Parse($"10.0.0.{number}"),
        Client = new ClientIdentifier([1, 2, (byte)number]),
        State = LeaseState.Bound,
        Since = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(100),
    };
}
