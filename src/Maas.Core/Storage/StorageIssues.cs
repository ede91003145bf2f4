namespace Maas.Core.Storage;

/// <summary>Why a node cannot be deployed with the storage that is planned.</summary>
public static class StorageIssues
{
    /// <summary>The reasons, in MAAS's words, for the field <c>storage</c>; empty when it can be deployed.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="operatingSystem">The operating system to install (<c>ubuntu</c>, <c>centos</c>).</param>
    /// <param name="release">Its release (<c>noble</c>, <c>centos8</c>).</param>
    public static IReadOnlyList<string> Find(StorageConfig config, string operatingSystem = "", string release = "")
    {
        List<string> issues = [];
        var root = Mounted(config, "/");
        var boot = Mounted(config, "/boot");
        var isBootReadable = boot is not null && !IsOnBcache(config, boot);
        if (config.BootDevice is null) issues.Add("Specify a storage device to be able to deploy this node.");
        if (root is null) issues.Add("Mount the root '/' filesystem to be able to deploy this node.");
        if (root is not null && IsOnBcache(config, root) && !isBootReadable)
            issues.Add("This node cannot be deployed because it cannot boot from a bcache volume. "
                + "Mount /boot on a non-bcache device to be able to deploy this node.");
        if (config.Platform.NeedsSeparateBoot && !isBootReadable)
            issues.Add("This node cannot be deployed because it needs a separate /boot partition.  "
                + "Mount /boot on a device to be able to deploy this node.");
        if (operatingSystem is "centos" or "rhel") AddUnsupported(config, operatingSystem, release, issues);
        return issues;
    }

    private static void AddUnsupported(StorageConfig config, string operatingSystem, string release, List<string> issues)
    {
        HashSet<FileSystemType> types = [.. config.FileSystems.Select(fileSystem => fileSystem.Type)];
        const string Because = "This node cannot be deployed because the selected deployment OS";
        if (types.Overlaps([FileSystemType.BcacheBacking, FileSystemType.BcacheCache]))
            issues.Add($"{Because}, {operatingSystem}, does not support Bcache.");
        if (types.Contains(FileSystemType.ZfsRoot)) issues.Add($"{Because}, {operatingSystem}, does not support ZFS.");
        if (types.Contains(FileSystemType.Btrfs) && release.Contains('8', StringComparison.Ordinal))
            issues.Add($"{Because} release, {operatingSystem} {release}, does not support BTRFS.");
    }

    private static BlockDevice? Mounted(StorageConfig config, string point) =>
        config.Carried.Where(item => item.FileSystem.MountPoint == point).Select(item => config.DeviceOf(item.Target)).FirstOrDefault();

    private static bool IsOnBcache(StorageConfig config, BlockDevice device) =>
        config.FindGroup(device.Group) is { } group
        && (group.Type == FileSystemGroupType.Bcache
            || GroupMembers.BasesOf(config, group).Any(target => config.DeviceOf(target) is { } below && IsOnBcache(config, below)));
}
