using System.CommandLine;
using Maas.Images;
using Maas.Images.Archives;
using Maas.Images.FileTrees;
using Maas.Images.Outputs;

namespace ImageTool.Verbs;

/// <summary><c>put IMAGE[:PART] FILE PATH</c>: a file of this machine into an image, or behind an initrd.</summary>
internal static class PutVerb
{
    private static readonly Argument<string> Image = new("image")
    {
        Description = "IMAGE[:PARTITION]: raw, a qcow2 or a fixed VHD; or an initrd, packed or not."
    };
    private static readonly Argument<string> Source = new("file") { Description = "A file; - for standard input." };
    private static readonly Argument<string> Inside = new("path")
    {
        Description = "Where it goes; a file that is there keeps its mode and owner."
    };

    private static readonly Option<string?> Mode = new("--mode")
    {
        Description = "The file's mode in octal (0755); unless given, a new file gets FILE's and one that is there keeps its own."
    };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("put", "Puts a file into an image.") { Image, Source, Inside, Mode };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            ImageAddress.Parse(arguments.GetRequiredValue(Image)),
            arguments.GetRequiredValue(Source),
            arguments.GetRequiredValue(Inside),
            ModeOf(arguments.GetValue(Mode)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ImageAddress address,
        string source,
        string path,
        UnixFileMode? mode,
        CancellationToken cancellationToken)
    {
        if (Directory.Exists(source)) throw new IOException($"{source} is a directory; put takes one file.");
        await using var content = source == "-" ? Console.OpenStandardInput() : File.OpenRead(source);
        if (await IsInitrdAsync(address, cancellationToken))
        {
            await AppendAsync(address, path, content, mode ?? ModeOfFile(source), mode is not null, cancellationToken);
            return 0;
        }

        await using var edit = await DiskImage.EditAsync(address.File, null, cancellationToken);
        var tree = edit.OpenTree(address.Partition);
        // A FAT has no modes: what was not asked for is not asked of it.
        var given = mode
            ?? (tree.Resolve(path) is null && !tree.Format.StartsWith("fat", StringComparison.Ordinal) ? ModeOfFile(source) : null);
        await tree.WriteFileAsync(path, content, given is null ? null : new FileOwnership { Mode = given }, cancellationToken);
        await edit.CommitAsync(cancellationToken);
        return 0;
    }

    private static async Task<bool> IsInitrdAsync(ImageAddress address, CancellationToken cancellationToken)
    {
        using var image = await address.OpenAsync(cancellationToken);
        return image.Volumes[0].Content == "cpio";
    }

    /// <summary>
    /// Puts the file behind the initrd, under the name that links in it lead to, and the directories on the way that it does not have
    /// before it.
    /// </summary>
    private static async Task AppendAsync(
        ImageAddress address,
        string path,
        Stream content,
        UnixFileMode? mode,
        bool isChosen,
        CancellationToken cancellationToken)
    {
        List<string> folders;
        using (var image = await address.OpenAsync(cancellationToken))
        {
            var tree = image.OpenTree();
            path = tree.ResolvePath(path);
            if (tree.Find(path) is { } there)
            {
                if (there.Kind == FileKind.Directory) throw new IOException($"{path} is a directory in {address.File}.");
                if (!isChosen) mode = there.Mode;
            }

            var names = path.Split('/');
            folders =
            [
                .. Enumerable.Range(1, names.Length - 1)
                    .Select(depth => string.Join('/', names[..depth]))
                    .Where(folder => tree.Find(folder) is null)
            ];
        }

        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        await using var before = File.OpenRead(address.File);
        await using var after = Initramfs.Append(before, cpio =>
        {
            foreach (var folder in folders) cpio.WriteDirectory(folder);
            if (mode is { } bits) cpio.WriteFile(path, bytes.ToArray(), (int)bits);
            else cpio.WriteFile(path, bytes.ToArray());
        });
        await ImageOutput.WriteAsync(address.File, after, null, cancellationToken);
    }

    private static UnixFileMode? ModeOfFile(string source) =>
        source == "-" || OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(source) & (UnixFileMode)0x1FF;

    private static UnixFileMode? ModeOf(string? octal)
    {
        if (octal is null) return null;
        return octal.Length is > 0 and <= 5
            && octal.All(digit => digit is >= '0' and <= '7')
            && Convert.ToInt32(octal, 8) is var mode and <= 0xFFF
            ? (UnixFileMode)mode
            : throw new ArgumentException($"{octal} is no mode; write it in octal, as chmod takes it: 0755.");
    }
}
