using System.Globalization;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Testing.Dhcp;
using Maas.Testing.Virtual;

namespace Maas.Postgres.Tests;

/// <summary>Two hosts on one link with the IPv6 leases of one database, and clients that ask both.</summary>
public sealed class SharedLease6Tests
{
    private const int Clients = 100;

    [Fact(Timeout = 120_000)]
    public async Task No_address_is_assigned_twice_while_the_database_and_a_host_come_and_go()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync();
        var options = server.NewOptions();
        var network = new VirtualNetwork(seed: 16);
        await using var first = await SharedLeaseHost.StartAsync(network, 1, options);
        await using var second = await SharedLeaseHost.StartAsync(network, 2, options);

        var leases = await AcquireAsync(network, 0, Clients);
        await CheckAsync(leases, options, stop);
        foreach (var host in (SharedLeaseHost[])[first, second])
        {
            await host.Knows6Async(leases.Count);
            await host.HasReserveAsync(60); // of 124 and more, of which it keeps a half
        }

        // Known clients keep their addresses, and new ones get one, while there is no database.
        await server.StopAsync("immediate");
        foreach (var (client, lease) in await AcquireAsync(network, 0, 30)) lease.Address.Should().Be(leases[client].Address);
        foreach (var (client, lease) in await AcquireAsync(network, Clients, 30)) leases[client] = lease;
        leases.Values.Select(lease => lease.Address).Should().OnlyHaveUniqueItems().And.HaveCount(Clients + 30);
        (first.Leases6.Unwritten + second.Leases6.Unwritten).Should().BeGreaterThanOrEqualTo(30);

        // What was granted meanwhile is in the database once it is back.
        await server.StartAsync();
        foreach (var host in (SharedLeaseHost[])[first, second])
            while (!host.IsSettled) await Task.Yield();
        await CheckAsync(leases, options, stop);

        // The host is gone that has answered most of them: all are answered by the other, under its own identifier.
        var gone = leases.Values.Count(lease => lease.Server == first.Identifier) > leases.Count / 2 ? first : second;
        var left = gone == first ? second : first;
        await left.Knows6Async(leases.Count);
        await gone.KillAsync();
        foreach (var (client, lease) in await AcquireAsync(network, 0, Clients))
        {
            lease.Address.Should().Be(leases[client].Address);
            lease.Server.Should().Be(left.Identifier);
        }

        foreach (var (client, lease) in await AcquireAsync(network, 200, 30)) leases[client] = lease;
        await CheckAsync(leases, options, stop);
    }

    /// <summary>RFC 8415 sections 18.2.4 and 18.2.5: RENEW names the server, REBIND asks all.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_client_of_a_host_that_is_gone_rebinds_at_the_other_one_and_keeps_its_address()
    {
        var options = (await PostgresServer.GetSharedAsync()).NewOptions();
        List<VirtualDatagram> sent = [];
        var network = new VirtualNetwork(seed: 17) { DatagramSent = sent.Add };
        await using var first = await SharedLeaseHost.StartAsync(network, 1, options);
        await using var second = await SharedLeaseHost.StartAsync(network, 2, options);
        var lease = (await AcquireAsync(network, 0, 1))[0];
        var (gone, left) = lease.Server == first.Identifier ? (first, second) : (second, first);
        await left.Knows6Async(1);
        await gone.KillAsync();
        var before = sent.Count;

        using var client = new Dhcp6Client(network, HardwareOf(0));
        var kept = await network.RunAsync(() => client.ExtendAsync(lease)).WaitAsync(TestContext.Current.CancellationToken);

        kept!.Address.Should().Be(lease.Address);
        kept.Server.Should().Be(left.Identifier);
        kept.NameServers.Should().Equal(left.Address6);
        var types = sent.Skip(before).Where(datagram => datagram.Destination.Port == 547).Select(d => d.Payload.Span[0]).ToList();
        types[..^1].Should().NotBeEmpty().And.OnlyContain(type => type == 5, "no server answers RENEW");
        types[^1].Should().Be(6, "REBIND");
        network.Elapsed.Should().BeGreaterThan(lease.RebindsAfter).And.BeLessThan(lease.Valid);
    }

    private static async Task<Dictionary<int, Dhcp6Lease>> AcquireAsync(VirtualNetwork network, int first, int count)
    {
        var acquired = await network.RunAsync(() => Task.WhenAll(Enumerable.Range(first, count).Select(async number =>
        {
            using var client = new Dhcp6Client(network, HardwareOf(number));
            return (Client: number, Lease: await client.AcquireAsync());
        })));
        acquired.Should().OnlyContain(each => each.Lease != null);
        return acquired.ToDictionary(each => each.Client, each => each.Lease!); // checked above
    }

    /// <summary>Compares what the clients have with the database.</summary>
    private static async Task CheckAsync(Dictionary<int, Dhcp6Lease> leases, PostgresStoreOptions options, CancellationToken stop)
    {
        leases.Values.Select(lease => lease.Address).Should().OnlyHaveUniqueItems();
        await using var store = new PostgresLeaseStore(options);
        var stored = (await store.Leases6.ReadAsync(Guid.CreateVersion7(), 0, stop)).Leases.ToDictionary(entry => entry.Lease.Address);
        foreach (var (client, lease) in leases)
            stored[lease.Address].Should().Match<SharedLease<Lease6>>(entry =>
                entry.Server == null && entry.Lease.State == LeaseState.Bound && entry.Lease.Hardware == HardwareOf(client));
    }

    private static HardwareAddress HardwareOf(int client) => HardwareAddress.Parse(
        string.Create(CultureInfo.InvariantCulture, $"52:54:00:00:{client >> 8:x2}:{client & 0xff:x2}"));
}
