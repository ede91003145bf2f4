using Maas.Core;
using Maas.Core.Power;
using Maas.Hosting.Power;
using Maas.Power;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Hosting.Tests.Power;

/// <summary>Sensors of machines, which no number of requests reads too often.</summary>
public sealed class DriverSensorsTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Controller _controller = new();
    private readonly SystemId _machine = SystemId.New();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reading_serves_all_requests_for_fifteen_seconds()
    {
        var sensors = new DriverSensors(new PowerDrivers([_controller]), _time);
        _controller.Result = new SensorResult.Read([new PowerSensor("CPU", 50, "°C", null, PowerSensorStatus.Ok)]);

        var first = (await sensors.ReadAsync(Target(), Stop)).Should().BeOfType<MachineSensorsResult.Read>().Subject;
        first.Sensors.Should().Equal(new MachineSensor("CPU", 50, "°C", null, MachineSensorStatus.Ok));
        first.At.Should().Be(_time.GetUtcNow());
        _time.Advance(TimeSpan.FromSeconds(14));
        (await sensors.ReadAsync(Target(), Stop)).Should().BeSameAs(first);
        _controller.Asked.Should().Be(1);

        _time.Advance(TimeSpan.FromSeconds(1));
        await sensors.ReadAsync(Target(), Stop);
        _controller.Asked.Should().Be(2);
    }

    [Fact]
    public async Task A_failure_serves_as_long_so_that_no_account_is_locked()
    {
        var sensors = new DriverSensors(new PowerDrivers([_controller]), _time);
        _controller.Result = new SensorResult.Failed(PowerFailure.CredentialsRefused, "The password is wrong.");

        for (var request = 0; request < 5; request++)
            (await sensors.ReadAsync(Target(), Stop)).Should().Be(new MachineSensorsResult.Failed("The password is wrong."));

        _controller.Asked.Should().Be(1);
        (await sensors.ReadAsync(Target("another"), Stop)).Should().BeOfType<MachineSensorsResult.Failed>();
        _controller.Asked.Should().Be(2, "other settings are tried at once");
    }

    [Fact]
    public async Task Requests_that_come_meanwhile_wait_for_the_same_reading_and_leaving_does_not_end_it()
    {
        var sensors = new DriverSensors(new PowerDrivers([_controller]), _time);
        _controller.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var first = sensors.ReadAsync(Target(), leave.Token);
        var second = sensors.ReadAsync(Target(), Stop);
        await leave.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();

        _controller.Gate.SetResult();

        (await second).Should().BeOfType<MachineSensorsResult.Read>();
        _controller.Asked.Should().Be(1);
    }

    [Fact]
    public void A_power_type_without_sensors_has_none()
    {
        var sensors = new DriverSensors(new PowerDrivers([_controller]), _time);

        sensors.HasSensors(Target()).Should().BeTrue();
        sensors.HasSensors(new MachinePowerTarget(_machine, PowerSettings.Manual, [])).Should().BeFalse();
    }

    // Settings are read from the store anew for each request.
    private MachinePowerTarget Target(string password = "secret") => new(
        _machine, new PowerSettings("sensing", new Dictionary<string, string> { ["power_pass"] = password }), []);

    private sealed class Controller : IPowerDriver, ISensorDriver
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public SensorResult Result { get; set; } = new SensorResult.Read([]);

        public TaskCompletionSource? Gate { get; set; }

        public IReadOnlyList<string> PowerTypes { get; } = ["sensing"];

        public async Task<SensorResult> ReadSensorsAsync(PowerTarget target, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            if (Gate is { } gate) await gate.Task;
            return Result;
        }

        public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
