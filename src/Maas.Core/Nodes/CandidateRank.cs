namespace Maas.Core.Nodes;

/// <summary>The place of a machine in the order of allocation: the machine that is the least waste comes first.</summary>
/// <param name="Cost">MAAS's cost of a machine, times 1024: 1024 for each processor, and 1 for each MiB of memory.</param>
/// <param name="DiskBytes">The size of its disks together, in bytes.</param>
/// <param name="Number">Its <see cref="Machine.Number"/>: of equal machines, the oldest is first.</param>
public readonly record struct CandidateRank(long Cost, long DiskBytes, long Number) : IComparable<CandidateRank>
{
    private const long CostOfCpu = 1024;

    /// <summary>The place of a machine.</summary>
    public static CandidateRank Of(Machine machine) => new(
        (machine.CpuCount * CostOfCpu) + machine.MemoryMiB,
        (long)Math.Min(machine.Hardware?.Disks.Sum(disk => (double)disk.Size) ?? 0, long.MaxValue / 2),
        machine.Number);

    /// <inheritdoc/>
    public int CompareTo(CandidateRank other) => (Cost, DiskBytes, Number).CompareTo((other.Cost, other.DiskBytes, other.Number));

    /// <summary>Whether the left machine comes first.</summary>
    public static bool operator <(CandidateRank left, CandidateRank right) => left.CompareTo(right) < 0;

    /// <summary>Whether the right machine comes first.</summary>
    public static bool operator >(CandidateRank left, CandidateRank right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left machine comes first, or both are the same.</summary>
    public static bool operator <=(CandidateRank left, CandidateRank right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the right machine comes first, or both are the same.</summary>
    public static bool operator >=(CandidateRank left, CandidateRank right) => left.CompareTo(right) >= 0;
}
