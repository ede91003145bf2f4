using System.Net;
using Maas.Core;
using Maas.Hosting.Evidence;

namespace Maas.Hosting.Tests.Evidence;

public class RecentAddressesTests
{
    private static readonly MacAddress One = MacAddress.Parse("52:54:00:00:00:01"), Two = MacAddress.Parse("52:54:00:00:00:02");

    [Fact]
    public void An_address_belongs_to_the_machine_that_used_it_last()
    {
        var seen = new RecentAddresses(capacity: 10);
        seen.Remember(IPAddress.Parse("10.0.0.1"), One);
        seen.Remember(IPAddress.Parse("10.0.0.1"), Two);
        seen.Find(IPAddress.Parse("10.0.0.1")).Should().Be(Two);
        seen.Find(IPAddress.Parse("10.0.0.2")).Should().BeNull();
    }

    [Fact]
    public void A_flood_of_addresses_pushes_out_those_not_seen_for_longest()
    {
        var seen = new RecentAddresses(capacity: 2);
        seen.Remember(IPAddress.Parse("10.0.0.1"), One);
        seen.Remember(IPAddress.Parse("10.0.0.2"), One);
        seen.Remember(IPAddress.Parse("10.0.0.1"), One);
        seen.Remember(IPAddress.Parse("10.0.0.3"), One);
        seen.Find(IPAddress.Parse("10.0.0.1")).Should().Be(One);
        seen.Find(IPAddress.Parse("10.0.0.2")).Should().BeNull();
    }
}
