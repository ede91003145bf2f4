using Maas.Testing;
using VmLab.Machines;
using VmLab.Processes;

namespace Maas.Journey.Tests.Lab;

/// <summary>A simulated machine in the rack: what happens at it is its console.</summary>
internal sealed class SimulatedRackMachine : IRackMachine, IAsyncDisposable
{
    private readonly SimulatedMachine _machine;
    private readonly Task _telling;

    public SimulatedRackMachine(string name, SimulatedMachineOptions options, string folder)
    {
        Name = name;
        Console = new ConsoleLog(TimeProvider.System, Path.Combine(folder, $"{name}.console"));
        _machine = new SimulatedMachine(options);
        _telling = TellAsync();
    }

    public string Name { get; }

    public string MacAddress => $"{_machine.Mac}";

    public ConsoleLog Console { get; }

    public bool IsOn => _machine.IsOn;

    /// <summary>What it is, and what became of its disks.</summary>
    public SimulatedMachine Simulated => _machine;

    public Task TurnOnAsync(CancellationToken cancellationToken)
    {
        _machine.TurnOn();
        return Task.CompletedTask;
    }

    public Task TurnOffAsync(CancellationToken cancellationToken) => _machine.TurnOffAsync();

    public async Task WaitForPowerOffAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (await _machine.WhenAtRestAsync(cancellationToken).WaitAsync(
            timeout, TimeProvider.System, cancellationToken) is not SettledState.Off)
            throw new TimeoutException($"{Name} rests without being off:\n{Console}");
    }

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        await _telling;
        Console.Dispose();
    }

    private async Task TellAsync()
    {
        await foreach (var happened in _machine.WatchAsync()) Console.Append($"{happened}\n");
    }
}
