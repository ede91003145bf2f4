using Maas.Power.Control;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Power.Tests.Control;

public class PowerConversationsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly PowerTarget Machine = new("test", [KeyValuePair.Create("power_address", "10.0.0.7")]);

    private readonly FakeTimeProvider _time = new();
    private readonly Script _script = new();

    private PowerConversations Conversations(PowerTimingOptions? timing = null) =>
        new(timing ?? new(), _time, new PowerConnector((_, _) => _script.ConnectAsync(), _script.Translate));

    // Lets the fake clock run until the answer is there.
    private async Task<PowerResult> In_time(Task<PowerResult> asked)
    {
        while (!asked.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await asked;
    }

    private Task<PowerResult> Switch(PowerSwitch command, PowerTimingOptions? timing = null) =>
        In_time(command switch
        {
            PowerSwitch.On => Conversations(timing).TurnOnAsync(Machine, Stop),
            PowerSwitch.Off => Conversations(timing).TurnOffAsync(Machine, PowerOffMode.Hard, Stop),
            _ => Conversations(timing).TurnOffAsync(Machine, PowerOffMode.Soft, Stop),
        });

    private Task<PowerResult> Query(PowerTimingOptions? timing = null) =>
        In_time(Conversations(timing).QueryAsync(Machine, Stop));

    [Fact]
    public async Task Turning_on_is_done_when_the_machine_is_seen_on()
    {
        _script.Query = count => count < 4 ? PowerState.Off : PowerState.On;
        (await Switch(PowerSwitch.On)).Should().Be(new PowerResult.Observed(PowerState.On));
        _script.Log.Should().Equal("query", "On", "query", "query", "query");
    }

    [Fact]
    public async Task A_machine_that_is_on_is_left_alone()
    {
        _script.Query = _ => PowerState.On;
        (await Switch(PowerSwitch.On)).State.Should().Be(PowerState.On);
        _script.Log.Should().Equal("query");
    }

    [Fact]
    public async Task A_controller_that_says_yes_and_does_nothing_gets_the_command_once_more_and_is_then_reported()
    {
        _script.Query = _ => PowerState.Off;
        var start = _time.GetUtcNow();
        var result = await Switch(PowerSwitch.On);
        result.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.NotObserved);
        _script.Log.Count(entry => entry == "On").Should().Be(2);
        (_time.GetUtcNow() - start).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_command_that_was_forgotten_works_the_second_time()
    {
        _script.Query = _ => _script.Log.Count(entry => entry == "On") < 2 ? PowerState.Off : PowerState.On;
        (await Switch(PowerSwitch.On)).State.Should().Be(PowerState.On);
    }

    [Fact]
    public async Task A_refusal_counts_for_nothing_when_the_machine_is_off_all_the_same()
    {
        _script.Query = count => count == 1 ? PowerState.On : PowerState.Off;
        _script.Command = _ => throw new PowerFailureException(PowerFailure.CommandRefused, "not in this state");
        (await Switch(PowerSwitch.Off)).State.Should().Be(PowerState.Off);
    }

    [Fact]
    public async Task A_refusal_is_the_answer_when_the_machine_stays_as_it_was()
    {
        _script.Query = _ => PowerState.On;
        _script.Command = _ => throw new PowerFailureException(PowerFailure.CommandRefused, "no");
        (await Switch(PowerSwitch.Off)).Should().Be(new PowerResult.Failed(PowerFailure.CommandRefused, "no"));
    }

    [Fact]
    public async Task A_shutdown_is_sent_once_and_waited_for_longer()
    {
        var start = _time.GetUtcNow();
        _script.Query = _ => _time.GetUtcNow() - start > TimeSpan.FromMinutes(4) ? PowerState.Off : PowerState.On;
        (await Switch(PowerSwitch.ShutDown)).State.Should().Be(PowerState.Off);
        _script.Log.Count(entry => entry == "ShutDown").Should().Be(1);
    }

    [Fact]
    public async Task A_look_that_fails_while_waiting_is_no_failure()
    {
        _script.Query = count => count switch
        {
            1 => PowerState.Off,
            < 5 => throw new TimeoutException(),
            _ => PowerState.On,
        };
        (await Switch(PowerSwitch.On)).State.Should().Be(PowerState.On);
    }

    [Fact]
    public async Task One_lost_answer_does_not_fail_a_query()
    {
        _script.Query = count => count < 3 ? throw new TimeoutException() : PowerState.On;
        (await Query()).State.Should().Be(PowerState.On);
        _script.Log.Should().HaveCount(3);
    }

    [Fact]
    public async Task Silence_is_reported_after_as_many_attempts_as_the_options_say()
    {
        _script.Query = _ => throw new TimeoutException();
        (await Query(new() { Attempts = 5 })).Should().BeOfType<PowerResult.Failed>();
        _script.Log.Should().HaveCount(5);
    }

    [Fact]
    public async Task Refused_credentials_are_not_tried_again_lest_the_account_be_locked()
    {
        _script.Query = _ => throw new PowerFailureException(PowerFailure.CredentialsRefused, "no");
        (await Switch(PowerSwitch.On)).Should().Be(new PowerResult.Failed(PowerFailure.CredentialsRefused, "no"));
        _script.Log.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_defect_is_not_taken_for_a_failure_of_the_hardware()
    {
        _script.Query = _ => throw new InvalidCastException();
        await FluentActions.Awaiting(() => Query()).Should().ThrowAsync<InvalidCastException>();
    }

    [Fact]
    public async Task The_caller_can_stop_waiting()
    {
        using var stop = new CancellationTokenSource();
        _script.Query = _ => PowerState.Off;
        var asked = Conversations().TurnOnAsync(Machine, stop.Token);
        await stop.CancelAsync();
        await asked.Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_controller_has_one_conversation_at_a_time_and_a_pause_between_two()
    {
        _script.Query = _ => PowerState.On;
        var conversations = Conversations(new() { MinimumInterval = TimeSpan.FromSeconds(10) });
        var asked = Enumerable.Range(0, 5).Select(_ => conversations.QueryAsync(Machine, Stop)).ToList();
        var start = _time.GetUtcNow();
        foreach (var one in asked) await In_time(one);
        _script.MostAtATime.Should().Be(1);
        (_time.GetUtcNow() - start).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task Controllers_do_not_wait_for_each_other()
    {
        var limiter = new ControllerLimiter(TimeSpan.FromMinutes(1), _time);
        var blocked = new TaskCompletionSource<int>();
        var first = limiter.RunAsync("a", () => blocked.Task, Stop);
        (await limiter.RunAsync("b", () => Task.FromResult(2), Stop)).Should().Be(2);
        blocked.SetResult(1);
        (await first).Should().Be(1);
    }

    [Fact]
    public async Task A_reading_of_sensors_does_not_delay_a_power_action()
    {
        _script.Query = _ => _script.Log.Contains("Off") ? PowerState.Off : PowerState.On;
        var conversations = Conversations(new() { MinimumInterval = TimeSpan.Zero });
        var begun = new TaskCompletionSource();
        var reading = conversations.ReadSensorsAsync(Machine, ReadForeverAsync, Stop);
        await begun.Task;
        var second = conversations.ReadSensorsAsync(Machine, ReadForeverAsync, Stop); // waits for its turn

        // The clock is at a standstill: the action waits for no limit of the readings.
        var done = await conversations.TurnOffAsync(Machine, PowerOffMode.Hard, Stop)
            .WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Stop);

        done.State.Should().Be(PowerState.Off);
        foreach (var ended in new[] { reading, second })
            (await ended).Should().BeOfType<SensorResult.Failed>().Which.Reason.Should().Contain("needed for the machine's power");
        _script.MostAtATime.Should().Be(1);

        async Task<IReadOnlyList<PowerSensor>> ReadForeverAsync(IPowerConversation conversation, CancellationToken stop)
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);
            return [];
        }
    }

    [Fact]
    public async Task A_reading_of_sensors_ends_after_a_minute_and_one_of_another_controller_is_left_alone()
    {
        var conversations = Conversations();
        var other = new PowerTarget("test", [KeyValuePair.Create("power_address", "10.0.0.8")]);
        var reading = conversations.ReadSensorsAsync(
            other,
            async (_, stop) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(40), _time, stop);
                return [];
            },
            Stop);
        var slow = conversations.ReadSensorsAsync(
            Machine,
            async (_, stop) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);
                return [];
            },
            Stop);
        _script.Query = _ => PowerState.On;
        var third = new PowerTarget("test", [KeyValuePair.Create("power_address", "10.0.0.9")]);
        (await In_time(conversations.QueryAsync(third, Stop))).State.Should().Be(PowerState.On);
        while (!reading.IsCompleted || !slow.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await reading).Should().BeOfType<SensorResult.Read>();
        (await slow).Should().BeOfType<SensorResult.Failed>().Which.Reason.Should().Contain("within 60 s");
    }

    private sealed class Script : IPowerConversation
    {
        private readonly Lock _lock = new();
        private int _open;
        private int _queries;

        public List<string> Log { get; } = [];

        public int MostAtATime { get; private set; }

        public Func<int, PowerState> Query { get; set; } = _ => PowerState.Off;

        public Action<PowerSwitch> Command { get; set; } = _ => { };

        public string? Note => null;

        public Task<IPowerConversation> ConnectAsync()
        {
            lock (_lock) MostAtATime = Math.Max(MostAtATime, ++_open);
            return Task.FromResult<IPowerConversation>(this);
        }

        public PowerResult.Failed? Translate(Exception e) =>
            e is TimeoutException ? new PowerResult.Failed(PowerFailure.TimedOut, "late") : null;

        public Task<PowerState> QueryAsync(CancellationToken cancellationToken)
        {
            Log.Add("query");
            return Task.FromResult(Query(++_queries));
        }

        public Task SwitchAsync(PowerSwitch command, CancellationToken cancellationToken)
        {
            Log.Add($"{command}");
            Command(command);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            lock (_lock) _open--;
            return ValueTask.CompletedTask;
        }
    }
}
