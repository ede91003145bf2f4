using System.CommandLine;
using Maas.Images;
using Maas.Images.FileTrees;

namespace ImageTool.Verbs;

/// <summary><c>ls IMAGE[:PART][/PATH] [PATH] [-R]</c>: a listing like <c>ls -l</c>.</summary>
internal static class LsVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "IMAGE[:PARTITION][/PATH]" };
    private static readonly Argument<string?> Inside = new("path") { Arity = ArgumentArity.ZeroOrOne, Description = "A path inside." };
    private static readonly Option<bool> Recursive = new("--recursive", "-R") { Description = "Everything below, too." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("ls", "Lists a directory of an image.") { Image, Inside, Recursive };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            ImageAddress.Parse(arguments.GetRequiredValue(Image)),
            arguments.GetValue(Inside),
            arguments.GetValue(Recursive),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ImageAddress address, string? path, bool recursive, CancellationToken cancellationToken)
    {
        using var image = await address.OpenAsync(cancellationToken);
        Warnings.Write(image, address.Partition);
        var tree = image.OpenTree(address.Partition);
        var start = address.EntryIn(tree, path);
        var entries = start.Kind != FileKind.Directory ? [start] : recursive ? tree.Walk(start) : tree.List(start);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Console.Out.WriteLine(Line(entry, recursive));
        }

        return 0;
    }

    private static string Line(FileEntry entry, bool recursive)
    {
        var size = entry.Device is { } device ? $"{device}" : $"{entry.Length}";
        var target = entry.LinkTarget is null ? "" : $" -> {FileName.Printable(entry.LinkTarget)}";
        return $"{Letter(entry.Kind)}{Permissions(entry.Mode)} {entry.UserId,5} {entry.GroupId,5} {size,12} "
            + $"{entry.ModifiedAt:yyyy-MM-dd HH:mm} {FileName.Printable(recursive ? entry.Path : entry.Name)}{target}";
    }

    private static char Letter(FileKind kind) => kind switch
    {
        FileKind.Directory => 'd',
        FileKind.SymbolicLink => 'l',
        FileKind.CharacterDevice => 'c',
        FileKind.BlockDevice => 'b',
        FileKind.Pipe => 'p',
        FileKind.Socket => 's',
        _ => '-',
    };

    private static string Permissions(UnixFileMode mode)
    {
        var bits = (int)mode;
        var text = new char[9];
        for (var i = 0; i < 9; i++) text[i] = (bits >> (8 - i) & 1) != 0 ? "rwx"[i % 3] : '-';
        if (mode.HasFlag(UnixFileMode.SetUser)) text[2] = text[2] == 'x' ? 's' : 'S';
        if (mode.HasFlag(UnixFileMode.SetGroup)) text[5] = text[5] == 'x' ? 's' : 'S';
        if (mode.HasFlag(UnixFileMode.StickyBit)) text[8] = text[8] == 'x' ? 't' : 'T';
        return new string(text);
    }
}
