using System.Text.Json;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Core.Stores;

/// <summary>
/// A machine as the JSON text that stores keep. Unlike any other JSON of a machine it contains the secrets of its power settings. Unknown
/// properties are skipped and missing ones have their defaults, so that a store can be read by another version.
/// </summary>
public static class MachineDocument
{
    /// <summary>
    /// Writes a machine, without <see cref="Machine.Number"/>'s and <see cref="Machine.Version"/>'s authority: a store keeps both beside
    /// it.
    /// </summary>
    public static string Write(Machine machine) => JsonSerializer.Serialize(machine, CoreJson.Default.Machine);

    /// <summary>Reads a machine.</summary>
    /// <param name="document">What <see cref="Write"/> returned.</param>
    /// <param name="number">The machine's <see cref="Machine.Number"/>.</param>
    /// <param name="version">The machine's <see cref="Machine.Version"/>.</param>
    /// <exception cref="JsonException">The document is damaged.</exception>
    public static Machine Read(string document, long number, long version)
    {
        var machine = JsonSerializer.Deserialize(document, CoreJson.Default.Machine) ?? throw new JsonException("The document is null.");
        return machine with
        {
            Number = number,
            Version = version,
            // Documents that were written before there were zones and pools have neither.
            ZoneId = machine.ZoneId == 0 ? Zone.DefaultId : machine.ZoneId,
            PoolId = machine.PoolId == 0 ? ResourcePool.DefaultId : machine.PoolId,
            // The generated reader sets what a document lacks to null, whatever its default is.
            MinHweKernel = machine.MinHweKernel ?? "",
            Hardware = machine.Hardware is { } hardware && hardware.Disks.Any(IsOfEarlierVersion)
                ? hardware with { Disks = [.. hardware.Disks.Select(disk => disk with { Wwid = disk.Wwid ?? "", Path = disk.Path ?? "" })] }
                : machine.Hardware,
        };
    }

    private static bool IsOfEarlierVersion(Disk disk) => disk.Wwid is null || disk.Path is null;
}
