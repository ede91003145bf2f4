using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>What the services of this namespace need of <see cref="MaasCoreOptions"/>, whose documentation applies.</summary>
internal sealed record NodeOptions
{
    public string Domain { get; init; } = "maas";

    public IReadOnlyCollection<string> ReservedHostnames { get; init; } = [];

    public MachineDeadlines Deadlines { get; init; } = new();

    public int MostNewMachines { get; init; } = 10_000;

    public TimeSpan NewMachineLifetime { get; init; } = TimeSpan.FromDays(30);

    public int EventsOfDeletedMachines { get; init; } = 100_000;

    public TimeSpan DeletedMachineEventLifetime { get; init; }

    public int PowerAttempts { get; init; } = 5;

    public TimeSpan PowerRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan PowerTimeout { get; init; } = TimeSpan.FromMinutes(3);

    public TimeSpan ShutDownTimeout { get; init; } = TimeSpan.FromMinutes(6);

    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan TimeoutOf(PowerAction action) =>
        // A controller looks at the image before it takes it.
        action is PowerAction.ShutDown or PowerAction.BootMedia ? ShutDownTimeout : PowerTimeout;
}
