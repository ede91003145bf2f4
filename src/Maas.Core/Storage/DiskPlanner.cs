using Maas.Core.Inventory;

namespace Maas.Core.Storage;

/// <summary>
/// Makes of a storage configuration the steps that carry it out, or says what is missing, ambiguous or cannot boot. Pure: nothing here
/// reads or writes a disk.
/// </summary>
/// <example><code>
/// switch (DiskPlanner.Plan(config, machine.Hardware!))
/// {
///     case DiskPlanResult.Ready ready: Console.WriteLine(ready.Plan.ToText()); break;
///     case DiskPlanResult.Refused refused: Console.WriteLine(string.Join('\n', refused.Reasons)); break;
/// }
/// </code></example>
public static class DiskPlanner
{
    /// <summary>Makes the plan.</summary>
    /// <param name="config">What is configured.</param>
    /// <param name="hardware">The inventory, which tells how each disk is recognised.</param>
    public static DiskPlanResult Plan(StorageConfig config, Hardware hardware)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(hardware);
        List<string> reasons = [.. StorageIssues.Find(config)];
        var disks = DiskPlanDisks.Identify(config, hardware, reasons);
        DiskPlanChecks.Find(config, reasons);
        return reasons.Count > 0
            ? new DiskPlanResult.Refused([.. reasons.Distinct(StringComparer.Ordinal)])
            : new Run(config, disks).Make();
    }

    private sealed class Run(StorageConfig config, IReadOnlyList<(BlockDevice Device, Disk Disk)> disks)
    {
        private readonly Dictionary<StorageTarget, string> _keys = [];
        private readonly List<DiskStep> _steps = [];

        public DiskPlanResult Make()
        {
            for (var i = 0; i < disks.Count; i++) _keys[new StorageTarget.Device(disks[i].Device.Id)] = $"d{i + 1}";
            _steps.AddRange(disks.Select(disk => new DiskStep.Wipe(Key(disk.Device))));
            if (Build() is { } unbuilt) return new DiskPlanResult.Refused([$"{unbuilt} is built on devices that are not there."]);

            foreach (var (target, fileSystem) in config.Carried.Where(item => item.FileSystem is { Group: null, CacheSet: null }))
                _steps.Add(new DiskStep.Format(_keys[target], fileSystem));
            (StorageTarget Target, FileSystem FileSystem)[] mounted =
            [
                .. config.Carried.Where(item => item.FileSystem.MountPoint is ['/', ..])
                    .OrderBy(item => Folder(item.FileSystem), StringComparer.Ordinal),
            ];
            foreach (var (target, fileSystem) in mounted)
                _steps.Add(new DiskStep.Mount(_keys[target], fileSystem.MountPoint ?? "", fileSystem.Type));
            _steps.Add(new DiskStep.Unpack());
            _steps.Add(new DiskStep.FileSystemTable(
            [
                .. mounted.Concat(config.Carried.Where(item => item.FileSystem is { Type: FileSystemType.Swap, MountPoint: not null }))
                    .Select(item => new FileSystemTableEntry(_keys[item.Target], item.FileSystem)),
                .. config.SpecialFileSystems.OrderBy(Folder, StringComparer.Ordinal)
                    .Select(special => new FileSystemTableEntry(null, special)),
            ]));
            _steps.Add(BootLoader());
            return new DiskPlanResult.Ready(new DiskPlan(
                [.. disks.Select(disk => new PlannedDisk(Key(disk.Device), disk.Disk))],
                _steps,
                config.SizeOf(mounted[0].Target)));
        }

        /// <summary>
        /// Partitions and groups, each after what it is built on. The name of what cannot be built, or <see langword="null"/>.
        /// </summary>
        private string? Build()
        {
            HashSet<long> built = [];
            foreach (var (device, _) in disks) Partition(device);
            while (config.Groups.FirstOrDefault(group => !built.Contains(group.Id)
                && config.MembersOf(group.Id).All(member => _keys.ContainsKey(member.Target))) is { } group)
            {
                built.Add(group.Id);
                if (group.Type == FileSystemGroupType.VolumeGroup) AddVolumes(group);
                else AddRaid(group);
            }

            return config.Groups.FirstOrDefault(group => !built.Contains(group.Id))?.Name;
        }

        private void Partition(BlockDevice device)
        {
            if (device.PartitionTable is not { } table) return;
            _steps.Add(new DiskStep.Table(Key(device), table, PartitionPlacement.Place(config, device)));
            foreach (var partition in device.Partitions)
                _keys[new StorageTarget.Partition(partition.Id)] = $"{Key(device)}.{partition.Number}";
        }

        private void AddVolumes(FileSystemGroup group)
        {
            _steps.Add(new DiskStep.VolumeGroup(group.Name, Members(group, FileSystemType.LvmPhysicalVolume)));
            BlockDevice[] volumes = [.. config.DevicesOf(group.Id)];
            var isFull = GroupSizes.FreeSpace(config, group) < PartitionTables.Alignment;
            foreach (var volume in volumes)
            {
                var key = $"v{_steps.OfType<DiskStep.LogicalVolume>().Count() + 1}";
                _keys[new StorageTarget.Device(volume.Id)] = key;
                _steps.Add(new DiskStep.LogicalVolume(key, group.Name, volume.Name, isFull && volume == volumes[^1] ? null : volume.Size));
            }
        }

        private void AddRaid(FileSystemGroup group)
        {
            var device = config.DevicesOf(group.Id).First();
            var key = $"m{_steps.OfType<DiskStep.Raid>().Count()}";
            _keys[new StorageTarget.Device(device.Id)] = key;
            _steps.Add(new DiskStep.Raid(
                key, LevelOf(group.Type), group.Name, group.Uuid, Members(group, FileSystemType.Raid),
                Members(group, FileSystemType.RaidSpare)));
            Partition(device);
        }

        private List<string> Members(FileSystemGroup group, FileSystemType role) =>
            [.. config.MembersOf(group.Id).Where(member => member.FileSystem.Type == role).Select(member => _keys[member.Target])];

        private DiskStep BootLoader()
        {
            if (config.Platform.NeedsEfi)
                return new DiskStep.UefiBootLoader(config.Platform.Architecture == "arm64" ? "arm64-efi" : "x86_64-efi");

            // Each disk of a mirrored /boot can start the machine.
            var carriers = DiskPlanChecks.BootFileSystem(config) is { } boot
                ? DiskPlanChecks.DisksBelow(config, boot.Target)
                : new HashSet<long>();
            return new DiskStep.BiosBootLoader(
            [
                .. disks.Where((disk, place) => place == 0 || (carriers.Contains(disk.Device.Id) && disk.Device.PartitionTable is not null))
                    .Select(disk => Key(disk.Device)),
            ]);
        }

        private string Key(BlockDevice device) => _keys[new StorageTarget.Device(device.Id)];
    }

    // So that "/" comes before "/boot", and "/boot" before "/boot/efi".
    private static string Folder(FileSystem fileSystem) => (fileSystem.MountPoint ?? "").TrimEnd('/') + "/";

    private static int LevelOf(FileSystemGroupType type) => type switch
    {
        FileSystemGroupType.Raid0 => 0,
        FileSystemGroupType.Raid1 => 1,
        FileSystemGroupType.Raid5 => 5,
        FileSystemGroupType.Raid6 => 6,
        FileSystemGroupType.Raid10 => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "It is no RAID."),
    };
}
