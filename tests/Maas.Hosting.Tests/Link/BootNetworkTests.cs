using System.Net;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Maas.Hosting.Link;

namespace Maas.Hosting.Tests.Link;

public class BootNetworkTests
{
    private static readonly IPNetwork Prefix = IPNetwork.Parse("fd00:77::/64");

    [Fact]
    public void A_prefix_alone_is_enough_to_lease_from() =>
        BootNetwork.Subnet6(Prefix, new MaasNetworkOptions()).Should()
        .BeEquivalentTo(new { Network = Prefix, Ranges = new[] { AddressRange6.Parse("fd00:77::1000-fd00:77::1fff") } });

    [Fact]
    public void A_range_outside_of_the_prefix_and_a_prefix_too_small_for_the_usual_one_are_refused()
    {
        FluentActions.Invoking(() => BootNetwork.Subnet6(Prefix, Leasing("fd00:78::1-fd00:78::9"))).Should()
            .Throw<InvalidOperationException>().WithMessage("*not inside*");
        FluentActions.Invoking(() => BootNetwork.Subnet6(IPNetwork.Parse("fd00:77::/120"), new MaasNetworkOptions())).Should()
            .Throw<InvalidOperationException>().WithMessage("*small*");
        BootNetwork.Subnet6(IPNetwork.Parse("fd00:77::/120"), Leasing("fd00:77::10-fd00:77::1f")).Ranges.Should()
            .ContainSingle();
    }

    [Fact]
    public void IPv6_without_an_address_of_the_prefix_on_the_interface_is_refused() =>
        FluentActions.Invoking(() => BootNetwork.For(new MaasNetworkOptions { Interface = "lo", Prefix6 = Prefix })).Should()
            .Throw<InvalidOperationException>().WithMessage("*lo has no address of the prefix fd00:77::/64*");

    [Fact]
    public void A_link_without_IPv4_serves_no_DHCPv4_and_lets_machines_make_addresses_of_the_prefix()
    {
        var own = IPAddress.Parse("fd00:77::1");
        var options = new MaasNetworkOptions { Interface = "eth6", Prefix6 = Prefix, Mode = DhcpMode.Observe };
        using var links = new ServedLinks();
        var network = new BootNetwork(own, Prefix) { Address6 = own };
        links.Set(new ServedLink("six", options, network, null));

        var boot = network.ServerOptions(options, new MaasOptions(), new WebAddress(new MaasOptions { HttpPort = 5240 }));

        (network.HasIPv4, boot.Dhcp, boot.Address).Should().Be((false, null, own));
        boot.Dhcp6!.ServerAddress.Should().Be(own);
        boot.RouterAdvertisement!.Prefixes.Should().ContainSingle().Which.IsAutonomous.Should().BeTrue();
        links.AddressFor(own).Should().Be(own, "machines have no other way");
        new WebAddress(new MaasOptions { HttpPort = 5240 }).Api(own).Should().Be(new Uri("http://[fd00:77::1]:5240/MAAS"));
    }

    [Fact]
    public void A_host_names_itself_over_IPv6_too_and_resolves_names_there()
    {
        var (own, own6) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00:77::1"));
        var options = new MaasNetworkOptions { Interface = "eth6", Prefix6 = Prefix, Mode = DhcpMode.Full };
        var network = new BootNetwork(own, IPNetwork.Parse("10.0.0.0/24")) { Address6 = own6 };

        var boot = network.ServerOptions(options, new MaasOptions(), new WebAddress(new MaasOptions { HttpPort = 5240 }));

        network.LinkSubnet6(Prefix, options).NameServers.Should().Equal(own6);
        (boot.Dns!.Listen, boot.Dns6!.Listen).Should().Be((new IPEndPoint(own, 53), new IPEndPoint(own6, 53)));
        boot.Dns6.Networks.Should().Equal(boot.Dns.Networks).And.Contain(Prefix);
        boot.Dns6.ServerAddresses.Should().Equal(own, own6);
        boot.RouterAdvertisement!.NameServers.Should().BeEmpty("those are advertised that DHCPv6 names");
    }

    [Fact]
    public void A_host_that_resolves_no_names_or_has_name_servers_set_does_not_name_itself_over_IPv6()
    {
        var network = new BootNetwork(IPAddress.Parse("10.0.0.1"), IPNetwork.Parse("10.0.0.0/24"))
        {
            Address6 = IPAddress.Parse("fd00:77::1"),
        };
        var without = new MaasNetworkOptions { Prefix6 = Prefix, Mode = DhcpMode.Full, Services = LinkServices.Time };
        var chosen = new MaasNetworkOptions { Prefix6 = Prefix, Mode = DhcpMode.Full };
        chosen.NameServers.Add(IPAddress.Parse("10.0.0.53"));
        chosen.NameServers.Add(IPAddress.Parse("fd00:77::53"));

        network.LinkSubnet6(Prefix, without).NameServers.Should().BeEmpty();
        network.LinkSubnet6(Prefix, chosen).NameServers.Should().Equal(IPAddress.Parse("fd00:77::53"));
    }

    private static MaasNetworkOptions Leasing(string range) => new() { Range6 = AddressRange6.Parse(range) };
}
