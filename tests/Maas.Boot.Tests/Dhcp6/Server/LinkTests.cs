using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Net;
using Maas.Boot.RouterAdvertisement;
using Maas.Boot.Tests.Dhcp4.Server;
using Maas.Boot.Tests.Dhcp6.Leases;
using Maas.Judges;

namespace Maas.Boot.Tests.Dhcp6.Server;

/// <summary>What a server finds on a real link before it answers there, and while it advertises.</summary>
[Collection("network namespaces")]
public sealed class LinkTests : IBootObserver
{
    private static readonly Dhcp6Subnet Subnet = new()
    {
        Network = IPNetwork.Parse("fd00:67::/64"),
        Ranges = [AddressRange6.Parse("fd00:67::1000-fd00:67::10ff")]
    };

    private readonly BlockingCollection<BootObservation> _observed = [];

    void IBootObserver.Observe(BootObservation observation) => _observed.Add(observation);

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // asked as a relay then
    public async Task A_server_that_leases_addresses_does_not_start_beside_another_and_says_which(bool isClientPortTaken)
    {
        await using var lab = await LabAsync();
        using var other = await OtherAsync(lab, "fd00:67::50,fd00:67::60,64");
        using var client = VethLab.Inside(lab.Server, () => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp));
        if (isClientPortTaken) client.Bind(new IPEndPoint(IPAddress.IPv6Any, 546));
        var addresses = await LeaseAllocator6.OpenAsync([Subnet], new MemoryLeaseStore6());

        var act =
            () => VethLab.Inside(lab.Server, () => Server(addresses).RunAsync(CancellationToken.None)).WaitAsync(TimeSpan.FromSeconds(20));
        var refusal = (await act.Should().ThrowAsync<DhcpServerConflictException>()).Which;
        refusal.Server.IsIPv6LinkLocal.Should().BeTrue();
        refusal.Interface.Should().Be("vs");
        Observed<BootObservation.OtherServerSeen>().Should().Match<BootObservation.OtherServerSeen>(o =>
            o.Identifier == refusal.Identifier
                && o.Identifier != null
                && o.Server!.Equals(refusal.Server)
                && o.Link == "vs"
                && Subnet.Network.Contains(o.Client!));
    }

    [Fact]
    public async Task A_server_that_has_no_address_for_strangers_is_reported_and_in_nobodys_way()
    {
        await using var lab = await LabAsync();
        using var other = await OtherAsync(lab, "fd00:67::,static,64");
        var addresses = await LeaseAllocator6.OpenAsync([Subnet], new MemoryLeaseStore6());
        using var stop = new CancellationTokenSource();
        var server = Server(addresses);
        var running = VethLab.Inside(lab.Server, () => server.RunAsync(stop.Token));
        await server.Listening.WaitAsync(TimeSpan.FromSeconds(20));
        Observed<BootObservation.OtherServerSeen>().Client.Should().BeNull();
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Another_router_is_reported_with_what_it_claims()
    {
        await using var lab = await LabAsync();
        using var other = await OtherAsync(lab, "fd00:67::50,fd00:67::60,64", "--enable-ra");
        using var stop = new CancellationTokenSource();
        var options = new RouterAdvertiserOptions { Interfaces = { "vs" }, LongestIntervalSeconds = 4 };
        var running = VethLab.Inside(
            lab.Server, () => new RouterAdvertiser(options, new BootServices { Observer = this }).RunAsync(stop.Token));
        var router = Observed<BootObservation.OtherRouterSeen>();
        router.Should()
            .BeEquivalentTo(new
            {
                Link = "vs",
                ManagedAddresses = true,
                OtherConfiguration = true,
                RouterLifetime = TimeSpan.FromMinutes(30)
            });
        router.Router.IsIPv6LinkLocal.Should().BeTrue();
        router.Hardware.Should().NotBeNull().And.Be(router.Router.EthernetWithin());
        await stop.CancelAsync();
        await running;
    }

    private static async Task<VethLab> LabAsync()
    {
        var lab = await VethLab.CreateAsync("fd00:67::1/64", "fd00:67::9/64");
        await lab.SettleAsync();
        return lab;
    }

    private static async Task<StartedProgram> OtherAsync(VethLab lab, string range, params string[] more)
    {
        var other = new StartedProgram(Judge.Start("ip",
        [
            "netns", "exec", lab.Client, "dnsmasq", "-d", "--user=root", "-p0", "-C", "/dev/null", "--interface=vc",
            $"--dhcp-range={range}", "--dhcp-leasefile=/dev/null", "--pid-file", .. more,
        ]));
        while (await other.Process.StandardError.ReadLineAsync() is { } line && !line.Contains("DHCPv6,", StringComparison.Ordinal)) { }
        return other;
    }

    private Dhcp6Server Server(LeaseAllocator6 addresses) =>
        new(new Dhcp6ServerOptions { Interfaces = { "vs" } }, new BootServices { Addresses6 = addresses, Observer = this });

    private T Observed<T>() where T : BootObservation
    {
        while (_observed.TryTake(out var observation, TimeSpan.FromSeconds(20)))
            if (observation is T expected) return expected;
        throw new TimeoutException($"no {typeof(T).Name}");
    }

    private sealed record StartedProgram(Process Process) : IDisposable
    {
        public void Dispose()
        {
            Process.Kill(entireProcessTree: true);
            Process.Dispose();
        }
    }
}
