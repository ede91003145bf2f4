using System.Net;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.RouterAdvertisement;
using Maas.Boot.Tests.Dhcp6.Leases;

namespace Maas.Boot.Tests.RouterAdvertisement;

/// <summary>Which name servers are advertised: those of DHCPv6 as they are now, unless the options name some.</summary>
public sealed class AdvertisedNameServersTests
{
    private static readonly IPNetwork Prefix = IPNetwork.Parse("fd00:77::/64");
    private static readonly IPAddress Host = IPAddress.Parse("fd00:77::1"), Peer = IPAddress.Parse("fd00:77::2");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_that_DHCPv6_names_now_are_advertised()
    {
        var leases = await LeaseAllocator6.OpenAsync([SubnetWith(Host)], new MemoryLeaseStore6(), cancellationToken: Token);
        var options = new RouterAdvertiserOptions { Prefixes = { new AdvertisedPrefix { Network = Prefix } } };
        RouterAdvertiser.NameServersOf(options, leases).Should().Equal(Host);

        leases.ReplaceSubnets([SubnetWith(Host, Peer)]);

        var servers = RouterAdvertiser.NameServersOf(options, leases);
        servers.Should().Equal([Host, Peer], "a peer joined");
        Convert.ToHexStringLower(AdvertisementMessage.Write(options, [], isFarewell: false, servers)).Should().EndWith(
            "19050000" + "00000708" + "fd000077000000000000000000000001" + "fd000077000000000000000000000002");
    }

    [Fact]
    public async Task Those_of_the_options_come_first_and_other_prefixes_have_none()
    {
        var leases = await LeaseAllocator6.OpenAsync([SubnetWith(Host)], new MemoryLeaseStore6(), cancellationToken: Token);
        var chosen = new RouterAdvertiserOptions
        {
            Prefixes = { new AdvertisedPrefix { Network = Prefix } }, NameServers = { Peer },
        };
        var other = new RouterAdvertiserOptions { Prefixes = { new AdvertisedPrefix { Network = IPNetwork.Parse("fd00:78::/64") } } };

        RouterAdvertiser.NameServersOf(chosen, leases).Should().Equal(Peer);
        RouterAdvertiser.NameServersOf(other, leases).Should().BeEmpty();
        RouterAdvertiser.NameServersOf(other, null).Should().BeEmpty();
    }

    private static Dhcp6Subnet SubnetWith(params IPAddress[] servers) => new()
    {
        Network = Prefix, Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::1fff")], NameServers = servers,
    };
}
