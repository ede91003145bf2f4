using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Core.Tests.Power;

/// <summary>A driver that takes long, and one that breaks.</summary>
public sealed class PowerTimeoutTests : IMachinePower
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TaskCompletionSource<MachinePowerResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _broken;

    public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        AnswerAsync(cancellationToken);

    public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        AnswerAsync(cancellationToken);

    public Task<MachinePowerResult> ShutDownAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        AnswerAsync(cancellationToken);

    public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        AnswerAsync(cancellationToken);

    [Theory]
    [InlineData(true, 179, null)]
    [InlineData(true, 300, null)]
    [InlineData(true, 360, "no answer within 360 seconds")]
    [InlineData(false, 179, null)]
    [InlineData(false, 180, "no answer within 180 seconds")]
    public async Task A_system_may_take_longer_to_shut_down_than_a_controller_to_turn_off(bool isSoft, int seconds, string? reason)
    {
        var store = new InMemoryMaasStore();
        await using var core = await MaasCore.OpenAsync(store, services: new MaasCoreServices { TimeProvider = _clock, Power = this });
        var machine = await EnlistAsync(core);
        (await core.Machines.ExecuteAsync(machine.Id, new MachineCommand.TurnOff { Soft = isSoft })).Should()
            .BeOfType<CommandResult.Done>();

        var pass = core.PowerQueue.PassAsync();
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        (await core.PowerQueue.PassAsync()).Should().Be(0, "the action is under way, and no other host repeats it");
        if (reason is null) _answer.SetResult(new MachinePowerResult.Done(MachinePowerState.Off));
        await pass;

        (await store.PowerQueue.GetFailureAsync(machine.Id, default)).Should().Be(reason);
    }

    [Fact]
    public async Task The_messages_of_a_drivers_exception_are_not_logged()
    {
        using var log = new LogLines();
        await using var core = await MaasCore.OpenAsync(
            new InMemoryMaasStore(), services: new MaasCoreServices { TimeProvider = _clock, Power = this, LoggerFactory = log });
        var machine = await EnlistAsync(core);
        _broken = new InvalidOperationException("ipmitool -P hunter2 failed", new ArgumentException("http://root:hunter2@10.0.0.9/"));
        (await core.Machines.ExecuteAsync(machine.Id, new MachineCommand.TurnOff())).Should().BeOfType<CommandResult.Done>();

        await core.PowerQueue.PassAsync();

        var text = string.Join('\n', log.Lines);
        text.Should().NotContain("hunter2").And.Contain("Power driver threw an exception at TurnOff")
            .And.Contain("System.InvalidOperationException\n").And.Contain("System.ArgumentException\n")
            .And.Contain(nameof(AnswerAsync), "the place is named");
    }

    private static async Task<Machine> EnlistAsync(MaasCore core) => (await core.Machines.EnlistAsync(new NewMachine
    {
        MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")], Power = new PowerSettings("ipmi", new Dictionary<string, string>()),
    })).Should().BeOfType<CreateResult.Created>().Subject.Machine;

    private async Task<MachinePowerResult> AnswerAsync(CancellationToken cancellationToken)
    {
        if (_broken is { } broken) throw broken;
        return await _answer.Task.WaitAsync(cancellationToken);
    }

    private sealed class LogLines : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
            // There is this one alone.
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                Lines.Add($"{formatter(state, exception)} {exception}");

        public void Dispose() => Lines.Clear();
    }
}
