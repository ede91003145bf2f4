using Maas.Core.Inventory;

namespace Maas.Core.Storage;

/// <summary>Makes a configuration of what commissioning found.</summary>
public static class StorageDiscovery
{
    /// <summary>
    /// The disks of a node, with nothing on them. A disk that was known before keeps its id, its operator's tags and its place as boot
    /// disk: it is recognised by model and serial number, without a serial number by its path, without both by name and size.
    /// </summary>
    /// <param name="hardware">What commissioning found.</param>
    /// <param name="platform">How the node boots.</param>
    /// <param name="previous">What was known before; <see langword="null"/> the first time.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static StorageConfig Discover(Hardware hardware, BootPlatform platform, StorageConfig? previous, IIdSource ids)
    {
        List<BlockDevice> known = [.. (previous?.BlockDevices ?? []).Where(device => device.Type == BlockDeviceType.Physical)];
        List<BlockDevice> devices = [];
        foreach (var disk in hardware.Disks.Where(IsUsable))
        {
            if (devices.Count == BlockDeviceRules.MostDevices) break;
            var found = new BlockDevice
            {
                Id = 0,
                Name = disk.Name,
                Model = disk.Model,
                Serial = disk.Serial,
                IdPath = PathOf(disk),
                Size = Math.Min(disk.Size, BlockDeviceRules.LargestDevice),
                BlockSize = Math.Max(disk.BlockSize, 512),
                Tags = TagsOf(disk),
            };
            var same = Find(known, found) is { } match && Find(hardware, match) ? match : null;
            if (same is not null) known.Remove(same);
            devices.Add(found with
            {
                Id = same?.Id ?? ids.NextId(IdKind.BlockDevice),
                Tags = [.. found.Tags.Union((same?.Tags ?? []).Where(tag => !Measured.Contains(tag)))],
            });
        }

        return new StorageConfig
        {
            Platform = platform,
            BlockDevices = [.. devices.OrderBy(device => device.Id)],
            BootDisk = devices.Exists(device => device.Id == previous?.BootDisk) ? previous?.BootDisk : null,
        };
    }

    /// <summary>Whether a disk becomes a block device.</summary>
    internal static bool IsUsable(Disk disk) => disk is { ReadOnly: false, Size: >= BlockDeviceRules.SmallestDevice };

    /// <summary>
    /// The disk of an inventory that a device is; <see langword="null"/> for none, or more than one. What an operator changed of the device
    /// may leave only its serial number or its name to go by.
    /// </summary>
    internal static Disk? FindDisk(Hardware hardware, BlockDevice device)
    {
        List<Disk> same = [.. hardware.Disks.Where(disk => IsSame(device, Describe(disk)))];
        if (same.Count == 0 && device.Serial.Length > 0) same = [.. hardware.Disks.Where(disk => disk.Serial == device.Serial)];
        return same is [var only] ? only : hardware.Disks.FirstOrDefault(disk => disk.Name == device.Name);
    }

    private static readonly string[] Measured = ["ssd", "rotary", "removable", "sata"];

    private static List<string> TagsOf(Disk disk)
    {
        List<string> tags = [disk.Rotational ? "rotary" : "ssd"];
        if (disk.Removable) tags.Add("removable");
        if (disk.Bus == "sata") tags.Add("sata");
        return tags;
    }

    private static string PathOf(Disk disk)
    {
        var (prefix, name) = disk.Wwid switch
        {
            ['n', 'a', 'a', '.', .. var rest] => ("wwn-0x", rest),
            ['e', 'u', 'i', '.', ..] => ("nvme-", disk.Wwid),
            _ => ("", ""),
        };
        return IsPlain(name) ? $"/dev/disk/by-id/{prefix}{name}" : IsPlain(disk.Path) ? $"/dev/disk/by-path/{disk.Path}" : "";
    }

    // The machine wrote it: a name that could leave its folder is no name.
    private static bool IsPlain(string name) =>
        name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "._:-".Contains(letter, StringComparison.Ordinal));

    private static BlockDevice? Find(List<BlockDevice> known, BlockDevice found) =>
        known.FindAll(device => IsSame(device, found)) is [var only] ? only : null;

    // Some arrays give all of their disks one serial number: then it identifies none of them.
    private static bool Find(Hardware hardware, BlockDevice known) =>
        hardware.Disks.Count(disk => IsSame(known, Describe(disk))) == 1;

    private static BlockDevice Describe(Disk disk) => new()
    {
        Id = 0, Name = disk.Name, Model = disk.Model, Serial = disk.Serial, IdPath = PathOf(disk), Size = disk.Size,
    };

    private static bool IsSame(BlockDevice one, BlockDevice other) => (one.Serial.Length > 0, one.IdPath.Length > 0) switch
    {
        (true, _) => one.Serial == other.Serial && one.Model == other.Model,
        (_, true) => other.Serial.Length == 0 && one.IdPath == other.IdPath,
        _ => other is { Serial.Length: 0, IdPath.Length: 0 } && one.Name == other.Name && one.Size == other.Size,
    };
}
