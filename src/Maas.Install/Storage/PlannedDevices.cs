using Maas.Core.Storage;

namespace Maas.Install.Storage;

/// <summary>The steps of a plan by the devices that they concern.</summary>
internal sealed class PlannedDevices(DiskPlan plan)
{
    private readonly Dictionary<string, FileSystem> _fileSystems = plan.Steps.OfType<DiskStep.Format>()
        .ToDictionary(step => step.Device, step => step.FileSystem, StringComparer.Ordinal);

    private readonly Dictionary<string, FileSystem> _mounted = plan.Steps.OfType<DiskStep.FileSystemTable>()
        .SelectMany(step => step.Entries).Where(entry => entry.Device is not null)
        .ToDictionary(entry => entry.Device ?? "", entry => entry.FileSystem, StringComparer.Ordinal);

    public DiskPlan Plan => plan;

    public IReadOnlyList<PlannedDisk> Disks => plan.Disks;

    public IEnumerable<DiskStep.Table> Tables => plan.Steps.OfType<DiskStep.Table>();

    public IEnumerable<DiskStep.Raid> Raids => plan.Steps.OfType<DiskStep.Raid>();

    public IEnumerable<DiskStep.VolumeGroup> Groups => plan.Steps.OfType<DiskStep.VolumeGroup>();

    public IEnumerable<DiskStep.LogicalVolume> Volumes => plan.Steps.OfType<DiskStep.LogicalVolume>();

    /// <summary>Tmpfs and ramfs.</summary>
    public IEnumerable<FileSystemTableEntry> Special => plan.Steps.OfType<DiskStep.FileSystemTable>()
        .SelectMany(step => step.Entries).Where(entry => entry.Device is null);

    /// <summary>The partitions of the disks with their devices and keys.</summary>
    public IEnumerable<(string Key, DiskStep.Table Table, PlacedPartition Partition)> Partitions =>
        Tables.SelectMany(table => table.Partitions.Select(partition => ($"{table.Device}.{partition.Number}", table, partition)));

    public FileSystem? FileSystemOn(string device) => _fileSystems.GetValueOrDefault(device);

    /// <summary>Whether the file system on a device is mounted, or its swap space used.</summary>
    public bool IsUsed(string device) => _mounted.ContainsKey(device);

    public DiskStep.Raid? RaidOf(string device) =>
        Raids.FirstOrDefault(raid => raid.Members.Contains(device) || raid.Spares.Contains(device));

    public DiskStep.VolumeGroup? GroupOf(string device) => Groups.FirstOrDefault(group => group.Members.Contains(device));

    public bool IsDisk(string device) => Disks.Any(disk => disk.Key == device);

    public DiskStep.Table? TableOf(string device) => Tables.FirstOrDefault(table => table.Device == device);

    /// <summary>The device whose file system holds <c>/boot</c>.</summary>
    public string? BootDevice => At("/boot") ?? At("/");

    /// <summary>The name of a device in messages.</summary>
    public string NameOf(string device) =>
        Disks.FirstOrDefault(disk => disk.Key == device)?.Disk.Name
        ?? Raids.FirstOrDefault(raid => raid.Device == device)?.Name
        ?? Volumes.FirstOrDefault(volume => volume.Device == device)?.Name
        ?? (device.Split('.') is [var carrier, var number] ? $"partition {number} of {NameOf(carrier)}" : device);

    private string? At(string point) => _mounted.Where(item => (item.Value.MountPoint ?? "").TrimEnd('/') == point.TrimEnd('/'))
        .Select(item => item.Key).FirstOrDefault(key => _mounted[key].Type != FileSystemType.Swap);
}
