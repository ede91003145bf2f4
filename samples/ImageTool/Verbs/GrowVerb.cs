using System.CommandLine;
using Maas.Images;

namespace ImageTool.Verbs;

/// <summary><c>grow IMAGE[:PART] SIZE</c>: makes a raw disk longer, and its last partition, or the one named, with it.</summary>
internal static class GrowVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "A raw disk; IMAGE:2 grows partition 2." };
    private static readonly Argument<string> Size = new("size") { Description = "Its new size: bytes, or a number with M, G or T (powers of 1024)." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("grow", "Makes a raw disk and a partition longer.") { Image, Size };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var address = ImageAddress.Parse(arguments.GetRequiredValue(Image));
            await using var edit = await DiskImage.EditAsync(address.File, null, cancellationToken);
            edit.Grow(Sizes.Parse(arguments.GetRequiredValue(Size)), address.Partition);
            await edit.CommitAsync(cancellationToken);
            return 0;
        });
        return command;
    }
}
