using System.Diagnostics;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Postgres.Tests.Faults;
using Maas.Sql;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Maas.Postgres.Tests;

/// <summary>Connections that end in the middle, and servers that stop: what was acknowledged is there, and it is there once.</summary>
public sealed class FaultTests
{
    [Fact(Timeout = 60_000)]
    public async Task Nothing_is_lost_or_done_twice_when_connections_are_ended()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(3);
        await CountAsync(hosts, increments: 40, async () => await hosts.Server.TerminateAsync(hosts.Options), stop);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("fast")]
    [InlineData("immediate")]
    public async Task Nothing_is_lost_or_done_twice_when_the_server_is_restarted(string mode)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync();
        await using var hosts = await TestHosts.OpenAsync(3, server);
        await CountAsync(hosts, increments: 20, async () =>
        {
            await server.StopAsync(mode);
            await server.StartAsync();
        }, stop);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_whose_answer_is_lost_is_looked_up(bool arrives)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(1);
        await using var proxy = new CuttingProxy(hosts.Server.ConnectionString);
        var options = hosts.Options.Copy();
        options.Connections = 1;
        options.ConnectionString = proxy.ConnectionString;
        await using var store = new PostgresMaasStore(options);
        await store.OpenAsync(new StoreLimits(), stop);
        var machine = await hosts.CreateAsync(1, MachineStatus.Ready);

        proxy.CutAtCommit(arrives);
        var result = await store.Machines.SaveAsync([new MachineChange { Machine = machine with { CpuCount = 9 }, At = hosts.Now }], stop);

        proxy.Cuts.Should().Be(1);
        result.Should().BeOfType<SaveResult.Saved>().Which.Machines[0].Version.Should().Be(machine.Version + 1);
        (await hosts.Stores[0].Machines.GetAsync(machine.Id, stop))!.Version.Should().Be(machine.Version + 1);
        (await hosts.Stores[0].Machines.ReadChangesAsync(0, 10, stop)).Should().HaveCount(2);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_read_before_a_connection_was_lost_is_read_again()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(1);
        var machine = await hosts.CreateAsync(1, MachineStatus.Ready);
        var machines = hosts.Stores[0].Machines;
        (await machines.GetAsync(machine.Id, stop))!.Hostname.Should().Be("machine-1");

        // As after a restoration to an earlier moment: another content has the same number and version.
        await hosts.Server.ExecuteAsync(
            $"UPDATE {hosts.Options.Schema}.machines SET document = replace(document, 'machine-1', 'another') WHERE id = '{machine.Id}'");
        await hosts.Server.TerminateAsync(hosts.Options);

        var read = await machines.GetAsync(machine.Id, stop);
        for (var connection = 0; connection < hosts.Options.Connections * 4; connection++) read = await machines.GetAsync(machine.Id, stop);
        (read!.Hostname, read.Version).Should().Be(("another", machine.Version));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_database_that_is_away_for_longer_is_an_error()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync();
        var options = server.NewOptions();
        options.RetryDuration = TimeSpan.FromMilliseconds(300);
        await using var store = new PostgresMaasStore(options);
        await store.OpenAsync(new StoreLimits(), stop);
        await server.StopAsync("fast");

        await store.Awaiting(each => each.Machines.CountAsync(stop)).Should().ThrowAsync<StoreUnavailableException>()
            .WithInnerException(typeof(NpgsqlException));
        await store.Awaiting(each => each.Settings.SetAsync("a", "1", stop)).Should().ThrowAsync<StoreUnavailableException>();

        await server.StartAsync();
        await store.Settings.SetAsync("a", "2", stop);
        (await store.Settings.GetAsync("a", stop)).Should().Be("2");
    }

    [Fact(Timeout = 60_000)]
    public async Task Requests_that_wait_behind_others_fail_after_their_own_time()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var way = new Partition((await PostgresServer.GetSharedAsync()).ConnectionString);
        await using var store = await OpenAsync(way, TimeSpan.FromSeconds(1), stop);
        way.Cut();

        var began = Stopwatch.GetTimestamp();
        var requests = Enumerable.Range(0, 20).Select(number => store.Settings.SetAsync($"a{number}", "1", stop)).ToList();
        foreach (var request in requests) await request.Awaiting(each => each).Should().ThrowAsync<StoreUnavailableException>();

        Stopwatch.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(15), "they do not wait one after the other");
        way.Heal();
        (await store.Settings.GetAsync("a0", stop)).Should().BeNull();
    }

    [Fact(Timeout = 60_000)]
    public async Task Requests_beyond_those_that_may_wait_fail_at_once()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var way = new Partition((await PostgresServer.GetSharedAsync()).ConnectionString);
        await using var store = await OpenAsync(way, TimeSpan.FromMinutes(5), stop);
        way.Cut();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);

        List<Task<string?>> requests = [];
        do requests.Add(store.Settings.GetAsync("a", end.Token));
        while (!requests[^1].IsFaulted && requests.Count < PostgresDatabase.QueueLimit + 10);

        requests.Should().HaveCountGreaterThan(PostgresDatabase.QueueLimit).And.HaveCountLessThan(PostgresDatabase.QueueLimit + 3);
        (await requests[^1].Awaiting(each => each).Should().ThrowAsync<StoreUnavailableException>()).WithMessage("10,000 *");
        await end.CancelAsync();
        way.Heal();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_database_is_closed_when_the_preparation_that_runs_has_ended()
    {
        var stop = TestContext.Current.CancellationToken;
        var options = (await PostgresServer.GetSharedAsync()).NewOptions(1);
        await using var store = new PostgresMaasStore(options);
        await store.OpenAsync(new StoreLimits(), stop);
        await using var source = PostgresDataSource.Create(options);
        var database = new PostgresDatabase(source, options, new DatabaseClock(TimeProvider.System), NullLogger.Instance);
        var began = new TaskCompletionSource();
        using var end = new ManualResetEventSlim();
        var preparation = database.WriteAsync(
            session =>
            {
                began.TrySetResult();
                end.Wait();
                return session.ExecuteScalar<long>("SELECT 1::bigint");
            },
            stop, WriteKind.Preparation);
        await began.Task;

        var closing = Task.Run(database.Dispose);
        await FluentActions.Awaiting(async () =>
        {
            while (!stop.IsCancellationRequested) await database.ReadAsync(_ => 0, stop);
        }).Should().ThrowAsync<InvalidOperationException>("it is being closed");
        closing.IsCompleted.Should().BeFalse();
        end.Set();
        await closing;
        preparation.IsCompleted.Should().BeTrue();
    }

    private static async Task<PostgresMaasStore> OpenAsync(Partition way, TimeSpan retries, CancellationToken stop)
    {
        var options = (await PostgresServer.GetSharedAsync()).NewOptions(1);
        (options.ConnectionString, options.RetryDuration) = (way.ConnectionString, retries);
        var store = new PostgresMaasStore(options);
        await store.OpenAsync(new StoreLimits(), stop);
        return store;
    }

    /// <summary>Three hosts increment a number of each of some machines, while something happens again and again.</summary>
    private static async Task CountAsync(TestHosts hosts, int increments, Func<Task> happens, CancellationToken stop)
    {
        const int Machines = 4;
        for (var number = 0; number < Machines; number++)
            await hosts.CreateAsync(number, MachineStatus.Ready, machine => machine with { CpuCount = 0 });
        var saved = 0;
        var counting = Task.WhenAll(Enumerable.Range(0, 3 * Machines).Select(writer => Task.Run(async () =>
        {
            var store = hosts.Stores[writer % 3];
            for (var done = 0; done < increments;)
            {
                var machine = await store.Machines.GetAsync(TestHosts.IdOf(writer / 3), stop);
                var next = new MachineChange { Machine = machine! with { CpuCount = machine.CpuCount + 1 }, At = hosts.Now };
                if (await store.Machines.SaveAsync([next], stop) is not SaveResult.Saved) continue;
                done++;
                Interlocked.Increment(ref saved);
            }
        })));
        var interruptions = 0;
        for (var target = 3 * Machines; !counting.IsCompleted && target < 3 * Machines * increments; target += 3 * Machines * 2)
        {
            while (!counting.IsCompleted && Volatile.Read(ref saved) < target) await Task.Yield();
            if (counting.IsCompleted || (interruptions > 2 && increments < 40)) break;
            await happens();
            interruptions++;
        }

        await counting;
        interruptions.Should().BePositive();
        for (var number = 0; number < Machines; number++)
        {
            var machine = await hosts.Stores[0].Machines.GetAsync(TestHosts.IdOf(number), stop);
            machine!.CpuCount.Should().Be(3 * increments);
            machine.Version.Should().Be(1 + (3 * increments));
        }

        (await hosts.Stores[0].Machines.ReadChangesAsync(0, 10_000, stop)).Should().HaveCount(Machines * (1 + (3 * increments)));
    }
}
