using System.Net;
using Maas.Boot.Dhcp6.Leases;
using Maas.Hosting.Link;

namespace Maas.Hosting.Tests.Link;

public class BootNetworkTests
{
    private static readonly IPNetwork Prefix = IPNetwork.Parse("fd00:77::/64");

    [Fact]
    public void A_prefix_alone_is_enough_to_lease_from() =>
        BootNetwork.Subnet6(Prefix, null).Should()
        .BeEquivalentTo(new { Network = Prefix, Ranges = new[] { AddressRange6.Parse("fd00:77::1000-fd00:77::1fff") } });

    [Fact]
    public void A_range_outside_of_the_prefix_and_a_prefix_too_small_for_the_usual_one_are_refused()
    {
        FluentActions.Invoking(() => BootNetwork.Subnet6(Prefix, AddressRange6.Parse("fd00:78::1-fd00:78::9"))).Should()
            .Throw<InvalidOperationException>().WithMessage("*not inside*");
        FluentActions.Invoking(() => BootNetwork.Subnet6(IPNetwork.Parse("fd00:77::/120"), null)).Should()
            .Throw<InvalidOperationException>().WithMessage("*small*");
        BootNetwork.Subnet6(IPNetwork.Parse("fd00:77::/120"), AddressRange6.Parse("fd00:77::10-fd00:77::1f")).Ranges.Should()
            .ContainSingle();
    }

    [Fact]
    public void IPv6_without_an_interface_or_without_an_address_of_the_prefix_on_it_is_refused()
    {
        FluentActions.Invoking(() => BootNetwork.For(new MaasOptions { Prefix6 = Prefix })).Should().Throw<InvalidOperationException>()
            .WithMessage("*network interface*");
        FluentActions.Invoking(() => BootNetwork.For(new MaasOptions { Interface = "lo", Prefix6 = Prefix })).Should()
            .Throw<InvalidOperationException>().WithMessage("*lo has no address of the prefix fd00:77::/64*");
    }
}
