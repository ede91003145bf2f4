using System.CommandLine;
using Maas.Images;
using Maas.Images.Formats.Partitions;

namespace ImageTool.Verbs;

/// <summary>
/// <c>grow IMAGE[:PART] SIZE</c>: makes a raw disk longer, and its last partition, or the one named, and the ext2/3/4 in it.
/// </summary>
internal static class GrowVerb
{
    private const long LargestMbr = uint.MaxValue * 512L;

    private static readonly Argument<string> Image = new("image") { Description = "A raw disk; IMAGE:2 grows partition 2." };
    private static readonly Argument<string> Size = new("size")
    {
        Description = "Its new size: bytes, or a number with M, G or T (powers of 1024)."
    };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("grow", "Makes a raw disk, a partition and its file system longer.") { Image, Size };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(
                ImageAddress.Parse(arguments.GetRequiredValue(Image)), Sizes.Parse(arguments.GetRequiredValue(Size)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ImageAddress address, long length, CancellationToken cancellationToken)
    {
        await using var edit = await DiskImage.EditAsync(address.File, null, cancellationToken);
        var before = edit.Volumes.ToDictionary(volume => volume.Number, volume => volume.Length);
        edit.Grow(length, address.Partition);
        var grown = address.Partition is not null
            ? address.VolumeIn(edit.Volumes)
            : edit.Volumes.MaxBy(volume => volume.Partition is { } partition ? partition.Offset + volume.Length : 0)!;
        if (address.Partition is { } number && grown.Length == before[number])
            // it is one of a table
            throw new NotSupportedException($"Partition {number} of {address.File} cannot grow: "
                + $"{ObstacleOf(edit.Partitions!, grown.Partition!)}. Nothing was changed.");
        if (edit.Partitions is { Scheme: PartitionScheme.Mbr } && length > LargestMbr)
            await Console.Error.WriteLineAsync("An MBR describes 2 TiB at most: what is behind that belongs to no partition. A larger disk "
                + "needs a GPT (sgdisk --mbrtogpt).");
        var name = grown.Number == 0 ? "The image" : $"Partition {grown.Number}";
        if (grown.CanGrowFileSystem) edit.GrowFileSystem(grown.Number);
        else if (grown.Length == before.GetValueOrDefault(grown.Number))
            await Console.Error.WriteLineAsync($"{name} stays as long as it was; the disk has grown.");
        else
            await Console.Error.WriteLineAsync($"{name} has grown, but what is in it "
                + $"({(grown.Content.Length == 0 ? "unknown" : grown.Content)}) stays as long as it was: it is not grown here.");
        await edit.CommitAsync(cancellationToken);
        return 0;
    }

    private static string ObstacleOf(PartitionTable table, Partition partition)
    {
        const long Alignment = 1 << 20;
        var next = table.Partitions.Where(other => other.Offset >= partition.End).MinBy(other => other.Offset);
        if (next is not null)
            return next.Offset - partition.End < Alignment
                ? $"partition {next.Number} follows it"
                : $"there is less than a MiB before partition {next.Number}";
        return table.Scheme == PartitionScheme.Mbr && partition.End > LargestMbr - Alignment
            ? "an MBR describes 2 TiB at most"
            : "there is less than a MiB behind it";
    }
}
