using System.Diagnostics;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Postgres.Tests.Faults;
using Npgsql;

namespace Maas.Postgres.Tests;

/// <summary>One host leads, whatever happens to the way between a host and the database.</summary>
public sealed class LeadershipTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_host_that_is_asked_to_lead_while_it_waits_for_an_answer_does_not_take_that_for_the_lock()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(1);
        await using var way = new Partition(hosts.Server.ConnectionString);
        await using var store = await OpenAsync(hosts.Options, way, stop);
        var leads = await hosts.Stores[0].LeadAsync(stop);

        await way.Stall().WaitAsync(stop);
        var waiting = store.LeadAsync(stop);
        way.Heal();
        var passed = way.Requests;
        for (var number = 1; way.Requests < passed + 3; number++)
            await hosts.CreateAsync(number, MachineStatus.Ready); // which wakes the host

        waiting.IsCompleted.Should().BeFalse("the other host leads");
        leads.Lost.IsCancellationRequested.Should().BeFalse();
        await hosts.Cores[0].DisposeAsync();
        (await waiting).Lost.IsCancellationRequested.Should().BeFalse();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_leader_that_cannot_be_reached_stops_leading_before_another_host_follows_it()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions();
        await using var way = new Partition(options.ConnectionString);
        await using var first = await OpenAsync(options, way, stop);
        await using var second = await OpenAsync(options, null, stop);
        var leads = await first.LeadAsync(stop);
        var waiting = second.LeadAsync(stop);

        _ = way.Stall();
        var began = Stopwatch.GetTimestamp();
        await CancelledAsync(leads.Lost, stop);
        waiting.IsCompleted.Should().BeFalse("the server still has the connection of the first host");
        var again = first.LeadAsync(stop);
        var follows = await waiting;

        Stopwatch.GetElapsedTime(began).Should().BeLessThan(options.LeaderTimeout * 3);
        way.Heal();
        follows.Lost.IsCancellationRequested.Should().BeFalse();
        again.IsCompleted.Should().BeFalse();
    }

    [Fact(Timeout = 60_000)]
    public async Task Another_host_follows_a_leader_that_is_killed_within_seconds()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions();
        var folder = Directory.CreateTempSubdirectory("maas-leader-");
        try
        {
            await using var leader = new HostProcess("leader", folder.FullName, options, 0);
            await leader.StartAsync(stop);
            using (var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50)))
                while (await server.GetLeaderAsync(options.Schema) != leader.Name) await ticks.WaitForNextTickAsync(stop);
            await using var other = await OpenAsync(options, null, stop);
            var waiting = other.LeadAsync(stop);

            var began = Stopwatch.GetTimestamp();
            await leader.KillAsync();
            await waiting;

            var takeover = Stopwatch.GetElapsedTime(began);
            TestContext.Current.TestOutputHelper?.WriteLine($"another leader after {takeover.TotalSeconds:0.00} s");
            takeover.Should().BeLessThan(TimeSpan.FromSeconds(10), "a host tries each second, and this machine is busy");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_server_ends_the_connection_of_a_host_that_takes_nothing_any_more()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartWithTcpAsync();
        var options = server.NewOptions();
        options.LeaderTimeout = TimeSpan.FromSeconds(2);
        await using var source = PostgresDataSource.Create(options);
        await using var connection = PostgresConnection.Open(source, options);
        await using var command = new NpgsqlCommand("SELECT repeat('x', 1000000) FROM generate_series(1, 100)", connection);
        await using var reader = await command.ExecuteReaderAsync(stop); // more than fits into the buffers between the two

        await ConnectionsEndAsync(server, options, stop);

        var read = async () =>
        {
            while (await reader.ReadAsync(stop))
            {
                // what was sent before
            }
        };
        await read.Should().ThrowAsync<NpgsqlException>();
    }

    private static async Task<PostgresMaasStore> OpenAsync(PostgresStoreOptions options, Partition? way, CancellationToken stop)
    {
        options = options.Copy();
        if (way is not null) options.ConnectionString = way.ConnectionString;
        var store = new PostgresMaasStore(options);
        await store.OpenAsync(new StoreLimits(), stop);
        return store;
    }

    private static async Task ConnectionsEndAsync(PostgresServer server, PostgresStoreOptions options, CancellationToken stop)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await server.ExecuteAsync(
            $"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{options.Schema}'") is not 0L)
            await ticks.WaitForNextTickAsync(stop);
    }

    private static async Task CancelledAsync(CancellationToken token, CancellationToken stop)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task.WaitAsync(stop);
    }
}
