namespace Maas.Core.Storage;

/// <summary>Names of block devices and groups. They become part of paths and commands on the installed system.</summary>
internal static class DeviceNaming
{
    private const int Longest = 100;

    /// <summary>Why a name for a group cannot be taken; <see langword="null"/> when it can.</summary>
    public static StorageResult.Refused? RefuseGroup(StorageConfig config, string name, FileSystemGroupType type, long except = 0)
    {
        if (Malformed(name) is { } malformed) return malformed;
        if (config.Groups.Any(group => group.Name == name && group.Id != except))
            return new StorageResult.Refused("name", $"Another {StorageNames.NounOf(type)} with this name already exists.");
        return type == FileSystemGroupType.VolumeGroup ? null
            : config.BlockDevices.Any(device => device.Name == name && device.Group != except) ? Taken
            : null;
    }

    /// <summary>Why a name for a block device cannot be taken; <see langword="null"/> when it can.</summary>
    public static StorageResult.Refused? RefuseDevice(StorageConfig config, string name, long except = 0) =>
        Malformed(name) ?? (config.BlockDevices.Any(device => device.Name == name && device.Id != except) ? Taken : null);

    /// <summary>The first free name of a prefix and a number (<c>md0</c>).</summary>
    public static string NextName(StorageConfig config, string prefix) =>
        Enumerable.Range(0, int.MaxValue).Select(number => $"{prefix}{number}")
            .First(name => config.Groups.All(group => group.Name != name) && config.BlockDevices.All(device => device.Name != name));

    private static StorageResult.Refused Taken =>
        new(FormMessages.WholeForm, "Block device with this Node config and Name already exists.");

    private static StorageResult.Refused? Malformed(string name) =>
        name.Length == 0 ? new StorageResult.Refused("name", FormMessages.Required)
        : name.Length > Longest ? new StorageResult.Refused("name", FormMessages.TooLong(name, Longest))
        : name[0] is '-' or '.' || !name.All(
            letter => char.IsAsciiLetterOrDigit(letter) || "._+:!@-".Contains(letter, StringComparison.Ordinal))
            ? new StorageResult.Refused("name", FormMessages.Invalid)
        : null;
}
