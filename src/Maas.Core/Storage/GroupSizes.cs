namespace Maas.Core.Storage;

/// <summary>The sizes of groups, which follow from the sizes of their members. All are whole bytes.</summary>
internal static class GroupSizes
{
    private const long Extent = 4 * 1024 * 1024;
    private const long RaidSuperblock = 128 * 1024;

    /// <summary>What a group provides.</summary>
    public static long SizeOf(StorageConfig config, FileSystemGroup group)
    {
        List<(long Size, FileSystemType Role)> members =
            [.. config.MembersOf(group.Id).Select(member => (config.SizeOf(member.Target), member.FileSystem.Type))];
        if (members.Count == 0) return 0;
        var total = members.Sum(member => member.Size);
        var smallest = members.Min(member => member.Size);
        var active = members.Count(member => member.Role == FileSystemType.Raid);
        return Math.Max(0, group.Type switch
        {
            // Each physical volume loses an extent to LVM's headers.
            FileSystemGroupType.VolumeGroup => ((total / Extent) - members.Count) * Extent,
            FileSystemGroupType.Raid0 => total - (RaidSuperblock * members.Count),
            FileSystemGroupType.Raid1 => smallest - RaidSuperblock,
            FileSystemGroupType.Raid5 => (smallest * (active - 1)) - RaidSuperblock,
            FileSystemGroupType.Raid6 => (smallest * (active - 2)) - RaidSuperblock,
            FileSystemGroupType.Raid10 => (smallest * active / 2) - RaidSuperblock,
            _ => total, // the backing device of a bcache
        });
    }

    /// <summary>What the logical volumes of a volume group leave, without counting one of them.</summary>
    public static long FreeSpace(StorageConfig config, FileSystemGroup group, long except = 0) =>
        SizeOf(config, group) - config.DevicesOf(group.Id).Where(volume => volume.Id != except).Sum(volume => volume.Size);

    /// <summary>The block size of what a group provides.</summary>
    public static int BlockSizeOf(StorageConfig config, FileSystemGroup group) => group.Type switch
    {
        FileSystemGroupType.VolumeGroup => 4096,
        FileSystemGroupType.Bcache => config.MembersOf(group.Id).Select(member => config.DeviceOf(member.Target)?.BlockSize)
            .FirstOrDefault() ?? 512,
        _ => 512,
    };

    /// <summary>
    /// The configuration with the virtual devices of RAIDs and bcaches as large as their groups, or why that is not possible.
    /// </summary>
    public static StorageResult Recompute(StorageConfig config, long id)
    {
        // A group may be built of another one's device: as many rounds as there are groups reach the last.
        for (var round = 0; round <= config.Groups.Count; round++)
        {
            var stale = config.BlockDevices.FirstOrDefault(device =>
                config.FindGroup(device.Group) is { Type: not FileSystemGroupType.VolumeGroup } group
                && device.Size != SizeOf(config, group));
            if (stale is null) break;
            config = config with { BlockDevices = [.. config.BlockDevices.Select(device => Resized(config, device))] };
        }

        if (config.Groups.Any(group => group.Type == FileSystemGroupType.VolumeGroup && FreeSpace(config, group) < 0))
            return new StorageResult.Refused(FormMessages.WholeForm, "Volume group cannot be smaller than its logical volumes.");
        var full = config.BlockDevices.FirstOrDefault(device =>
            device.Partitions.Count > 0 && device.Size < PartitionTables.Used(config.Platform, device));
        return full is null
            ? new StorageResult.Changed(config, id)
            : new StorageResult.Refused("size",
                $"Partition {full.Partitions[^1].Id} cannot be resized to fit on the block device; not enough free space.");
    }

    private static BlockDevice Resized(StorageConfig config, BlockDevice device) =>
        config.FindGroup(device.Group) is { Type: not FileSystemGroupType.VolumeGroup } group
            ? device with { Size = SizeOf(config, group), BlockSize = BlockSizeOf(config, group) }
            : device;
}
