using Maas.Images.Primitives;

namespace Maas.Images.Outputs;

/// <summary>What a block device, or a partition of it, is used for on this machine, in words.</summary>
internal static class DeviceUse
{
    private const string Mounts = "/proc/self/mountinfo";
    private const string Swaps = "/proc/swaps";

    /// <summary>The first use found; null if there is none that this process can see.</summary>
    public static string? Of(string path)
    {
        if (FileStatus.OfTarget(path) is not { Device: { } device }) return null;
        var folder = $"/sys/dev/block/{device}";
        List<(DeviceNumber Number, string Name)> parts = [(device, path)];
        if (Directory.Exists(folder))
        {
            foreach (var partition in Directory.EnumerateDirectories(folder).Where(part => File.Exists(Path.Combine(part, "partition"))))
                if (Parse(File.ReadAllText(Path.Combine(partition, "dev")).Trim()) is { } number)
                    parts.Add((number, $"/dev/{Path.GetFileName(partition)}"));
        }

        return parts.Select(part => FindUse(part.Number, part.Name)).FirstOrDefault(use => use is not null);
    }

    private static string? FindUse(DeviceNumber device, string name)
    {
        foreach (var line in LinesOf(Mounts))
            if (line.Split(' ') is { Length: > 4 } fields && Parse(fields[2]) == device)
                return $"{name} is mounted at {fields[4].Replace("\\040", " ", StringComparison.Ordinal)}";
        foreach (var line in LinesOf(Swaps).Skip(1))
            if (line.Split(' ', 2)[0] is { Length: > 0 } file && file[0] == '/' && FileStatus.OfTarget(file)?.Device == device)
                return $"{name} is swap";
        var holders = $"/sys/dev/block/{device}/holders";
        return Directory.Exists(holders) && Directory.EnumerateFileSystemEntries(holders).FirstOrDefault() is { } holder
            ? $"{name} is part of /dev/{Path.GetFileName(holder)}"
            : null;
    }

    private static string[] LinesOf(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];

    private static DeviceNumber? Parse(string text) =>
        text.Split(':') is [var major, var minor] && uint.TryParse(major, out var first) && uint.TryParse(minor, out var second)
            ? new DeviceNumber(first, second)
            : null;
}
