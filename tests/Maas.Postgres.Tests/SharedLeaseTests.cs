using System.Globalization;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Testing;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Virtual;

namespace Maas.Postgres.Tests;

/// <summary>Two hosts on one link with the leases of one database, and clients that ask both.</summary>
public sealed class SharedLeaseTests
{
    private const int Clients = 200;

    [Fact(Timeout = 120_000)]
    public async Task No_address_is_assigned_twice_while_the_database_and_a_host_come_and_go()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync();
        var options = server.NewOptions();
        var network = new VirtualNetwork(seed: 13);
        await using var first = await SharedLeaseHost.StartAsync(network, 1, options);
        await using var second = await SharedLeaseHost.StartAsync(network, 2, options);

        var leases = await AcquireAsync(network, 0, Clients);
        await CheckAsync(leases, options, stop);
        foreach (var host in (SharedLeaseHost[])[first, second])
        {
            await host.KnowsAsync(leases.Count);
            await host.HasReserveAsync(60); // of 124 and more, of which it keeps a half
        }

        // Known clients keep their addresses, and new ones get one, while there is no database.
        await server.StopAsync("immediate");
        var again = await AcquireAsync(network, 0, 50);
        foreach (var (client, lease) in again) lease.Address.Should().Be(leases[client].Address);
        foreach (var (client, lease) in await AcquireAsync(network, Clients, 50)) leases[client] = lease;
        leases.Values.Select(lease => lease.Address).Should().OnlyHaveUniqueItems().And.HaveCount(Clients + 50);
        (first.Leases.Unwritten + second.Leases.Unwritten).Should().BeGreaterThanOrEqualTo(50);

        // What was granted meanwhile is in the database once it is back.
        await server.StartAsync();
        foreach (var host in (SharedLeaseHost[])[first, second])
            while (!host.IsSettled) await Task.Yield();
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

    /// <summary>RFC 2131 section 4.4.5: the router and the name server of a failed host are replaced with the lease kept.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_client_of_a_host_that_is_gone_rebinds_at_the_other_one_and_keeps_its_address()
    {
        var options = (await PostgresServer.GetSharedAsync()).NewOptions();
        List<VirtualDatagram> sent = [];
        var network = new VirtualNetwork(seed: 14) { DatagramSent = sent.Add };
        await using var first = await SharedLeaseHost.StartAsync(network, 1, options);
        await using var second = await SharedLeaseHost.StartAsync(network, 2, options);
        var lease = (await AcquireAsync(network, 0, 1))[0];
        var (gone, left) = lease.Server.Equals(first.Address) ? (first, second) : (second, first);
        await left.KnowsAsync(1);
        await gone.KillAsync();
        var before = sent.Count;

        var mac = HardwareOf(0);
        var answer = await network.RunAsync(() => new DhcpClient(
            new SimulatedNetwork { Virtual = network }, mac, new MachineLog(network.TimeProvider), network.TimeProvider)
            .ExtendAsync(DhcpClientProfile.Dhclient("node-0"), lease, TimeSpan.FromHours(1), TestContext.Current.CancellationToken));

        answer!.Type.Should().Be(DhcpMessageType.Ack);
        answer.YourAddress.Should().Be(lease.Address);
        foreach (var option in (DhcpOptionCode[])
            [DhcpOptionCode.ServerIdentifier, DhcpOptionCode.Router, DhcpOptionCode.DomainNameServer])
            answer.Options.GetAddress(option).Should().Be(left.Address, "{0} is that of the host that answers", option);
        var asked = sent.Skip(before).Where(datagram => datagram.Destination.Port == 67).ToList();
        asked[..^1].Should().NotBeEmpty().And.OnlyContain(datagram => datagram.Destination.Address.Equals(gone.Address));
        asked[^1].Destination.Address.Should().Be(IPAddress.Broadcast);
        network.Elapsed.Should().BeGreaterThan(TimeSpan.FromMinutes(52)).And.BeLessThan(TimeSpan.FromMinutes(53), "7/8 of an hour");
    }

    /// <summary>RFC 3074: half of the answers, and none is missing when a host is gone.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Hosts_that_split_the_load_answer_each_client_once_and_those_of_a_host_that_is_gone_later()
    {
        var options = (await PostgresServer.GetSharedAsync()).NewOptions();
        var offers = 0;
        var network = new VirtualNetwork(seed: 15)
        {
            DatagramSent = sent => offers += sent.Source.Port == 67
                && DhcpMessage.TryParse(sent.Payload.Span, out var message) && message.Type == DhcpMessageType.Offer ? 1 : 0,
        };
        await using var first = await SharedLeaseHost.StartAsync(network, 1, options, new DhcpLoadSplitOptions { Server = 0 });
        await using var second = await SharedLeaseHost.StartAsync(network, 2, options, new DhcpLoadSplitOptions { Server = 1 });

        var leases = await AcquireAsync(network, 0, 60).WaitAsync(TestContext.Current.CancellationToken);
        offers.Should().Be(60, "both hosts would make twice as many");
        leases.Values.GroupBy(lease => lease.Server).Should().HaveCount(2).And.OnlyContain(group => group.Count() > 10);
        leases.Values.Should().OnlyContain(lease => lease.Attempts == 1);

        await second.KillAsync();
        var later = await AcquireAsync(network, 100, 60);
        later.Values.Should().OnlyContain(lease => lease.Server.Equals(first.Address));
        later.Values.GroupBy(lease => lease.Attempts).Select(group => group.Key).Should()
            .BeEquivalentTo([1, 3], "dhclient always says 0 seconds here");
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
        var stored = (await store.Leases.ReadAsync(Guid.CreateVersion7(), 0, stop)).Leases.ToDictionary(entry => entry.Lease.Address);
        foreach (var (client, lease) in leases)
            stored[lease.Address].Should().Match<SharedLease<Lease>>(entry =>
                entry.Server == null && entry.Lease.State == LeaseState.Bound && entry.Lease.Hardware == HardwareOf(client));
    }

    private static HardwareAddress HardwareOf(int client) => HardwareAddress.Parse(
        string.Create(CultureInfo.InvariantCulture, $"52:54:00:00:{client >> 8:x2}:{client & 0xff:x2}"));
}
