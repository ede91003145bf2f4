namespace Maas.Core.Storage;

/// <summary>Formats, mounts, unmounts and unformats, with or without a device.</summary>
public static class FileSystemRules
{
    private const int LongestText = 255;
    private const int MostSpecial = 128;

    /// <summary>Puts a file system on a device or partition, in place of the one that is there.</summary>
    public static StorageResult Format(StorageConfig config, StorageTarget target, FileSystemRequest request, IIdSource ids)
    {
        if (NotFound(config, target) is { } missing) return missing;
        if (request.Type.Length == 0) return new StorageResult.Refused("fstype", FormMessages.Required);
        if (!StorageNames.Formats.TryParse(request.Type, out var type))
            return new StorageResult.Refused("fstype", FormMessages.NotAChoice(request.Type));
        if (RefuseText("label", request.Label) is { } wrong) return wrong;
        var noun = target is StorageTarget.Device ? "block device" : "partition";
        if (config.FileSystemOn(target) is { } present && PartitionRules.UseOf(config, present) is not null)
            return Refuse($"Cannot format a {noun} that has a filesystem type of {StorageNames.NameOf(present.Type)}.");
        if (target is StorageTarget.Device device)
        {
            if (config.FindDevice(device.Id) is { PartitionTable: not null })
                return Refuse("Cannot format block device with a partition table.");
            if (config.BootDevice?.Id == device.Id)
                return Refuse(
                    "Cannot place filesystem directly on the boot disk. "
                    + "Create a partition on the boot disk first and then format the partition.");
        }

        if (IsSpecial(type)) return Refuse("Virtual filesystems must be mounted.");
        var made = new FileSystem
        {
            Id = ids.NextId(IdKind.FileSystem),
            Type = type,
            Uuid = request.Uuid ?? ids.NextUuid(),
            Label = request.Label,
        };
        return new StorageResult.Changed(config.WithFileSystem(target, made), IdOf(target));
    }

    /// <summary>Removes the file system of a device or partition.</summary>
    public static StorageResult Unformat(StorageConfig config, StorageTarget target)
    {
        if (NotFound(config, target) is { } missing) return missing;
        var noun = target is StorageTarget.Device ? "block device" : "partition";
        if (config.FileSystemOn(target) is not { } present) return Answer(NotFormatted(target));
        if (PartitionRules.UseOf(config, present) is not null)
            return Answer("Filesystem is part of a filesystem group, and cannot be unformatted.");
        return present.MountPoint is null
            ? new StorageResult.Changed(config.WithFileSystem(target, null), IdOf(target))
            : Answer($"Filesystem is mounted and cannot be unformatted. Unmount the filesystem before unformatting the {noun}.");
    }

    /// <summary>Mounts the file system of a device or partition, or moves it to another place. Swap has no place and is used.</summary>
    public static StorageResult Mount(StorageConfig config, StorageTarget target, MountRequest request)
    {
        if (NotFound(config, target) is { } missing) return missing;
        if (config.FileSystemOn(target) is not { } present) return Refuse("Cannot mount an unformatted partition or block device.");
        if (PartitionRules.UseOf(config, present) is not null)
            return Refuse("Filesystem is part of a filesystem group, and cannot be mounted.");
        var point = present.Type == FileSystemType.Swap ? "none" : request.Point;
        if ((present.Type == FileSystemType.Swap ? null : RefusePoint(config, point, present.Id)) is { } wrong) return wrong;
        return RefuseText("mount_options", request.Options) is { } refusal ? refusal : new StorageResult.Changed(
            config.WithFileSystem(target, present with { MountPoint = point, MountOptions = request.Options }), IdOf(target));
    }

    /// <summary>Unmounts the file system of a device or partition.</summary>
    public static StorageResult Unmount(StorageConfig config, StorageTarget target)
    {
        if (NotFound(config, target) is { } missing) return missing;
        if (config.FileSystemOn(target) is not { } present) return Answer(NotFormatted(target));
        return present.MountPoint is null
            ? Answer("Filesystem is already unmounted.")
            : new StorageResult.Changed(
                config.WithFileSystem(target, present with { MountPoint = null, MountOptions = "" }), IdOf(target));
    }

    /// <summary>Mounts a file system that has no device: tmpfs or ramfs.</summary>
    public static StorageResult MountSpecial(StorageConfig config, string type, MountRequest request, IIdSource ids)
    {
        if (type.Length == 0) return new StorageResult.Refused("fstype", FormMessages.Required);
        if (!StorageNames.SpecialFormats.TryParse(type, out var parsed))
            return new StorageResult.Refused("fstype", FormMessages.NotAChoice(type));
        if ((RefusePoint(config, request.Point, 0) ?? RefuseText("mount_options", request.Options)) is { } refusal) return refusal;
        if (config.SpecialFileSystems.Count >= MostSpecial) return Refuse($"A node has at most {MostSpecial} special filesystems.");
        var made = new FileSystem
        {
            Id = ids.NextId(IdKind.FileSystem),
            Type = parsed,
            Uuid = ids.NextUuid(),
            MountPoint = request.Point,
            MountOptions = request.Options,
        };
        return new StorageResult.Changed(config with { SpecialFileSystems = [.. config.SpecialFileSystems, made] }, made.Id);
    }

    /// <summary>Removes a file system that has no device.</summary>
    public static StorageResult UnmountSpecial(StorageConfig config, string point)
    {
        if (RefusePath(point) is { } refusal) return refusal;
        FileSystem[] rest = [.. config.SpecialFileSystems.Where(special => special.MountPoint != point)];
        return rest.Length == config.SpecialFileSystems.Count
            ? new StorageResult.Refused("mount_point", "No special filesystem is mounted at this path.")
            : new StorageResult.Changed(config with { SpecialFileSystems = rest }, 0);
    }

    internal static bool IsSpecial(FileSystemType type) => type is FileSystemType.Tmpfs or FileSystemType.Ramfs;

    private static StorageResult.Refused? RefusePoint(StorageConfig config, string point, long fileSystem) =>
        RefusePath(point) ?? (config.FileSystems.Any(other => other.Id != fileSystem && IsSamePath(other.MountPoint, point))
            ? Refuse($"Another filesystem is already mounted at {point}.")
            : null);

    private static StorageResult.Refused? RefusePath(string point) =>
        point.Length == 0 ? new StorageResult.Refused("mount_point", FormMessages.Required)
        : point[0] != '/' ? new StorageResult.Refused("mount_point", FormMessages.Invalid)
        : RefuseText("mount_point", point);

    private static bool IsSamePath(string? one, string other) => one?.TrimEnd('/') == other.TrimEnd('/');

    // What ends up in fstab is one line.
    private static StorageResult.Refused? RefuseText(string field, string text) =>
        text.Length > LongestText ? new StorageResult.Refused(field, FormMessages.TooLong(text, LongestText))
        : text.Any(char.IsControl) ? new StorageResult.Refused(field, FormMessages.Invalid)
        : null;

    private static string NotFormatted(StorageTarget target) =>
        target is StorageTarget.Device ? "Block device is not formatted." : "Partition is not formatted.";

    private static StorageResult.NotFound? NotFound(StorageConfig config, StorageTarget target) =>
        config.DeviceOf(target) is not null ? null
        : new StorageResult.NotFound(target is StorageTarget.Device ? "BlockDevice" : "Partition");

    private static long IdOf(StorageTarget target) => target switch
    {
        StorageTarget.Device device => device.Id,
        StorageTarget.Partition partition => partition.Id,
        _ => 0,
    };

    private static StorageResult.Refused Refuse(string message) => new(FormMessages.WholeForm, message);

    private static StorageResult.Refused Answer(string message) => new(FormMessages.PlainText, message);
}
