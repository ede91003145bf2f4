namespace Maas.Core.Nodes;

/// <summary>Machines that have something in common.</summary>
/// <param name="Value">
/// What they have: the name of the <see cref="MachineStatus"/>, the id of the zone or of the resource pool, the owner or the tag.
/// <see langword="null"/> for the machines without an owner, or without a tag.
/// </param>
/// <param name="Count">How many there are, 1 upward.</param>
public sealed record MachineGroup(string? Value, int Count);
