using System.Net;
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

    private static MaasNetworkOptions Leasing(string range) => new() { Range6 = AddressRange6.Parse(range) };
}
