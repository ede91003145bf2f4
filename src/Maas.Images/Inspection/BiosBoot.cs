using Maas.Images.Formats.Partitions;
using Maas.Images.Primitives;

namespace Maas.Images.Inspection;

/// <summary>
/// Whether a PC's BIOS starts a disk: its first sector ends in 55 AA and begins with code (in the first 440 bytes), and there is what the
/// code loads: on a GPT a BIOS boot partition that is not empty or a partition with the legacy attribute, on an MBR the sectors behind it
/// or an active partition.
/// </summary>
internal static class BiosBoot
{
    private const int Sector = 512;
    private const int Code = 440;
    private const ulong LegacyBootable = 4;

    public static bool Of(DiskImage image)
    {
        if (image.Partitions is not { } table) return false;
        using var disk = image.OpenRead();
        var head = TreeText.Head(disk, 2 * Sector);
        if (head.Length < 2 * Sector || ((ReadOnlySpan<byte>)head).U16(510) != 0xAA55 || !head.AsSpan(0, Code).ContainsAnyExcept((byte)0))
            return false;
        return table.Scheme == PartitionScheme.Gpt
            ? table.Partitions.Any(partition => partition.Type == PartitionTypes.BiosBoot
                ? HasContent(disk, partition)
                : (partition.Attributes & LegacyBootable) != 0)
            : head.AsSpan(Sector).ContainsAnyExcept((byte)0) || table.Partitions.Any(partition => partition.IsActive);
    }

    private static bool HasContent(Stream disk, Partition partition)
    {
        if (partition.Offset >= disk.Length) return false;
        disk.Position = partition.Offset;
        return TreeText.Head(disk, Sector).AsSpan().ContainsAnyExcept((byte)0);
    }
}
