namespace Maas.Images.Archives;

/// <summary>One entry of a tar or cpio archive, valid until the reader moves to the next.</summary>
public sealed class ArchiveEntry
{
    internal ArchiveEntry(string path, ArchiveEntryKind kind, Stream content) => (Path, Kind, Content) = (path, kind, content);

    /// <summary>
    /// The name relative to the archive's root: no leading <c>/</c> or <c>./</c>, no <c>..</c>, no empty part. Empty for the root itself.
    /// </summary>
    public string Path { get; }

    /// <summary>What the entry is.</summary>
    public ArchiveEntryKind Kind { get; }

    /// <summary>Permission bits, <c>0</c> to <c>07777</c> octal.</summary>
    public int Mode { get; init; }

    /// <summary>Bytes of <see cref="Content"/>; 0 for all but files.</summary>
    public long Size { get; init; }

    /// <summary>Where a symbolic or hard link points, as written; empty for others.</summary>
    public string LinkTarget { get; init; } = "";

    /// <summary>The bytes of a file, forward only, to be read before the reader moves on.</summary>
    public Stream Content { get; }

    /// <summary>All of <see cref="Content"/> as an array.</summary>
    /// <param name="limit">The most bytes the caller is ready to hold.</param>
    /// <exception cref="InvalidImageException">The entry is larger than <paramref name="limit"/>, or the archive ends inside
    /// it.</exception>
    public byte[] ReadAll(int limit = 256 << 20)
    {
        if (Size > limit) throw new InvalidImageException($"archive entry {Path}", $"its {Size} bytes are more than the {limit} allowed");
        // Grows with what really comes, so that a size that lies costs nothing.
        using var bytes = new MemoryStream((int)Math.Min(Size, 1 << 20));
        Content.CopyTo(bytes);
        return bytes.ToArray();
    }
}
