using System.Net;
using CsCheck;
using Maas.Boot.Net;

namespace Maas.Boot.Tests.Net;

public class IPv4AddressTests
{
    private static readonly Gen<IPv4Address> Address = Gen.UInt.Select(value => new IPv4Address(value));

    [Fact]
    public void It_is_the_same_address_as_an_object_and_on_the_wire() => Address.Sample(address =>
    {
        var octets = new byte[4];
        address.WriteTo(octets);
        IPv4Address.Read(octets).Should().Be(address);
        new IPAddress(octets).Should().Be(address.ToIPAddress());
        address.ToIPAddress().ToIPv4().Should().Be(address);
        address.ToString().Should().Be(address.ToIPAddress().ToString());
    });

    [Fact]
    public void Its_networks_are_those_of_the_framework() => Gen.Select(Address, Address, Gen.Int[0, 32]).Sample((address, other, length) =>
    {
        var network = new IPNetwork(address.FirstOf(length).ToIPAddress(), length);
        foreach (var inside in (IPv4Address[])[address, address.FirstOf(length), address.LastOf(length)])
            network.Contains(inside).Should().BeTrue();
        network.Contains(other).Should().Be(network.Contains(other.ToIPAddress()));
    });

    [Fact]
    public void Zero_is_no_address()
    {
        default(IPv4Address).ToIPAddress().Should().Be(IPAddress.Any);
        default(IPv4Address).ToIPAddressOrNull().Should().BeNull();
        IPv4Address.Broadcast.ToIPAddressOrNull().Should().Be(IPAddress.Broadcast);
    }

    [Fact]
    public void An_IPv6_address_is_refused() =>
        FluentActions.Invoking(() => IPAddress.IPv6Loopback.ToIPv4()).Should().Throw<ArgumentException>();
}
