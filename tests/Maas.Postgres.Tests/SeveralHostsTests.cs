using System.Diagnostics;
using System.Net;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Core.Power;

namespace Maas.Postgres.Tests;

/// <summary>Three hosts on one database do everything once.</summary>
public sealed class SeveralHostsTests
{
    private static readonly TimeSpan LongestTakeover = TimeSpan.FromSeconds(10); // a host tries each second; this machine is busy

    [Fact(Timeout = 60_000)]
    public async Task Each_machine_is_allocated_once()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(3);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => hosts.CreateAsync(number, MachineStatus.Ready)));

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(number => Task.Run(() =>
            hosts.Cores[number % 3].Machines.AllocateAsync(new AllocationRequest { Owner = $"user{number}" }, stop))));

        var allocated = results.OfType<AllocationResult.Allocated>().Select(result => result.Machine).ToList();
        allocated.Should().HaveCount(20);
        allocated.Select(machine => machine.Id).Should().OnlyHaveUniqueItems();
        foreach (var machine in allocated)
            (await hosts.Cores[0].Machines.GetAsync(machine.Id, stop))!.Owner.Should().Be(machine.Owner);
        results.OfType<AllocationResult.NoMachine>().Should().HaveCount(10);
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_power_action_is_performed_once()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(3);
        var on = new MachineEffect.Power(PowerAction.TurnOn, false, false);
        var ipmi = new PowerSettings("ipmi", new Dictionary<string, string>());
        await Task.WhenAll(Enumerable.Range(0, 60).Select(number => hosts.CreateAsync(
            number, MachineStatus.Deployed, machine => machine with { Power = ipmi }, on)));

        await Task.WhenAll(hosts.Cores.Select(core => Task.Run(async () =>
        {
            while (await hosts.Stores[0].PowerQueue.CountAsync(stop) > 0) await core.PowerQueue.PassAsync(stop);
        })));

        hosts.Powers.Sum(power => power.Asked).Should().Be(60);
        (await hosts.Cores[0].Machines.ListAsync(new MachineFilter { PowerStates = [MachinePowerState.On] }, stop)).Should().HaveCount(60);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_host_that_stops_finishes_what_it_has_begun_and_begins_nothing()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(1);
        var (begun, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        hosts.Powers[0].Waits = _ =>
        {
            begun.TrySetResult();
            return finish.Task;
        };
        using var drain = new CancellationTokenSource();
        var running = hosts.Cores[0].RunAsync(drain.Token);
        var machine = await CreateToTurnOnAsync(hosts, 1);
        await begun.Task.WaitAsync(stop);

        await drain.CancelAsync();
        await StateIsAsync(hosts, HostState.Draining, stop);
        await CreateToTurnOnAsync(hosts, 2);
        running.IsCompleted.Should().BeFalse();
        finish.SetResult();
        await running.WaitAsync(stop);

        (await hosts.Cores[0].Machines.GetAsync(machine.Id, stop))!.PowerState.Should().Be(MachinePowerState.On);
        hosts.Powers[0].Asked.Should().Be(1);
        await StateIsAsync(hosts, HostState.Stopped, stop);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_host_that_stops_cannot_finish_another_host_does_at_once()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(0);
        hosts.DrainTimeout = TimeSpan.FromMilliseconds(100);
        var (first, second) = (await hosts.AddAsync(), await hosts.AddAsync());
        var begun = new TaskCompletionSource();
        hosts.Powers[0].Waits = async cancelled =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancelled);
        };
        using var drain = new CancellationTokenSource();
        var running = first.RunAsync(drain.Token);
        var machine = await CreateToTurnOnAsync(hosts, 1);
        await begun.Task.WaitAsync(stop);
        (await second.PowerQueue.PassAsync(stop)).Should().Be(0, "the other host has claimed it");

        await drain.CancelAsync();
        await running.WaitAsync(stop);

        (await second.PowerQueue.PassAsync(stop)).Should().Be(1);
        var done = (await second.Machines.GetAsync(machine.Id, stop))!;
        done.PowerState.Should().Be(MachinePowerState.On);
        (hosts.Powers[0].Asked, hosts.Powers[1].Asked).Should().Be((1, 1));
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_host_is_seen_by_the_others_and_one_that_is_gone_is_missing()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(2);
        using var drain = new CancellationTokenSource();
        var running = hosts.Cores[0].RunAsync(drain.Token);

        HostStatus? seen;
        while ((seen = (await hosts.Cores[1].Hosts.ListAsync(stop)).SingleOrDefault()) is null) await Task.Yield();
        await drain.CancelAsync();
        await running.WaitAsync(stop);

        seen.State.Should().Be(HostState.Running);
        seen.Hostname.Should().StartWith("host-");
        seen.IsMissing(hosts.Now).Should().BeFalse();
        seen.IsMissing(hosts.Now + Hosts.Patience).Should().BeTrue();
        (await hosts.Cores[1].Hosts.ListAsync(stop)).Single().IsMissing(hosts.Now + Hosts.Patience).Should().BeFalse("it was stopped");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_deadline_passes_once()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(3);
        var late = await hosts.CreateAsync(
            1, MachineStatus.Commissioning, machine => machine with { Deadline = machine.StatusSince.AddSeconds(-1) });

        await Task.WhenAll(hosts.Cores.Select(core => Task.Run(() => core.Deadlines.PassAsync(stop))));

        var failed = await hosts.Cores[2].Machines.GetAsync(late.Id, stop);
        failed!.Status.Should().Be(MachineStatus.FailedCommissioning);
        failed.Version.Should().Be(late.Version + 1);
        (await hosts.Stores[1].Machines.ReadChangesAsync(0, 100, stop)).Should().HaveCount(2);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_boot_token_of_one_host_is_redeemed_at_another_with_one_result()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(3);
        var machine = await hosts.CreateAsync(1, MachineStatus.Commissioning);
        var client = IPAddress.Parse("192.0.2.7");
        var token = (await hosts.Cores[0].BootTokens.IssueAsync(machine.Id, client, stop))!.Value; // the machine exists

        var results = await Task.WhenAll(hosts.Cores.Select(core => Task.Run(() =>
            core.BootTokens.RedeemAsync(token, client, cancellationToken: stop))));
        var stranger = await hosts.Cores[2].BootTokens.RedeemAsync(token, IPAddress.Parse("192.0.2.8"), cancellationToken: stop);

        // The same client may repeat its request for a minute; all hosts give it the same credentials.
        results.Should().AllBeOfType<BootTokenResult.Accepted>();
        results.Cast<BootTokenResult.Accepted>().Select(result => result.Token.TokenKey).Distinct().Should().ContainSingle();
        stranger.Should().BeOfType<BootTokenResult.Refused>();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_nonce_is_accepted_by_one_host()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(3);
        for (var round = 0; round < 10; round++)
        {
            var added = await Task.WhenAll(hosts.Stores.Select(store => Task.Run(() =>
                store.Nonces.AddAsync("consumer", "token", $"nonce{round}", hosts.Now.AddMinutes(5), stop))));
            added.Count(isNew => isNew).Should().Be(1);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Every_reader_sees_every_change_once_in_the_same_order_while_all_hosts_write()
    {
        var stop = TestContext.Current.CancellationToken;
        const int Writes = 40;
        await using var hosts = await TestHosts.OpenAsync(3);
        var machines = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => hosts.CreateAsync(number, MachineStatus.Ready)));
        var total = machines.Length * (1 + Writes);

        var reading = hosts.Cores.Select(core => Task.Run(async () =>
        {
            List<MachineChanged> seen = [];
            await foreach (var change in core.Machines.WatchAsync(after: 0, cancellationToken: stop))
            {
                seen.Add(change);
                if (seen.Count == total) break;
            }

            return seen;
        })).ToList();
        await Task.WhenAll(machines.Select((machine, number) => Task.Run(async () =>
        {
            for (var write = 0; write < Writes; write++)
            {
                var change = new MachineChange { Machine = machine with { CpuCount = write }, At = hosts.Now };
                machine = ((SaveResult.Saved)await hosts.Stores[number % 3].Machines.SaveAsync([change], stop)).Machines[0];
            }
        })));

        var stored = await hosts.Stores[0].Machines.ReadChangesAsync(0, total + 1, stop);
        stored.Should().HaveCount(total);
        foreach (var seen in await Task.WhenAll(reading)) seen.Should().Equal(stored);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_number_whose_transaction_was_not_committed_is_not_missed_by_readers()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions();
        await using var store = new PostgresMaasStore(options);
        await store.OpenAsync(new StoreLimits { MachineChanges = 20 }, stop);
        var machine = new Machine { Id = TestHosts.IdOf(1), Hostname = "machine-1", Status = MachineStatus.Ready };

        await DrawAsync(); // as the first transaction of a new schema
        await SaveToAsync(20);
        (await store.Machines.ReadChangesAsync(0, 100, stop)).Should().HaveCount(19);
        await DrawAsync(); // 21
        await SaveToAsync(40);

        var changes = await store.Machines.ReadChangesAsync(20, 100, stop);
        changes.Select(change => change.Number).Should().Equal(Enumerable.Range(22, 19).Select(number => (long)number));
        (await store.Awaiting(each => each.Machines.ReadChangesAsync(19, 100, stop)).Should()
            .ThrowAsync<ChangeHistoryExpiredException>()).Which.Oldest.Should().Be(20);

        Task<object?> DrawAsync() => server.ExecuteAsync($"SELECT nextval('{options.Schema}.machine_changes_number_seq')");

        async Task SaveToAsync(long number)
        {
            while (await store.Machines.GetLastChangeAsync(stop) < number)
                machine = ((SaveResult.Saved)await store.Machines.SaveAsync(
                    [new MachineChange { Machine = machine, At = DateTimeOffset.UnixEpoch }], stop)).Machines[0];
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Events_become_visible_in_the_order_of_their_numbers()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(3);
        const int Total = 240;
        var reading = Task.Run(async () =>
        {
            List<long> seen = [];
            while (seen.Count < Total)
            {
                var page = await hosts.Stores[0].Events.QueryAsync(
                    new EventQuery { After = seen.LastOrDefault(), Limit = 100, Level = EventLevel.Debug }, stop);
                seen.AddRange(page.Reverse().Select(each => each.Id));
            }

            return seen;
        });

        await Task.WhenAll(Enumerable.Range(0, Total).Select(number => Task.Run(() => hosts.Stores[number % 3].Events.WriteAsync(
            hosts.Now, null, new EventNote(EventLevel.Info, "Test", $"{number}", null), stop))));

        (await reading).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact(Timeout = 60_000)]
    public async Task One_host_leads_and_another_follows_it_within_seconds()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(2);
        var first = await hosts.Stores[0].LeadAsync(stop);
        var waiting = hosts.Stores[1].LeadAsync(stop);
        waiting.IsCompleted.Should().BeFalse();

        var began = Stopwatch.GetTimestamp();
        await hosts.Server.TerminateAsync(hosts.Options);
        await Lost(first.Lost, stop);
        Task<StoreLeadership>[] asked = [hosts.Stores[0].LeadAsync(stop), waiting];
        var leader = await NextLeaderAsync();
        Stopwatch.GetElapsedTime(began).Should().BeLessThan(LongestTakeover);

        began = Stopwatch.GetTimestamp();
        await hosts.Cores[leader].DisposeAsync();
        await Lost((await asked[leader]).Lost, stop);
        (await asked[1 - leader]).Lost.IsCancellationRequested.Should().BeFalse();
        Stopwatch.GetElapsedTime(began).Should().BeLessThan(LongestTakeover);

        // The connection of a host that leads at once may still be one of those that were terminated.
        async Task<int> NextLeaderAsync()
        {
            while (true)
            {
                var host = Array.IndexOf(asked, await Task.WhenAny(asked));
                if (!(await asked[host]).Lost.IsCancellationRequested) return host;
                asked[host] = hosts.Stores[host].LeadAsync(stop);
            }
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_host_whose_clock_is_a_day_wrong_neither_takes_claims_nor_passes_deadlines(int days)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(1);
        var wrong = await hosts.AddAsync(new ShiftedClock(TimeSpan.FromDays(days)));
        var on = new MachineEffect.Power(PowerAction.TurnOn, false, false);
        await hosts.CreateAsync(
            2, MachineStatus.Commissioning, machine => machine with { Deadline = machine.StatusSince.AddMinutes(30) }, on);
        var claimed = await hosts.Stores[0].PowerQueue.ClaimAsync(hosts.Now, TimeSpan.FromMinutes(1), 10, stop);

        (await wrong.PowerQueue.PassAsync(stop)).Should().Be(0);
        (await wrong.Deadlines.PassAsync(stop)).Should().Be(0);

        claimed.Should().ContainSingle();
        var own = hosts.Stores[1].GetClock(TimeProvider.System).GetUtcNow();
        var queued = await hosts.CreateAsync(3, MachineStatus.Ready);
        var saved = await hosts.Stores[1].Machines.SaveAsync([new MachineChange { Machine = queued, At = own, Effects = [on] }], stop);
        saved.Should().BeOfType<SaveResult.Saved>();
        (await hosts.Stores[0].PowerQueue.ClaimAsync(hosts.Now.AddSeconds(1), TimeSpan.FromMinutes(1), 10, stop))
            .Should().ContainSingle("an action that the other host queued is due now");
    }

    private static Task<Machine> CreateToTurnOnAsync(TestHosts hosts, int number) => hosts.CreateAsync(
        number, MachineStatus.Deployed,
        machine => machine with { Power = new PowerSettings("ipmi", new Dictionary<string, string>()) },
        new MachineEffect.Power(PowerAction.TurnOn, false, false));

    private static async Task StateIsAsync(TestHosts hosts, HostState state, CancellationToken stop)
    {
        while ((await hosts.Cores[0].Hosts.ListAsync(stop)).Single().State != state) await Task.Yield();
    }

    private static async Task Lost(CancellationToken token, CancellationToken stop)
    {
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(lost.SetResult);
        await lost.Task.WaitAsync(stop);
    }
}
