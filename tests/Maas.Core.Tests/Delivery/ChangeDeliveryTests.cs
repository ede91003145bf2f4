using System.Text;
using System.Text.Json;
using Maas.Core.Delivery;
using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Core.Tests.Delivery;

public class ChangeDeliveryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_change_is_delivered_once_and_those_of_a_machine_in_order()
    {
        await using var test = await TestCore.OpenAsync();
        var destination = new RecordingDestination();
        await using var run = await RunAsync(test, destination);
        var machines = new List<Machine>();
        for (var number = 1; number <= 6; number++) machines.Add(await test.EnlistAsync($"52:54:00:00:00:{number:x2}"));

        await Task.WhenAll(machines.Select(machine => EditAsync(test, machine, 20)));

        var delivered = await destination.NextAsync(6 + 6 * 20);
        var changes = await test.Machines.WatchAsync(after: 0, cancellationToken: Stop).Take(126).ToListAsync(Stop);
        delivered.Select(change => change.Change).Should().BeEquivalentTo(changes);
        delivered.Select(change => change.Id).Should().OnlyHaveUniqueItems();
        foreach (var machine in delivered.GroupBy(change => change.Change!.MachineId))
            machine.Select(change => change.Number).Should().BeInAscendingOrder();
        await run.DisposeAsync();
        (await PositionAsync(test)).Should().Be(await test.Machines.GetLastChangeAsync(Stop));
    }

    [Fact]
    public async Task A_new_delivery_begins_with_the_changes_that_follow_and_then_continues()
    {
        await using var test = await TestCore.OpenAsync();
        await test.EnlistAsync("52:54:00:00:00:01");
        var destination = new RecordingDestination();
        var run = await RunAsync(test, destination);
        var second = await test.EnlistAsync("52:54:00:00:00:02");
        (await destination.NextAsync()).Change!.MachineId.Should().Be(second.Id);
        await run.DisposeAsync();

        var third = await test.EnlistAsync("52:54:00:00:00:03"); // while it does not run
        await test.ReopenAsync();
        await using var next = await RunAsync(test, destination);

        (await destination.NextAsync()).Change!.MachineId.Should().Be(third.Id, "each was delivered once");
    }

    [Fact]
    public async Task After_a_crash_a_change_is_repeated_with_the_same_id()
    {
        await using var test = await TestCore.OpenAsync();
        var destination = new RecordingDestination();
        var run = await RunAsync(test, destination);
        var position = await PositionAsync(test);
        await EditAsync(test, await test.EnlistAsync(), 2);
        var before = await destination.NextAsync(3);
        await run.DisposeAsync();
        await test.Store.Settings.SetAsync("maas.delivery.test", $"{position}", Stop); // as if it had not been stored

        await test.ReopenAsync();
        await using var next = await RunAsync(test, destination);

        (await destination.NextAsync(3)).Select(change => (change.Id, change.Source)).Should()
            .Equal(before.Select(change => (change.Id, change.Source)));
    }

    [Fact]
    public async Task A_host_that_led_before_does_not_move_the_position_back()
    {
        await using var test = await TestCore.OpenAsync();
        var destination = new RecordingDestination(_ => new DeliveryResult.Unavailable("refused"));
        await using var run = await RunAsync(test, destination);
        var first = await test.EnlistAsync("52:54:00:00:00:01");
        await destination.NextAsync();
        await test.EnlistAsync("52:54:00:00:00:02");
        var last = await test.Machines.GetLastChangeAsync(Stop);
        await test.Store.Settings.SetAsync("maas.delivery.test", $"{last}", Stop); // by the host that leads now, which delivered both

        var rejections = 0;
        destination.Answer = change =>
        {
            if (change.Change!.MachineId == first.Id) return new DeliveryResult.Delivered();
            Interlocked.Increment(ref rejections);
            return new DeliveryResult.Rejected("HTTP 500");
        };
        while (run.Delivery.State is not { Delivers: true, Pending: 0 } && Volatile.Read(ref rejections) < 3)
        {
            test.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await PositionAsync(test)).Should().Be(last);
        run.Delivery.State.Position.Should().Be(last, "it continues where the other host is");
    }

    [Fact]
    public async Task A_refused_change_delays_its_machine_alone_and_is_given_up_visibly()
    {
        await using var test = await TestCore.OpenAsync();
        var bad = await test.EnlistAsync("52:54:00:00:00:01");
        var good = await test.EnlistAsync("52:54:00:00:00:02");
        var refused = 0;
        var destination = new RecordingDestination(change => change.Change!.MachineId == bad.Id && change.Change.Version == bad.Version + 1
            ? new DeliveryResult.Rejected($"HTTP 500, {++refused}")
            : new DeliveryResult.Delivered());
        await using var run = await RunAsync(test, destination, new ChangeDeliveryOptions { MostAttempts = 4 });
        await EditAsync(test, bad, 2);
        await EditAsync(test, good, 3);

        var first = await destination.NextAsync(4);
        first.Count(change => change.Change!.MachineId == good.Id).Should().Be(3, "the other machine's changes are not delayed");
        var position = await PositionAsync(test);
        List<ChangeEvent> later = [];
        for (var attempt = 2; attempt <= 5; attempt++) later.Add(await destination.NextAsync(test, TimeSpan.FromSeconds(1)));

        later.Take(3).Should().OnlyContain(change => change.Change!.Version == bad.Version + 1);
        later[3].Change!.Version.Should().Be(bad.Version + 2, "the change after the one that was given up follows");
        run.Delivery.State.DeadLetters.Should().Be(1);
        position.Should().BeLessThan(first.Min(change => change.Number), "a restart must find the change that waits");
        var notes = await test.Core.Events.QueryAsync(new EventQuery { MachineIds = [bad.Id], Limit = 1 });
        notes[0].Note.Should().Match<EventNote>(note => note.Level == EventLevel.Warning && note.Type == "Delivery failed");
        notes[0].Note.Description.Should().Contain("'test'").And.Contain("after 4 attempts: HTTP 500, 4");
    }

    [Fact]
    public async Task While_the_destination_is_unavailable_one_attempt_at_a_time_looks_for_it_and_nothing_is_given_up()
    {
        await using var test = await TestCore.OpenAsync();
        var machines = new List<Machine>();
        for (var number = 1; number <= 5; number++) machines.Add(await test.EnlistAsync($"52:54:00:00:00:{number:x2}"));
        var destination = new RecordingDestination(_ => new DeliveryResult.Unavailable("refused"));
        await using var run = await RunAsync(test, destination, new ChangeDeliveryOptions { MostAttempts = 1 });
        await EditAsync(test, machines[0], 1);
        while (run.Delivery.State.Failures == 0) await Task.Yield();
        await destination.NextAsync();
        foreach (var machine in machines) await EditAsync(test, machine, 1);

        for (var attempt = 0; attempt < 20; attempt++) await destination.NextAsync(test, TimeSpan.FromSeconds(1));
        destination.MostConcurrent.Should().Be(1);
        run.Delivery.State.Should().Match<ChangeDeliveryState>(state => state.Failures > 15 && state.LastFailure == "refused");
        destination.Answer = _ => new DeliveryResult.Delivered();
        for (var change = 0; change < 6; change++) await destination.NextAsync(test, TimeSpan.FromSeconds(1));

        destination.Delivered.Should().HaveCount(6);
        run.Delivery.State.DeadLetters.Should().Be(0);
    }

    [Fact]
    public async Task An_exception_of_the_destination_counts_as_unavailable()
    {
        await using var test = await TestCore.OpenAsync();
        var thrown = 0;
        var destination = new RecordingDestination(
            _ => thrown++ == 0 ? throw new InvalidOperationException("a fault") : new DeliveryResult.Delivered());
        await using var run = await RunAsync(test, destination);
        await test.EnlistAsync();

        await destination.NextAsync(test, TimeSpan.FromSeconds(1));

        run.Delivery.State.LastFailure.Should().Be(nameof(InvalidOperationException), "its text may contain anything");
    }

    [Fact]
    public async Task Only_so_many_changes_are_in_memory()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync("52:54:00:00:00:01");
        var other = await test.EnlistAsync("52:54:00:00:00:02");
        var destination = new RecordingDestination(change => change.Change!.MachineId == machine.Id
            ? new DeliveryResult.Rejected("not this one")
            : new DeliveryResult.Delivered());
        await using var run = await RunAsync(test, destination, new ChangeDeliveryOptions { MostPending = 4, MostAttempts = 2 });
        await EditAsync(test, machine, 1);
        await EditAsync(test, other, 10);

        (await destination.NextAsync(4)).Count(change => change.Change!.MachineId == other.Id).Should().Be(3);
        run.Delivery.State.Pending.Should().BeLessThanOrEqualTo(4);
        await destination.NextAsync(test, TimeSpan.FromSeconds(1)); // the last attempt of the first change

        (await destination.NextAsync(7)).Should().OnlyContain(change => change.Change!.MachineId == other.Id);
    }

    [Fact]
    public async Task Changes_that_do_not_match_are_passed_over_and_not_read_again()
    {
        await using var test = await TestCore.OpenAsync();
        var destination = new RecordingDestination();
        var options = new ChangeDeliveryOptions { Kinds = [ChangeEventKind.StatusChanged], Statuses = [MachineStatus.Ready] };
        await using var run = await RunAsync(test, destination, options);

        var machine = await test.ReadyAsync();

        (await destination.NextAsync()).Change!.To.Should().Be(MachineStatus.Ready);
        await test.Machines.DeleteAsync(machine.Id, null, Stop);
        await run.DisposeAsync();
        destination.Delivered.Should().ContainSingle();
        (await PositionAsync(test)).Should().BeGreaterThan(destination.Delivered.Single().Number - 1);
    }

    [Fact]
    public async Task A_destination_is_informed_that_changes_were_deleted_before_they_were_delivered()
    {
        await using var test = await TestCore.OpenAsync(options => options.MachineChanges = 1000);
        var destination = new RecordingDestination();
        await EditAsync(test, await test.EnlistAsync(), 1200);
        await test.Store.Settings.SetAsync("maas.delivery.test", "1", Stop);

        await using var run = await RunAsync(test, destination, new ChangeDeliveryOptions { Kinds = [ChangeEventKind.Deleted] });

        var change = await destination.NextAsync();
        change.Kind.Should().Be(ChangeEventKind.HistoryExpired);
        change.Number.Should().BeGreaterThan(1);
        Encoding.UTF8.GetString(change.ToCloudEvent().Span).Should().Contain("\"type\":\"maas.history_expired\"");
    }

    [Fact]
    public async Task A_change_is_a_cloud_event()
    {
        await using var test = await TestCore.OpenAsync();
        var destination = new RecordingDestination();
        await using var run = await RunAsync(test, destination);
        var machine = await test.EnlistAsync();

        var change = await destination.NextAsync();

        using var json = JsonDocument.Parse(change.ToCloudEvent());
        change.Source.Should().StartWith("urn:uuid:");
        JsonSerializer.Serialize(json.RootElement).Should().Be(
            $$$"""
            {"specversion":"1.0","id":"{{{change.Number}}}-1795435200000","source":"{{{change.Source}}}","type":"maas.machine.created",
            "subject":"{{{machine.Id}}}","time":"2026-11-23T12:00:00Z","datacontenttype":"application/json",
            "partitionkey":"{{{machine.Id}}}","sequence":"{{{change.Number:D20}}}","data":{"number":{{{change.Number}}},
            "system_id":"{{{machine.Id}}}","version":1,"from":null,"to":"New","operation":null,"hostname":"{{{machine.Hostname}}}",
            "zone":"default","pool":"default"}}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public async Task Deliveries_that_start_together_for_the_first_time_send_one_source()
    {
        await using var test = await TestCore.OpenAsync(wrap: store => RacingSettings.Over(store, "maas.delivery_source", 3));
        var destinations = Enumerable.Range(1, 3).Select(_ => new RecordingDestination()).ToArray();
        Run[] runs = [.. destinations.Select((destination, number) => new Run(test.Core.CreateDelivery($"test{number}", destination)))];
        foreach (var number in Enumerable.Range(0, 3))
            while (await test.Store.Settings.GetAsync($"maas.delivery.test{number}", Stop) is null) await Task.Yield();
        await test.EnlistAsync();

        var sources = new List<string>();
        foreach (var destination in destinations) sources.Add((await destination.NextAsync()).Source);
        foreach (var run in runs) await run.DisposeAsync();
        sources.Distinct().Should().ContainSingle();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a name")]
    [InlineData("a.position")]
    public async Task A_name_that_is_no_name_is_refused(string name)
    {
        await using var test = await TestCore.OpenAsync();

        FluentActions.Invoking(() => test.Core.CreateDelivery(name, new RecordingDestination())).Should().Throw<ArgumentException>();
    }

    private static async Task EditAsync(TestCore test, Machine machine, int count)
    {
        for (var edit = 0; edit < count; edit++)
            await test.Machines.EditAsync(machine.Id, null, each => each with { Description = $"{each.Version}" }, Stop);
    }

    private static async Task<long?> PositionAsync(TestCore test) =>
        await test.Store.Settings.GetAsync("maas.delivery.test", Stop) is { } text ? long.Parse(text) : null;

    /// <summary>Runs a delivery that has its position.</summary>
    private static async Task<Run> RunAsync(
        TestCore test, RecordingDestination destination, ChangeDeliveryOptions? options = null)
    {
        var run = new Run(test.Core.CreateDelivery("test", destination, options));
        while (await PositionAsync(test) is null) await Task.Yield();
        return run;
    }

    private sealed class Run : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _run;

        public Run(ChangeDelivery delivery)
        {
            Delivery = delivery;
            _run = Task.Run(() => delivery.RunAsync(_stop.Token));
        }

        public ChangeDelivery Delivery { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
        }
    }
}
