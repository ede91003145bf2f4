namespace Maas.Images.FileTrees;

/// <summary>
/// A tree whose files can be changed. Changes gather in an overlay over the image and reach it only when the
/// edit session that the tree came from is committed; until then the image is as it was.
/// </summary>
/// <remarks>Paths are as in <see cref="FileEntry.Path"/>. An edit that throws has changed nothing that will be committed
/// unless it says otherwise; a full file system is an <see cref="IOException"/>.</remarks>
public interface IEditableFileTree : IFileTree
{
    /// <summary>Makes a regular file with this content, replacing the content of a file that is already there (whose owner and mode stay).</summary>
    /// <param name="path">Where; the directory must exist.</param>
    /// <param name="content">Read to its end.</param>
    /// <param name="attributes">Owner, mode and time of a new file; <see langword="null"/> is root, 0644, now.</param>
    void WriteFile(string path, Stream content, FileOwnership? attributes = null);

    /// <summary>Adds to the end of a regular file.</summary>
    void Append(string path, Stream content);

    /// <summary>Makes a directory. It is no error if it is there already.</summary>
    void CreateDirectory(string path, FileOwnership? attributes = null);

    /// <summary>Makes a symbolic link, replacing one that is already there.</summary>
    /// <exception cref="NotSupportedException">The format has no links.</exception>
    void CreateSymbolicLink(string path, string target, FileOwnership? attributes = null);

    /// <summary>Removes a name, and the file when it was its last. A directory must be empty.</summary>
    void Delete(string path);

    /// <summary>Changes owner, mode and time; what is <see langword="null"/> stays.</summary>
    void SetAttributes(string path, FileOwnership attributes);

    /// <summary>Sets an extended attribute, or removes it when <paramref name="value"/> is <see langword="null"/>.</summary>
    /// <exception cref="NotSupportedException">The format has no extended attributes.</exception>
    void SetExtendedAttribute(string path, string name, ReadOnlyMemory<byte>? value);
}
