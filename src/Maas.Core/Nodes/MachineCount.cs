namespace Maas.Core.Nodes;

/// <summary>How many machines match a filter.</summary>
/// <param name="Total">All of them; each is counted once.</param>
/// <param name="Groups">
/// The groups that machines are in, in no particular order; empty with <see cref="MachineGrouping.None"/>.
/// </param>
public sealed record MachineCount(int Total, IReadOnlyList<MachineGroup> Groups);
