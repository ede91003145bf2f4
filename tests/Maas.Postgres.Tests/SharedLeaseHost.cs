using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;
using Maas.Testing.Virtual;

namespace Maas.Postgres.Tests;

/// <summary>A host on the link: servers of both versions of DHCP, their leases and its connections.</summary>
internal sealed class SharedLeaseHost : IAsyncDisposable
{
    private readonly PostgresLeaseStore _store;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private SharedLeaseHost(int number, PostgresLeaseStore store, SharedLeaseAllocator leases, SharedLeaseAllocator6 leases6)
    {
        _store = store;
        (Leases, Leases6) = (leases, leases6);
        Address = IPAddress.Parse($"10.0.0.{number}");
        Address6 = IPAddress.Parse($"fd00:77::{number}");
        Identifier = Duid.Parse($"00:03:00:01:52:54:00:ff:00:0{number}");
    }

    public SharedLeaseAllocator Leases { get; }

    public SharedLeaseAllocator6 Leases6 { get; }

    /// <summary>Its IPv4 address: its server identifier, the router and the name server that it tells.</summary>
    public IPAddress Address { get; }

    public IPAddress Address6 { get; }

    public Duid Identifier { get; }

    /// <summary>Whether both versions' leases are as they should be while the database answers.</summary>
    public bool IsSettled => !Leases.IsStoreAway && !Leases6.IsStoreAway && Leases.Unwritten + Leases6.Unwritten == 0;

    public static async Task<SharedLeaseHost> StartAsync(
        VirtualNetwork network, int number, PostgresStoreOptions options, DhcpLoadSplitOptions? split = null)
    {
        var address = IPAddress.Parse($"10.0.0.{number}");
        var subnet = new DhcpSubnet
        {
            Network = IPNetwork.Parse("10.0.0.0/22"),
            Ranges = [AddressRange.Parse("10.0.0.10-10.0.3.250")],
            Exclusions = [AddressRange.Parse("10.0.0.1-10.0.0.9")],
            Routers = [address],
            NameServers = [address],
        };
        var subnet6 = new Dhcp6Subnet
        {
            Network = IPNetwork.Parse("fd00:77::/64"),
            Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::13ff")],
            NameServers = [IPAddress.Parse($"fd00:77::{number}")],
        };
        var store = new PostgresLeaseStore(options);
        var host = new SharedLeaseHost(
            number, store, await SharedLeaseAllocator.OpenAsync([subnet], store.Leases),
            await SharedLeaseAllocator6.OpenAsync([subnet6], store.Leases6));
        var services = network.AddHost($"host-{number}", host.Address, host.Address6)
            .Attach(new BootServices { Addresses = host.Leases, Addresses6 = host.Leases6 });
        var server = new DhcpServer(
            new DhcpServerOptions { Interfaces = { VirtualHost.InterfaceName }, LoadSplit = split }, services);
        var server6 = new Dhcp6Server(
            new Dhcp6ServerOptions { Interfaces = { VirtualHost.InterfaceName }, ServerIdentifier = host.Identifier }, services);
        host._running = Task.WhenAll(server.RunAsync(host._stop.Token), server6.RunAsync(host._stop.Token));
        return host;
    }

    /// <summary>Waits until it knows so many leases, of whichever host.</summary>
    public async Task KnowsAsync(int count)
    {
        while (Leases.Leases.List().Count(lease => lease.State == LeaseState.Bound) < count) await Task.Yield();
    }

    /// <summary>Waits until it knows so many IPv6 leases, of whichever host.</summary>
    public async Task Knows6Async(int count)
    {
        while (Leases6.Leases.List().Count(lease => lease.State == LeaseState.Bound) < count) await Task.Yield();
    }

    /// <summary>Waits until it can lease so many addresses of each version by itself.</summary>
    public async Task HasReserveAsync(int count)
    {
        while (Math.Min(Leases.FreeInReserve, Leases6.FreeInReserve) < count) await Task.Yield();
    }

    /// <summary>It answers no more, and gives nothing back.</summary>
    public async Task KillAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Leases.DisposeAsync();
        await Leases6.DisposeAsync();
        await _store.DisposeAsync();
        _stop.Dispose();
    }
}
