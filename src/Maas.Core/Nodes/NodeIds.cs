using System.Security.Cryptography;
using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>
/// Assigns the numbers of objects in nodes' configurations. A rule runs twice: the first run counts what it needs, the second one gets
/// numbers that were reserved in between. Nothing is reserved for a rule that refuses.
/// </summary>
internal sealed class NodeIds(IRecordStore records)
{
    /// <summary>
    /// Disks had the number of their machine times this, plus their place, before they were stored. Clients know these numbers.
    /// </summary>
    public const int PlacesPerMachine = 1024;

    /// <summary>Runs a rule.</summary>
    /// <param name="rule">A pure function but for the numbers.</param>
    /// <param name="isKept">Whether the result is used; for another one, no number is reserved.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> RunAsync<T>(Func<IIdSource, T> rule, Func<T, bool> isKept, CancellationToken cancellationToken)
    {
        var trial = new TrialIds();
        var result = rule(trial);
        if (trial.Counts.Count == 0 || !isKept(result)) return result;
        Dictionary<IdKind, (long Next, long End)> reserved = [];
        foreach (var (kind, count) in trial.Counts)
        {
            var first = await records.ReserveIdsAsync(NodeTables.IdsOf(kind), count, cancellationToken).ConfigureAwait(false);
            reserved[kind] = (first, first + count);
        }

        return rule(new ReservedIds(reserved));
    }

    /// <summary>
    /// Lets the numbers of block devices begin above those that the machines of an earlier version show. Done once for a store.
    /// </summary>
    /// <param name="machines">The machines of the store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task BeginAsync(IMachineStore machines, CancellationToken cancellationToken)
    {
        var table = NodeTables.IdsOf(IdKind.BlockDevice);
        if (await records.CountAsync(new RecordQuery<IdRecord>(table), cancellationToken).ConfigureAwait(false) > 0) return;
        var present = await machines.ListAsync(new MachineFilter(), cancellationToken).ConfigureAwait(false);
        var highest = present.Count == 0 ? 1 : (present[^1].Number + 1) * PlacesPerMachine;
        await records.SaveAsync(
            new RecordBatch { At = DateTimeOffset.UnixEpoch, Changes = [new RecordChange.Insert(table, new IdRecord { Id = highest })] },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The number that a counter assigns. Interfaces that no configuration stores have the number of their machine times <see
    /// cref="PlacesPerMachine"/> plus their place, which is less than <see cref="MachineRules.MostInterfaces"/>: the counter's numbers lie
    /// between these.
    /// </summary>
    internal static long NumberOf(IdKind kind, long count)
    {
        const int between = PlacesPerMachine - MachineRules.MostInterfaces;
        return kind == IdKind.Interface
            ? (count / between * PlacesPerMachine) + MachineRules.MostInterfaces + (count % between)
            : count;
    }

    private static Guid RandomUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40); // version 4, RFC 9562
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Counts. Its numbers are above all that are ever assigned.</summary>
    private sealed class TrialIds : IIdSource
    {
        private const long First = 1L << 60;

        public Dictionary<IdKind, int> Counts { get; } = [];

        public long NextId(IdKind kind) => First + (Counts[kind] = Counts.GetValueOrDefault(kind) + 1);

        public Guid NextUuid() => RandomUuid();
    }

    private sealed class ReservedIds(Dictionary<IdKind, (long Next, long End)> reserved) : IIdSource
    {
        public long NextId(IdKind kind)
        {
            var (next, end) = reserved.GetValueOrDefault(kind);
            if (next == end) throw new InvalidOperationException($"The rule takes more numbers of {kind} than when it was tried.");
            reserved[kind] = (next + 1, end);
            return NumberOf(kind, next);
        }

        public Guid NextUuid() => RandomUuid();
    }
}
