namespace Maas.Core.Storage;

/// <summary>What a configuration must fulfil so that a machine boots from it, beside what <see cref="StorageIssues"/> tells.</summary>
internal static class DiskPlanChecks
{
    private static readonly string[] Reserved = ["/dev/", "/proc/", "/run/", "/sys/"];

    /// <summary>Adds what is wrong to <paramref name="reasons"/>.</summary>
    public static void Find(StorageConfig config, List<string> reasons)
    {
        CheckPlatform(config, reasons);
        CheckGroups(config, reasons);
        CheckFileSystems(config, reasons);
        if (config.BootDevice is { } boot && BootFileSystem(config) is { } bootFiles) CheckBoot(config, boot, bootFiles, reasons);
    }

    /// <summary>The file system that holds <c>/boot</c>.</summary>
    public static (StorageTarget Target, FileSystem FileSystem)? BootFileSystem(StorageConfig config) =>
        Mounted(config, "/boot") ?? Mounted(config, "/");

    /// <summary>The disks that carry a part of a device.</summary>
    public static IReadOnlySet<long> DisksBelow(StorageConfig config, StorageTarget target)
    {
        HashSet<long> disks = [];
        HashSet<StorageTarget> seen = [];
        Queue<StorageTarget> waiting = new([target]);
        while (waiting.TryDequeue(out var next))
        {
            if (!seen.Add(next) || config.DeviceOf(next) is not { } device) continue;
            if (device.Type == BlockDeviceType.Physical) disks.Add(device.Id);
            else if (config.FindGroup(device.Group) is { } group)
                foreach (var below in GroupMembers.BasesOf(config, group)) waiting.Enqueue(below);
        }

        return disks;
    }

    private static void CheckPlatform(StorageConfig config, List<string> reasons)
    {
        if (config.Platform is not ({ Architecture: "amd64" } or { Architecture: "arm64", IsUefi: true }))
            reasons.Add($"No boot loader is installed on {config.Platform.Architecture} machines with this firmware: only on amd64, and on "
                + "arm64 with UEFI.");
    }

    private static void CheckGroups(StorageConfig config, List<string> reasons)
    {
        if (config.CacheSets.Count > 0 || config.Groups.Any(group => group.Type == FileSystemGroupType.Bcache))
            reasons.Add("Bcache is not set up by this environment: choose a layout without it.");
        foreach (var group in config.Groups.Where(group => group.Type != FileSystemGroupType.Bcache))
        {
            var noun = StorageNames.NounOf(group.Type);
            if (!IsPlain(group.Name)) reasons.Add($"The {noun} '{group.Name}' has a name that its tools do not take.");
            if (group.Type == FileSystemGroupType.VolumeGroup)
            {
                foreach (var volume in config.DevicesOf(group.Id).Where(volume => !IsPlain(volume.Name)))
                    reasons.Add($"The logical volume '{volume.Name}' has a name that its tools do not take.");
                continue;
            }

            if (group.Name.Length > 32) reasons.Add($"The RAID '{group.Name}' has a name of more than 32 characters.");
            var active = config.MembersOf(group.Id).Count(member => member.FileSystem.Type == FileSystemType.Raid);
            var least = LeastDevices(group.Type);
            if (active < least) reasons.Add($"The RAID '{group.Name}' needs at least {least} devices.");
            if (!config.DevicesOf(group.Id).Any()) reasons.Add($"The RAID '{group.Name}' provides no device.");
        }
    }

    private static int LeastDevices(FileSystemGroupType type) => type switch
    {
        FileSystemGroupType.Raid0 or FileSystemGroupType.Raid1 => 2,
        FileSystemGroupType.Raid6 => 4,
        _ => 3,
    };

    private static void CheckFileSystems(StorageConfig config, List<string> reasons)
    {
        foreach (var (target, fileSystem) in config.Carried.Where(item => item.FileSystem is { Group: null, CacheSet: null }))
        {
            if (FileSystemLimits.Refuse(fileSystem, config.SizeOf(target)) is { } reason) reasons.Add(reason);
            if (fileSystem.MountPoint is ['/', ..] && Reserved.Any(folder => (fileSystem.MountPoint.TrimEnd('/') + "/").StartsWith(
                folder, StringComparison.Ordinal)))
                reasons.Add($"{fileSystem.MountPoint} belongs to the kernel's own file systems.");
        }

        foreach (var fileSystem in config.FileSystems.Where(item => item.MountPoint is not null))
        {
            if ((fileSystem.MountPoint + fileSystem.MountOptions + fileSystem.Label).Any(char.IsControl))
                reasons.Add("A mount point, option or label contains control characters.");
            if ((fileSystem.MountPoint ?? "").Split('/') is var parts && (parts.Contains("..") || parts.Contains(".")))
                reasons.Add($"The mount point {fileSystem.MountPoint} is not a plain path.");
        }

        foreach (var point in config.FileSystems.Where(item => item.MountPoint is ['/', ..])
            .GroupBy(item => (item.MountPoint ?? "").TrimEnd('/'), StringComparer.Ordinal).Where(same => same.Count() > 1))
            reasons.Add($"More than one file system is mounted at {(point.Key.Length == 0 ? "/" : point.Key)}.");
        if (Mounted(config, "/") is { FileSystem: var root } && !FileSystemLimits.MayBeRoot(root.Type))
            reasons.Add($"The root file system cannot be {StorageNames.NameOf(root.Type)}, which keeps no owners and permissions.");
    }

    private static void CheckBoot(
        StorageConfig config, BlockDevice boot, (StorageTarget Target, FileSystem FileSystem) bootFiles, List<string> reasons)
    {
        if (bootFiles.FileSystem.Type is FileSystemType.Swap or FileSystemType.ZfsRoot)
            reasons.Add($"The boot loader cannot read {StorageNames.NameOf(bootFiles.FileSystem.Type)}.");
        if (config.Platform.NeedsEfi)
        {
            if (Mounted(config, "/boot/efi") is not var (target, efi))
                reasons.Add("UEFI firmware starts the boot loader from a FAT partition mounted at /boot/efi, and none is configured.");
            else if (target is not StorageTarget.Partition || !FileSystemLimits.IsFat(efi.Type)
                || config.DeviceOf(target) is not { Type: BlockDeviceType.Physical } carrier)
                reasons.Add("/boot/efi must be a FAT file system on a partition of a disk: UEFI firmware reads no other.");
            else if (carrier.Id != boot.Id)
                reasons.Add($"The boot disk is {boot.Name}, and /boot/efi is on {carrier.Name}: choose one of them.");
        }
        else if (boot.PartitionTable is null)
        {
            reasons.Add($"The boot disk {boot.Name} has no partition table, and so no room for the boot loader.");
        }
    }

    private static (StorageTarget Target, FileSystem FileSystem)? Mounted(StorageConfig config, string point) =>
        config.Carried
            .Where(item => item.FileSystem.MountPoint is ['/', ..] path && path.TrimEnd('/') == point.TrimEnd('/'))
            .Select(item => ((StorageTarget, FileSystem)?)item).FirstOrDefault();

    // What LVM and mdadm take of a name: no hyphen or dot at its beginning, and not the names of folders.
    private static bool IsPlain(string name) =>
        name.Length is > 0 and <= 100 && name[0] is not ('-' or '.')
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '+');
}
