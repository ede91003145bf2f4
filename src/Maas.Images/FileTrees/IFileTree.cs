namespace Maas.Images.FileTrees;

/// <summary>
/// A tree of files inside an image, read-only: an ext4 or FAT file system, an ISO, a squashfs, an archive.
/// This is the one seam between the formats and everything that works on them; another library's file system joins in with
/// a page of code.
/// </summary>
/// <remarks>
/// <para>Damage and hostility in the image surface as <see cref="InvalidImageException"/> from any member, when the bytes in
/// question are read; nothing is read ahead. Several threads may use one tree and streams of it at once.</para>
/// <para>Members are synchronous: they read a few hundred bytes each from a local file, which no operating system does
/// asynchronously. What takes long (extraction, building, committing) is asynchronous and can be cancelled.</para>
/// </remarks>
/// <example>
/// <code>
/// using var image = await DiskImage.OpenAsync("debian.iso");
/// var tree = image.OpenTree();
/// foreach (var entry in tree.List(tree.Root)) Console.WriteLine($"{entry.Length,12} {entry.Path}");
/// using var kernel = tree.OpenRead("install.amd/vmlinuz");
/// </code>
/// </example>
public interface IFileTree
{
    /// <summary>
    /// What the tree is kept in, in lower case: <c>ext4</c>, <c>iso9660</c>, <c>fat32</c>, <c>squashfs</c>, <c>cpio</c>, <c>tar</c>.
    /// </summary>
    string Format { get; }

    /// <summary>The volume's label; empty if it has none.</summary>
    string Label { get; }

    /// <summary>The root directory.</summary>
    FileEntry Root { get; }

    /// <summary>The entries of a directory, in the order they are stored, without <c>.</c> and <c>..</c>.</summary>
    /// <param name="directory">A <see cref="FileKind.Directory"/> of this tree.</param>
    /// <exception cref="InvalidImageException">The directory is damaged; entries before the damage have been returned.</exception>
    IEnumerable<FileEntry> List(FileEntry directory);

    /// <summary>The content of a regular file as a seekable stream; holes read as zeros.</summary>
    /// <param name="file">A <see cref="FileKind.File"/> of this tree.</param>
    Stream OpenRead(FileEntry file);

    /// <summary>
    /// The extended attributes of an entry by full name (<c>security.capability</c>, <c>user.mime_type</c>); empty where there are none.
    /// </summary>
    /// <param name="entry">An entry of this tree.</param>
    IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry);
}
