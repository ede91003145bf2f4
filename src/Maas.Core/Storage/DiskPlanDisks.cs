using Maas.Core.Inventory;

namespace Maas.Core.Storage;

/// <summary>Finds the disks of a configuration in the inventory. A disk that could be another one is refused.</summary>
internal static class DiskPlanDisks
{
    /// <summary>
    /// The disks on which something is planned, the boot disk first. What is wrong with them is added to <paramref name="reasons"/>.
    /// </summary>
    public static IReadOnlyList<(BlockDevice Device, Disk Disk)> Identify(StorageConfig config, Hardware hardware, List<string> reasons)
    {
        var boot = config.BootDevice?.Id;
        List<(BlockDevice Device, Disk Disk)> found = [];
        foreach (var device in config.BlockDevices.Where(device => device.Type == BlockDeviceType.Physical && IsUsed(device))
            .OrderByDescending(device => device.Id == boot).ThenBy(device => device.Id))
        {
            var disk = StorageDiscovery.FindDisk(hardware, device);
            if (Fault(hardware, device, disk) is { } fault) reasons.Add(fault);
            else if (found.Exists(other => ReferenceEquals(other.Disk, disk)))
                reasons.Add($"{device.Name} and another configured disk are the same disk {disk?.Name} of the inventory.");
            else if (disk is not null) found.Add((device, disk));
        }

        return found;
    }

    /// <summary>Whether something is planned on a disk.</summary>
    public static bool IsUsed(BlockDevice device) => device.PartitionTable is not null || device.FileSystem is not null;

    private static string? Fault(Hardware hardware, BlockDevice device, Disk? disk)
    {
        if (disk is null) return $"The disk {Name(device)} is not in the inventory: commission this machine again.";
        if (device.Serial != disk.Serial)
            return $"The disk {Name(device)} has the serial number '{disk.Serial}' in the inventory: commission this machine again.";
        if (disk.ReadOnly) return $"The disk {Name(device)} is read-only.";
        if (disk.Removable) return $"The disk {Name(device)} is removable; nothing is installed on it.";
        if (disk is { Serial: "", Wwid: "", Path: "" })
            return $"The disk {Name(device)} has no serial number, world wide name or place by which it could be recognised.";
        if (hardware.Disks.Any(other => !ReferenceEquals(other, disk)
            && other.Serial == disk.Serial && other.Wwid == disk.Wwid && other.Path == disk.Path && other.Size == disk.Size))
            return $"The disk {Name(device)} cannot be told from another one: serial number, world wide name, place and size are the same.";
        return PartitionPlacement.End(device) is var end && device.PartitionTable is not null && end > disk.Size
            ? $"The partitions of {Name(device)} need {end} bytes, and the disk has {disk.Size}."
            : null;
    }

    private static string Name(BlockDevice device) => device.Serial.Length > 0 ? $"{device.Name} ({device.Serial})" : device.Name;
}
