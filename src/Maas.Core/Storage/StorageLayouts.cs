using System.Globalization;

namespace Maas.Core.Storage;

/// <summary>
/// Replaces everything that is planned on a node's disks by a layout. <c>blank</c> is the way to begin again: it leaves the disks alone.
/// </summary>
public static class StorageLayouts
{
    private const long EfiSize = 512L * 1024 * 1024;
    private const long SmallestBoot = 512L * 1024 * 1024;
    private const long SmallestRoot = 3L * 1024 * 1024 * 1024;
    private const long BcacheBootSize = 1024L * 1024 * 1024;

    /// <summary>The names of the layouts, as messages list them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bcache", "blank", "custom", "flat", "lvm"];

    /// <summary>Applies a layout.</summary>
    public static StorageResult Apply(StorageConfig config, StorageLayoutRequest request, IIdSource ids)
    {
        if (request.Layout.Length == 0) return Refuse("storage_layout", FormMessages.Required);
        if (!Names.Contains(request.Layout))
            return Refuse("storage_layout", FormMessages.NotOneOf(request.Layout, "storage_layout", Names));
        if (config.BootDevice is not { } boot)
            return Refuse(FormMessages.PlainText, "Machine is missing a boot disk; no storage layout can be applied.");
        if (Sizes.Read(config, boot, request, out var sizes) is { } refusal) return refusal;

        // The boot disk stays the same disk while the others change.
        var blank = Blank(config);
        var steps = new LayoutSteps(blank with { BootDisk = boot.Id }, ids);
        switch (request.Layout)
        {
            case "flat":
                Flat(steps, boot, sizes);
                break;
            case "lvm":
                LogicalVolumes(steps, boot, sizes, request);
                break;
            case "bcache" when sizes.Cache is { } cache:
                Bcache(steps, boot, cache, sizes, request);
                break;
            case "bcache":
                if (!request.AllowFallback)
                    return Refuse(FormMessages.PlainText,
                        "Failed to configure storage layout 'bcache': Node doesn't have an available cache device to setup bcache.");
                Flat(steps, boot, sizes);
                break;
            case "custom":
                return CustomStorageLayout.Apply(blank, request.CustomLayout, ids);
        }

        return steps.Refusal is { } failed ? failed : new StorageResult.Changed(steps.Config with { BootDisk = config.BootDisk }, 0);
    }

    /// <summary>The disks alone: no partitions, file systems, groups and special file systems.</summary>
    public static StorageConfig Blank(StorageConfig config) => config with
    {
        BlockDevices =
        [
            .. config.BlockDevices.Where(device => device.Type == BlockDeviceType.Physical)
                .Select(device => device with { PartitionTable = null, Partitions = [], FileSystem = null }),
        ],
        Groups = [],
        CacheSets = [],
        SpecialFileSystems = [],
    };

    private static void Flat(LayoutSteps steps, BlockDevice boot, Sizes sizes) =>
        steps.Mount(Partitions(steps, boot, sizes, sizes.Boot), "ext4", "root", "/");

    private static void LogicalVolumes(LayoutSteps steps, BlockDevice boot, Sizes sizes, StorageLayoutRequest request)
    {
        var root = Partitions(steps, boot, sizes, sizes.Boot);
        var group = steps.Do(config => VolumeGroupRules.Create(config, new GroupRequest
        {
            Name = request.VolumeGroupName.Length == 0 ? "vgroot" : request.VolumeGroupName,
            Partitions = [Text(IdOf(root))],
        }, steps.Ids), ("name", "vg_name"));
        var volume = steps.Do(config => VolumeGroupRules.CreateLogicalVolume(config, group, new LogicalVolumeRequest(
            request.LogicalVolumeName.Length == 0 ? "lvroot" : request.LogicalVolumeName,
            sizes.Volume is { } size ? Text(size) : null), steps.Ids), ("name", "lv_name"), ("size", "lv_size"));
        steps.Mount(new StorageTarget.Device(volume), "ext4", "root", "/");
    }

    private static void Bcache(LayoutSteps steps, BlockDevice boot, BlockDevice cache, Sizes sizes, StorageLayoutRequest request)
    {
        var root = Partitions(steps, boot, sizes, sizes.Boot == 0 ? BcacheBootSize : sizes.Boot);
        var place = request.CacheWithoutPartition
            ? new CacheSetRequest(Device: Text(cache.Id))
            : new CacheSetRequest(Partition: Text(steps.Partition(cache.Id, sizes.CachePart, bootable: false, "cache_size")));
        var set = steps.Do(config => CacheSetRules.Create(config, place, steps.Ids));
        var bcache = steps.Do(config => BcacheRules.Create(config, new BcacheRequest
        {
            BackingPartition = Text(IdOf(root)),
            CacheSet = Text(set),
            CacheMode = request.CacheMode.Length == 0 ? "writethrough" : request.CacheMode,
        }, steps.Ids));
        var device = steps.Config.DevicesOf(bcache).FirstOrDefault();
        steps.Mount(new StorageTarget.Device(device?.Id ?? 0), "ext4", "root", "/");
    }

    // EFI system partition, /boot, and the partition of the root file system, which the caller fills.
    private static StorageTarget Partitions(LayoutSteps steps, BlockDevice boot, Sizes sizes, long bootSize)
    {
        var platform = steps.Config.Platform;
        if (platform.NeedsEfi)
            steps.Mount(
                new StorageTarget.Partition(steps.Partition(boot.Id, EfiSize, bootable: true, "boot_size")), "fat32", "efi", "/boot/efi");
        if (bootSize == 0 && platform.NeedsSeparateBoot) bootSize = SmallestBoot;
        if (bootSize > 0)
            steps.Mount(
                new StorageTarget.Partition(steps.Partition(boot.Id, bootSize, bootable: true, "boot_size")), "ext4", "boot", "/boot");
        return new StorageTarget.Partition(steps.Partition(sizes.RootDevice, sizes.Root, bootable: false, "root_size"));
    }

    private static long IdOf(StorageTarget target) => target is StorageTarget.Partition partition ? partition.Id : 0;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static StorageResult.Refused Refuse(string field, string message) => new(field, message);

    /// <summary>The parameters that are sizes and disks.</summary>
    private sealed record Sizes(long Boot, long? Root, long RootDevice, long? Volume, BlockDevice? Cache, long? CachePart)
    {
        public static StorageResult.Refused? Read(StorageConfig config, BlockDevice boot, StorageLayoutRequest request, out Sizes sizes)
        {
            sizes = new Sizes(0, null, boot.Id, null, null, null);
            if (request.Layout is "blank" or "custom") return null;
            BlockDevice[] disks = [.. config.BlockDevices.Where(device => device.Type == BlockDeviceType.Physical)];
            if (ReadSize("boot_size", request.BootSize, boot.Size - EfiSize, SmallestBoot, boot.Size - EfiSize - SmallestRoot,
                out var bootSize)
                is { } wrongBoot) return wrongBoot;
            if (ReadSize("root_size", request.RootSize, boot.Size - EfiSize, SmallestRoot, boot.Size - EfiSize - SmallestBoot,
                out var rootSize)
                is { } wrongRoot) return wrongRoot;
            if (ReadDisk("root_device", request.RootDevice, disks, out var root) is { } wrongDevice) return wrongDevice;
            if (rootSize is not null && EfiSize + (bootSize ?? 0) + rootSize > boot.Size)
                return Refuse(FormMessages.WholeForm,
                    "Size of the boot partition and root partition are larger than the available space on the boot disk.");
            sizes = sizes with { Boot = bootSize ?? 0, Root = rootSize, RootDevice = root?.Id ?? boot.Id };
            return request.Layout switch
            {
                "lvm" => ReadVolume(boot, request, ref sizes),
                "bcache" => ReadCache(boot, disks, request, ref sizes),
                _ => null,
            };
        }

        private static StorageResult.Refused? ReadVolume(BlockDevice boot, StorageLayoutRequest request, ref Sizes sizes)
        {
            var whole = sizes.Root ?? (boot.Size - EfiSize - sizes.Boot);
            var wrong = ReadSize("lv_size", request.LogicalVolumeSize, whole, SmallestRoot, whole, out var size);
            sizes = sizes with { Volume = size };
            return wrong;
        }

        private static StorageResult.Refused? ReadCache(
            BlockDevice boot, BlockDevice[] disks, StorageLayoutRequest request, ref Sizes sizes)
        {
            disks = [.. disks.Where(disk => disk.Id != boot.Id)];
            if (ReadDisk("cache_device", request.CacheDevice, disks, out var cache) is { } wrong) return wrong;
            if (request.CacheMode.Length > 0 && !StorageNames.CacheModes.TryParse(request.CacheMode, out _))
                return Refuse("cache_mode", FormMessages.NotAChoice(request.CacheMode));
            if (request is { CacheSize.Length: > 0, CacheWithoutPartition: true })
                return Refuse("cache_size", "Cannot use cache_size and cache_no_part at the same time.");
            cache ??= disks.Where(disk => disk.Tags.Contains("ssd")).OrderBy(disk => disk.Size).FirstOrDefault();
            sizes = sizes with { Cache = cache };
            if (cache is null) return null;
            var wrongSize = ReadSize("cache_size", request.CacheSize, cache.Size, BlockDeviceRules.SmallestDevice, cache.Size,
                out var size);
            sizes = sizes with { CachePart = size };
            return wrongSize;
        }

        private static StorageResult.Refused? ReadSize(string field, string text, long whole, long least, long most, out long? size)
        {
            size = null;
            if (text.Length == 0) return null;
            if (!StorageSize.TryParsePart(text, whole, out var bytes)) return Refuse(field, FormMessages.Invalid);
            size = bytes;
            return bytes < least ? Refuse(field, $"Size is too small. Minimum size is {least}.")
                : bytes > most ? Refuse(field, $"Size is too large. Maximum size is {most}.")
                : null;
        }

        private static StorageResult.Refused? ReadDisk(string field, string text, BlockDevice[] disks, out BlockDevice? disk)
        {
            disk = text.Length == 0 ? null : Array.Find(disks, candidate => Text(candidate.Id) == text);
            return text.Length == 0 || disk is not null
                ? null
                : Refuse(field, FormMessages.NotOneOf(text, field, disks.Select(candidate => Text(candidate.Id))));
        }
    }
}
