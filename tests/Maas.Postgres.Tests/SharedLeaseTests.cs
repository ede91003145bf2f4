using System.Globalization;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Testing;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Virtual;

namespace Maas.Postgres.Tests;

/// <summary>Two hosts on one link with the leases of one database, and clients that ask both.</summary>
public sealed class SharedLeaseTests
{
    private const int Clients = 200;

    private static readonly DhcpSubnet Subnet = new()
    {
        Network = IPNetwork.Parse("10.0.0.0/22"),
        Ranges = [AddressRange.Parse("10.0.0.10-10.0.3.250")],
    };

    [Fact(Timeout = 120_000)]
    public async Task No_address_is_assigned_twice_while_the_database_and_a_host_come_and_go()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync();
        var options = server.NewOptions();
        var network = new VirtualNetwork(seed: 13);
        await using var first = await Host.StartAsync(network, "10.0.0.1", options);
        await using var second = await Host.StartAsync(network, "10.0.0.2", options);

        var leases = await AcquireAsync(network, 0, Clients);
        await CheckAsync(leases, options, stop);
        foreach (var host in (Host[])[first, second]) await host.KnowsAsync(leases.Count);

        // Known clients keep their addresses, and new ones get one, while there is no database.
        await server.StopAsync("immediate");
        var again = await AcquireAsync(network, 0, 50);
        foreach (var (client, lease) in again) lease.Address.Should().Be(leases[client].Address);
        foreach (var (client, lease) in await AcquireAsync(network, Clients, 50)) leases[client] = lease;
        leases.Values.Select(lease => lease.Address).Should().OnlyHaveUniqueItems().And.HaveCount(Clients + 50);
        (first.Leases.Unwritten + second.Leases.Unwritten).Should().BeGreaterThanOrEqualTo(50);

        // What was granted meanwhile is in the database once it is back.
        await server.StartAsync();
        foreach (var host in (Host[])[first, second])
            while (host.Leases.IsStoreAway || host.Leases.Unwritten > 0) await Task.Yield();
        await CheckAsync(leases, options, stop);

        // The host is gone that has answered most of them: all are answered by the other, under its own identifier.
        var gone = leases.Values.Count(lease => lease.Server.Equals(first.Address)) > leases.Count / 2 ? first : second;
        var left = gone == first ? second : first;
        await left.KnowsAsync(leases.Count);
        await gone.KillAsync();
        foreach (var (client, lease) in await AcquireAsync(network, 0, Clients))
        {
            lease.Address.Should().Be(leases[client].Address);
            lease.Server.Should().Be(left.Address);
        }

        foreach (var (client, lease) in await AcquireAsync(network, 300, 50)) leases[client] = lease;
        await CheckAsync(leases, options, stop);
    }

    private static async Task<Dictionary<int, DhcpLease>> AcquireAsync(VirtualNetwork network, int first, int count)
    {
        var acquired = await network.RunAsync(() => Task.WhenAll(Enumerable.Range(first, count).Select(async client =>
        {
            var mac = HardwareOf(client);
            var log = new MachineLog(network.TimeProvider);
            var lease = await new DhcpClient(new SimulatedNetwork { Virtual = network }, mac, log, network.TimeProvider)
                .AcquireAsync(DhcpClientProfile.Dhclient($"node-{client}"), CancellationToken.None);
            return (Client: client, Lease: lease);
        })));
        acquired.Should().OnlyContain(each => each.Lease != null);
        return acquired.ToDictionary(each => each.Client, each => each.Lease!); // checked above
    }

    /// <summary>Compares what the clients have with the database.</summary>
    private static async Task CheckAsync(Dictionary<int, DhcpLease> leases, PostgresStoreOptions options, CancellationToken stop)
    {
        leases.Values.Select(lease => lease.Address).Should().OnlyHaveUniqueItems();
        await using var store = new PostgresLeaseStore(options);
        var stored = (await store.ReadAsync(Guid.CreateVersion7(), 0, stop)).Leases.ToDictionary(entry => entry.Lease.Address);
        foreach (var (client, lease) in leases)
            stored[lease.Address].Should().Match<SharedLease>(entry =>
                entry.Server == null && entry.Lease.State == LeaseState.Bound && entry.Lease.Hardware == HardwareOf(client));
    }

    private static HardwareAddress HardwareOf(int client) => HardwareAddress.Parse(
        string.Create(CultureInfo.InvariantCulture, $"52:54:00:00:{client >> 8:x2}:{client & 0xff:x2}"));

    /// <summary>A DHCP server, its leases and its connections.</summary>
    private sealed class Host(PostgresLeaseStore store, SharedLeaseAllocator leases, IPAddress address) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _running = Task.CompletedTask;

        public SharedLeaseAllocator Leases => leases;

        public IPAddress Address => address;

        public static async Task<Host> StartAsync(VirtualNetwork network, string address, PostgresStoreOptions options)
        {
            var store = new PostgresLeaseStore(options);
            var leases = await SharedLeaseAllocator.OpenAsync([Subnet], store);
            var host = new Host(store, leases, IPAddress.Parse(address));
            var services = network.AddHost(address, host.Address).Attach(new BootServices { Addresses = leases });
            var server = new DhcpServer(new DhcpServerOptions { Interfaces = { VirtualHost.InterfaceName } }, services);
            host._running = server.RunAsync(host._stop.Token);
            return host;
        }

        /// <summary>Waits until it knows so many leases, of whichever host.</summary>
        public async Task KnowsAsync(int count)
        {
            while (leases.Leases.List().Count(lease => lease.State == LeaseState.Bound) < count) await Task.Yield();
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
            await leases.DisposeAsync();
            await store.DisposeAsync();
            _stop.Dispose();
        }
    }
}
