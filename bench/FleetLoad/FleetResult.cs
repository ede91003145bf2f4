using System.Globalization;

namespace FleetLoad;

/// <summary>What a run cost, from the first machine's power-on until the last one is Ready again.</summary>
/// <param name="Plan">The fleet.</param>
/// <param name="Completed">Machines that were enlisted, commissioned, deployed, released and are Ready.</param>
/// <param name="SharedAddresses">Addresses that two machines were assigned; a fault.</param>
/// <param name="Wall">Real time.</param>
/// <param name="Processor">Processor time of the process.</param>
/// <param name="Allocated">Bytes that were allocated.</param>
/// <param name="Retained">Bytes of managed objects that are still used at the end, those of the store and the network.</param>
/// <param name="Peak">The largest working set of the process, in bytes.</param>
/// <param name="Virtual">Time by the network's clock.</param>
/// <param name="Datagrams">UDP datagrams that were sent.</param>
/// <param name="Requests">HTTP requests that were answered.</param>
/// <param name="Changes">Entries of the change history: transactions that changed a machine.</param>
/// <param name="Stored">Bytes of the store's file; 0 for a store in memory.</param>
/// <param name="Scans">
/// The statements that go through whole tables, each with its plan; empty for a store in a file, of which it is not known.
/// </param>
internal sealed record FleetResult(
    FleetPlan Plan,
    int Completed,
    int SharedAddresses,
    TimeSpan Wall,
    TimeSpan Processor,
    long Allocated,
    long Retained,
    long Peak,
    TimeSpan Virtual,
    long Datagrams,
    long Requests,
    long Changes,
    long Stored,
    IReadOnlyList<string> Scans)
{
    private static readonly string[] Columns =
    [
        "machines", "sites", "hosts", "complete", "wall", "CPU a machine", "allocated a machine", "retained a machine", "peak memory",
        "virtual time", "requests, changes, datagrams a machine", "stored a machine",
    ];

    /// <summary>The head of the table.</summary>
    public static string Heading =>
        $"| {string.Join(" | ", Columns)} |\n|{string.Concat(Enumerable.Repeat("---|", Columns.Length))}";

    /// <summary>A row of the table.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Plan.Machines:N0} | {Plan.Sites} | {Plan.Hosts} | {Completed:N0} | {Wall.TotalSeconds:F1} s "
        + $"| {Processor.TotalMilliseconds / Plan.Machines:F2} ms | {Allocated / Plan.Machines / 1024:N0} KiB "
        + $"| {Retained / Plan.Machines / 1024.0:F1} KiB | {Peak >> 20:N0} MiB | {Virtual:hh\\:mm\\:ss} "
        + $"| {(double)Requests / Plan.Machines:F0}, {(double)Changes / Plan.Machines:F0}, {(double)Datagrams / Plan.Machines:F0} "
        + $"| {Stored / Plan.Machines / 1024.0:F1} KiB |");
}
