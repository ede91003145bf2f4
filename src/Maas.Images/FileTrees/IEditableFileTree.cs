namespace Maas.Images.FileTrees;

/// <summary>
/// A tree of files that can be changed, in an edit session of an image (<see cref="ImageEdit"/>). Each member does all of its work or, when
/// it throws, nothing; the image itself changes only when the session is committed.
/// </summary>
/// <remarks>
/// <para>Paths are as in <see cref="FileTreePaths"/>: names separated by <c>/</c>, a leading one ignored. Symbolic links on the way are
/// followed inside the tree, as a process whose root it is would; a link at the end is followed only to write a file's content.</para>
/// <para>Entries that were found before a change tell how things were; find them again. One thread at a time, and no reading during a
/// change.</para>
/// <para>All members throw <see cref="FileNotFoundException"/> or <see cref="DirectoryNotFoundException"/> where what they need is missing,
/// <see cref="ArgumentException"/> for a name that cannot be, <see cref="NotSupportedException"/> for what the format cannot keep,
/// <see cref="IOException"/> where something is in the way or the file system is full, and <see cref="InvalidImageException"/> if it is
/// damaged.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var edit = await DiskImage.EditAsync("debian-12.raw");
/// var tree = edit.OpenTree(1);
/// await tree.WriteFileAsync("etc/hostname", new MemoryStream("node-7\n"u8.ToArray()));
/// await edit.CommitAsync();
/// </code>
/// </example>
public interface IEditableFileTree : IFileTree
{
    /// <summary>
    /// Makes a file, or replaces the content of the one that is there, which keeps its other names, mode, owner and attributes.
    /// </summary>
    /// <param name="path">The file; its directory exists.</param>
    /// <param name="content">Read from its current position to its end, in pieces.</param>
    /// <param name="ownership">What to set: unset, a new file has 0644, owner 0 and group 0, a replaced one what it had; the time is
    /// now.</param>
    /// <param name="cancellationToken">Ends it; the file is as before.</param>
    /// <returns>The file as it is now.</returns>
    Task<FileEntry> WriteFileAsync(
        string path,
        Stream content,
        FileOwnership? ownership = null,
        CancellationToken cancellationToken = default);

    /// <summary>Adds to the end of a file that is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Read from its current position to its end, in pieces.</param>
    /// <param name="cancellationToken">Ends it; the file is as before.</param>
    /// <returns>The file as it is now.</returns>
    Task<FileEntry> AppendFileAsync(string path, Stream content, CancellationToken cancellationToken = default);

    /// <summary>Makes a directory in one that is there.</summary>
    /// <param name="path">The new directory.</param>
    /// <param name="ownership">What to set: 0755, owner 0, group 0 and now unless said.</param>
    FileEntry CreateDirectory(string path, FileOwnership? ownership = null);

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="path">The link.</param>
    /// <param name="target">Where it points; it need not be there.</param>
    /// <param name="ownership">Owner and time; links have no mode of their own.</param>
    FileEntry CreateSymbolicLink(string path, string target, FileOwnership? ownership = null);

    /// <summary>Gives a file another name.</summary>
    /// <param name="path">The new name.</param>
    /// <param name="existing">A name it has; no directory.</param>
    FileEntry CreateHardLink(string path, string existing);

    /// <summary>Makes a device node, pipe or socket.</summary>
    /// <param name="path">The node.</param>
    /// <param name="kind">What it is; no file, directory or link.</param>
    /// <param name="device">Which device; <see langword="null"/> for a pipe or socket.</param>
    /// <param name="ownership">What to set: 0644, owner 0, group 0 and now unless said.</param>
    FileEntry CreateNode(string path, FileKind kind, DeviceNumber? device = null, FileOwnership? ownership = null);

    /// <summary>Removes a name, and with its last name the file; a directory only if it is empty.</summary>
    void Delete(string path);

    /// <summary>Changes mode, owner or time; what is <see langword="null"/> stays.</summary>
    /// <returns>The entry as it is now.</returns>
    FileEntry SetOwnership(string path, FileOwnership ownership);

    /// <summary>Sets an extended attribute, new or not.</summary>
    /// <param name="path">What it belongs to.</param>
    /// <param name="name">The full name: <c>security.selinux</c>.</param>
    /// <param name="value">Its value, in the kernel's form.</param>
    void SetExtendedAttribute(string path, string name, ReadOnlyMemory<byte> value);

    /// <summary>Removes an extended attribute; nothing happens if it is not there.</summary>
    void RemoveExtendedAttribute(string path, string name);
}
