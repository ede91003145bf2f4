using Maas.Images;
using Maas.Images.Disks;
using Maas.Images.FileTrees;

namespace ImageTool;

/// <summary>
/// What a user points at: <c>disk.qcow2</c>, <c>disk.qcow2:2</c>, <c>disk.qcow2:2/etc/ssh</c> or <c>live.iso:/casper</c>.
/// A file whose own name holds a colon is taken as it is.
/// </summary>
internal sealed record ImageAddress(string File, int? Partition, string Path)
{
    public static ImageAddress Parse(string text)
    {
        if (System.IO.File.Exists(text)) return new ImageAddress(text, null, "");
        for (var colon = text.LastIndexOf(':'); colon > 0; colon = text.LastIndexOf(':', colon - 1))
        {
            if (!System.IO.File.Exists(text[..colon])) continue;
            var inside = text[(colon + 1)..];
            var slash = inside.IndexOf('/');
            var number = slash < 0 ? inside : inside[..slash];
            var path = slash < 0 ? "" : inside[(slash + 1)..];
            if (number.Length == 0) return new ImageAddress(text[..colon], null, path);
            if (int.TryParse(number, out var partition)) return new ImageAddress(text[..colon], partition, path);
        }

        throw System.IO.Directory.Exists(text)
            ? new IOException($"{text} is a directory, not an image.")
            : new FileNotFoundException($"There is no image {text}.", text);
    }

    /// <summary>The path a verb works on: its own argument, or what the address says.</summary>
    public FileEntry EntryIn(IFileTree tree, string? path) =>
        tree.Resolve(path ?? Path) ?? throw new FileNotFoundException($"{Place} has no {path ?? Path}.");

    /// <summary>The partition that is meant, or the whole image.</summary>
    public Volume VolumeIn(IReadOnlyList<Volume> volumes) =>
        volumes.FirstOrDefault(volume => volume.Number == (Partition ?? 0))
            ?? throw new FileNotFoundException($"{File} has no partition {Partition}.");

    /// <summary>The image, or the partition of it, as the user named it.</summary>
    public string Place => Partition is { } number ? $"{File}:{number}" : File;

    public Task<DiskImage> OpenAsync(CancellationToken cancellationToken) => DiskImage.OpenAsync(File, null, cancellationToken);
}
