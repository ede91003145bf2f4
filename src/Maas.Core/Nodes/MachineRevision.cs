namespace Maas.Core.Nodes;

/// <summary>
/// Tells whether what is shown of a machine has changed: with the same revision, number and <see cref="Topology.TopologySnapshot.Epoch"/>,
/// the machine, its configuration and the results of its scripts are the same.
/// </summary>
/// <param name="Id">Which machine.</param>
/// <param name="Number">Its <see cref="Machine.Number"/>; another machine of the same id has another one.</param>
/// <param name="Version">Its <see cref="Machine.Version"/>.</param>
/// <param name="Results">Rises with each change of a result of its scripts.</param>
public readonly record struct MachineRevision(SystemId Id, long Number, long Version, long Results);
