using System.Net;
using CsCheck;
using Maas.Core.Topology;

namespace Maas.Core.Tests.Topology;

public class SubnetUseTests
{
    private static readonly Subnet Lan = new()
    {
        Id = 1, VlanId = 1, Cidr = IPNetwork.Parse("10.0.0.0/24"), Gateway = IPAddress.Parse("10.0.0.1"),
        DnsServers = [IPAddress.Parse("10.0.0.2"), IPAddress.Parse("192.0.2.1")],
    };

    [Fact]
    public void Every_address_is_in_one_range_with_its_purposes()
    {
        var use = Of(Lan, ["10.0.0.3", "10.0.0.101"], Range(IpRangeType.Dynamic, 100, 199), Range(IpRangeType.Reserved, 200, 209));

        use.All.Select(Text).Should().Equal(
            "10.0.0.1-10.0.0.1 gateway-ip", "10.0.0.2-10.0.0.2 dns-server", "10.0.0.3-10.0.0.3 assigned-ip", "10.0.0.4-10.0.0.99 unused",
            "10.0.0.100-10.0.0.100 dynamic", "10.0.0.101-10.0.0.101 assigned-ip,dynamic", "10.0.0.102-10.0.0.199 dynamic",
            "10.0.0.200-10.0.0.209 reserved", "10.0.0.210-10.0.0.254 unused");
        use.Total.Should().Be((UInt128)254);
        use.NextFree().Should().Be(IPAddress.Parse("10.0.0.4"));
        use.Unreserved.Select(Text).Should().Equal("10.0.0.3-10.0.0.99 unused", "10.0.0.210-10.0.0.254 unused");
    }

    [Fact]
    public void A_subnet_that_is_not_managed_gives_addresses_of_its_reserved_ranges_only()
    {
        var use = Of(Lan with { Managed = false }, ["10.0.0.200"], Range(IpRangeType.Reserved, 200, 201));
        use.NextFree().Should().Be(IPAddress.Parse("10.0.0.201"));
        Of(Lan with { Managed = false }, ["10.0.0.200", "10.0.0.201"], Range(IpRangeType.Reserved, 200, 201)).NextFree().Should().BeNull();
        Of(Lan with { Managed = false }, []).NextFree().Should().BeNull();
    }

    [Theory]
    [InlineData("10.0.0.0/30", "10.0.0.1", "10.0.0.2")]
    [InlineData("10.0.0.0/31", "10.0.0.0", "10.0.0.1")]
    [InlineData("10.0.0.9/32", "10.0.0.9", "10.0.0.9")]
    [InlineData("fd00::/127", "fd00::", "fd00::1")]
    [InlineData("fd00::/64", "fd00::1:0:0", "fd00::ffff:ffff:ffff:ffff")]
    [InlineData("fd00::/112", "fd00::1", "fd00::ffff")]
    public void The_free_addresses_of_an_empty_subnet_are(string cidr, string first, string last)
    {
        var use = Of(new Subnet { Id = 1, Cidr = IPNetwork.Parse(cidr) }, []);
        (use.Free[0].Start.ToString(), use.Free[^1].End.ToString()).Should().Be((first, last));
    }

    [Fact]
    public void The_ranges_partition_the_subnet_whatever_is_used()
    {
        var ranges = Gen.Select(Gen.Bool, Gen.Int[0, 255], Gen.Int[0, 255]).Array[0, 5];
        Gen.Select(ranges, Gen.Int[0, 255].Array[0, 20], Gen.Bool).Sample((some, assigned, managed) =>
        {
            IpRange[] used =
            [
                .. some.Select(each => Range(
                    each.Item1 ? IpRangeType.Dynamic : IpRangeType.Reserved,
                    Math.Min(each.Item2, each.Item3), Math.Max(each.Item2, each.Item3))),
            ];
            var use = Of(Lan with { Managed = managed }, [.. assigned.Select(each => $"10.0.0.{each}")], used);
            var next = AddressOf(1);
            foreach (var range in use.All)
            {
                range.Start.Should().Be(IPAddress.Parse(next));
                range.Count.Should().BeGreaterThan(0);
                var last = range.End.GetAddressBytes()[3];
                foreach (var number in Enumerable.Range(range.Start.GetAddressBytes()[3], last - range.Start.GetAddressBytes()[3] + 1))
                    range.Purposes.Contains("assigned-ip").Should().Be(assigned.Contains(number), $"{number} in {Text(range)}");
                next = AddressOf(last + 1);
            }

            next.Should().Be("10.0.0.255");
            (use.Free.Sum(range => (long)range.Count) + use.Used.Sum(range => (long)range.Count)).Should().Be(254);
            if (use.NextFree() is { } free) assigned.Should().NotContain(free.GetAddressBytes()[3]);
        });
    }

    private static string AddressOf(int last) => $"10.0.0.{last}";

    private static IpRange Range(IpRangeType type, int first, int last) => new()
    {
        SubnetId = 1, Type = type, Start = IPAddress.Parse(AddressOf(first)), End = IPAddress.Parse(AddressOf(last)),
    };

    private static string Text(AddressUse use) => $"{use.Start}-{use.End} {string.Join(',', use.Purposes)}";

    private static SubnetUse Of(Subnet subnet, string[] assigned, params IpRange[] ranges) =>
        new TopologySnapshot(1, [], [], [], [], [], [], [subnet], ranges, [], []).UseOf(subnet, assigned.Select(IPAddress.Parse));
}
