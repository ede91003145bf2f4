using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Maas.Core.Diagnostics;

namespace Maas.Core.Nodes;

/// <summary>
/// How many machines are in each status, and how long the power queue is, as of the last pass of a <see cref="DeadlineWorker"/>. Several
/// cores
/// in one process are added up.
/// </summary>
internal sealed class MachineGauges : IDisposable
{
    private static readonly ConcurrentDictionary<MachineGauges, bool> Sources = new();

    private static readonly ObservableGauge<int> Machines = CoreDiagnostics.Meter.CreateObservableGauge(
        "maas.machines", Count, "{machine}", "Machines in each status.");

    private static readonly ObservableGauge<int> Queue = CoreDiagnostics.Meter.CreateObservableGauge(
        "maas.power_queue.length", () =>
            Sources.Keys.Sum(source => source._queued), "{action}", "Power actions that wait or are under way.");

    private volatile ImmutableDictionary<MachineStatus, int> _byStatus = ImmutableDictionary<MachineStatus, int>.Empty;
    private volatile int _queued;

    public MachineGauges()
    {
        _ = (Machines, Queue);
        Sources[this] = true;
    }

    public void Update(IReadOnlyDictionary<MachineStatus, int> byStatus, int queued)
    {
        _byStatus = byStatus.ToImmutableDictionary();
        _queued = queued;
    }

    public void Dispose() => Sources.TryRemove(this, out _);

    private static IEnumerable<Measurement<int>> Count() =>
        from source in Sources.Keys
        from status in source._byStatus
        group status.Value by status.Key into each
        select new Measurement<int>(each.Sum(), new KeyValuePair<string, object?>("maas.machine.status", each.Key.DisplayName));
}
