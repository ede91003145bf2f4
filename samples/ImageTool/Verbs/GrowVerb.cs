using System.CommandLine;
using Maas.Images;

namespace ImageTool.Verbs;

/// <summary><c>grow IMAGE[:PART] SIZE</c>: makes a raw disk longer, and its last partition, or the one named, and the ext2/3/4 in it.</summary>
internal static class GrowVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "A raw disk; IMAGE:2 grows partition 2." };
    private static readonly Argument<string> Size = new("size") { Description = "Its new size: bytes, or a number with M, G or T (powers of 1024)." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("grow", "Makes a raw disk, a partition and its file system longer.") { Image, Size };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(ImageAddress.Parse(arguments.GetRequiredValue(Image)), Sizes.Parse(arguments.GetRequiredValue(Size)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ImageAddress address, long length, CancellationToken cancellationToken)
    {
        await using var edit = await DiskImage.EditAsync(address.File, null, cancellationToken);
        edit.Grow(length, address.Partition);
        var grown = address.Partition is not null
            ? address.VolumeIn(edit.Volumes)
            : edit.Volumes.MaxBy(volume => volume.Partition is { } partition ? partition.Offset + volume.Length : 0)!;
        if (grown.CanGrowFileSystem) edit.GrowFileSystem(grown.Number);
        else await Console.Error.WriteLineAsync($"What is in it ({(grown.Content.Length == 0 ? "unknown" : grown.Content)}) stays as long as it was.");
        await edit.CommitAsync(cancellationToken);
        return 0;
    }
}
