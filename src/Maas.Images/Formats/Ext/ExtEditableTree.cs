using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// An ext2, ext3 or ext4 file system whose files can be changed. Every operation is kept back until all of it has been done.
/// </summary>
internal sealed class ExtEditableTree : IEditableFileTree, ILookupTree
{
    private const int LongestName = 255;

    private readonly ExtVolume _volume;
    private readonly ExtEditor _editor;
    private ExtFileTree? _tree;

    public ExtEditableTree(ExtVolume volume, TimeProvider timeProvider)
    {
        _volume = volume;
        _editor = new ExtEditor(volume, timeProvider);
        _ = Tree;
    }

    public string Format => Tree.Format;

    public string Label => Tree.Label;

    public FileEntry Root => Tree.Root;

    /// <summary>The file system as it is after the last operation.</summary>
    private ExtFileTree Tree => _tree ??= new ExtFileTree(_volume.Blocks);

    public IEnumerable<FileEntry> List(FileEntry directory) => Tree.List(directory);

    public Stream OpenRead(FileEntry file) => Tree.OpenRead(file);

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry) => Tree.ExtendedAttributes(entry);

    FileEntry? ILookupTree.Child(FileEntry directory, string name) => ((ILookupTree)Tree).Child(directory, name);

    public async Task<FileEntry> WriteFileAsync(
        string path,
        Stream content,
        FileOwnership? ownership = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var place = PlaceOf(path);
        if (place.Existing is null)
            return await ChangeAsync(
                place.Path, () => _editor.CreateFileAsync(place.Directory, place.Name, content, ownership, cancellationToken))
                .ConfigureAwait(false);
        var file = FileAt(path);
        return await ChangeAsync(file.Path, async () =>
        {
            await _editor.ReplaceAsync((uint)file.FileNumber, content, ownership, cancellationToken).ConfigureAwait(false);
            return (uint)file.FileNumber;
        }).ConfigureAwait(false);
    }

    public async Task<FileEntry> AppendFileAsync(string path, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var file = FileAt(path);
        return await ChangeAsync(file.Path, async () =>
        {
            await _editor.AppendAsync((uint)file.FileNumber, content, cancellationToken).ConfigureAwait(false);
            return (uint)file.FileNumber;
        }).ConfigureAwait(false);
    }

    public FileEntry CreateDirectory(string path, FileOwnership? ownership = null) =>
        Create(path, place => _editor.CreateDirectory(place.Directory, place.Name, ownership));

    public FileEntry CreateSymbolicLink(string path, string target, FileOwnership? ownership = null)
    {
        var bytes = FileName.Encode(target);
        if (bytes.Length == 0 || bytes.Contains((byte)0))
            throw new ArgumentException("A link's target is not empty and holds no NUL.", nameof(target));
        return Create(path, place => _editor.CreateLink(place.Directory, place.Name, bytes, ownership));
    }

    public FileEntry CreateHardLink(string path, string existing)
    {
        var (_, _, _, number) = PlaceOf(existing);
        if (number is not { } inode) throw new FileNotFoundException($"There is no {existing}.", existing);
        if (Tree.EntryOf(existing, inode).Kind == FileKind.Directory)
            throw new IOException($"{existing} is a directory, which has one name.");
        return Create(path, place =>
        {
            _editor.Link(place.Directory, place.Name, inode);
            return inode;
        });
    }

    public FileEntry CreateNode(string path, FileKind kind, DeviceNumber? device = null, FileOwnership? ownership = null)
    {
        if (kind is FileKind.File or FileKind.Directory or FileKind.SymbolicLink)
            throw new ArgumentException($"{kind} is no device, pipe or socket.", nameof(kind));
        if (device is null == kind is FileKind.CharacterDevice or FileKind.BlockDevice)
            throw new ArgumentException("A device node, and only that, has a number.", nameof(device));
        if (device is { Major: > 0xFFF } or { Minor: > 0xFFFFF })
            throw new ArgumentException($"There is no device {device}.", nameof(device));
        return Create(path, place => _editor.CreateNode(place.Directory, place.Name, kind, device, ownership));
    }

    public void Delete(string path)
    {
        var place = PlaceOf(path);
        if (place.Existing is not { } number) throw new FileNotFoundException($"There is no {path}.", path);
        if (Tree.EntryOf(place.Path, number).Kind == FileKind.Directory && Tree.NamesOf(number).Any())
            throw new IOException($"The directory {path} is not empty.");
        Change(() => _editor.Remove(place.Directory, place.Name, number));
    }

    public FileEntry SetOwnership(string path, FileOwnership ownership)
    {
        var entry = EntryAt(path);
        Change(() => _editor.SetOwnership((uint)entry.FileNumber, ownership));
        return Tree.EntryOf(entry.Path, (uint)entry.FileNumber);
    }

    public void SetExtendedAttribute(string path, string name, ReadOnlyMemory<byte> value)
    {
        var number = (uint)EntryAt(path).FileNumber;
        Change(() => _editor.SetAttribute(number, name, value));
    }

    public void RemoveExtendedAttribute(string path, string name)
    {
        var number = (uint)EntryAt(path).FileNumber;
        Change(() => _editor.SetAttribute(number, name, null));
    }

    private FileEntry Create(string path, Func<Place, uint> create)
    {
        var place = PlaceOf(path);
        if (place.Existing is not null) throw new IOException($"There is a {path} already.");
        uint number = 0;
        Change(() => number = create(place));
        return Tree.EntryOf(place.Path, number);
    }

    private void Change(Action change)
    {
        try
        {
            change();
            _volume.Flush();
        }
        catch
        {
            GoBack();
            throw;
        }
        finally
        {
            _tree = null;
        }
    }

    private async Task<FileEntry> ChangeAsync(string path, Func<Task<uint>> change)
    {
        try
        {
            var number = await change().ConfigureAwait(false);
            _volume.Flush();
            _tree = null;
            return Tree.EntryOf(path, number);
        }
        catch
        {
            GoBack();
            _tree = null;
            throw;
        }
    }

    private void GoBack()
    {
        _volume.Drop();
        _editor.Forget();
    }

    /// <summary>The entry at a path, a link at the end not followed.</summary>
    private FileEntry EntryAt(string path)
    {
        if (path.AsSpan().Trim('/').IsEmpty) return Tree.Root;
        var place = PlaceOf(path);
        return place.Existing is { } number
            ? Tree.EntryOf(place.Path, number)
            : throw new FileNotFoundException($"There is no {path}.", path);
    }

    private FileEntry FileAt(string path) => Tree.Resolve(path) switch
    {
        { Kind: FileKind.File } file => file,
        null => throw new FileNotFoundException($"There is no {path}, or it is a link to nothing.", path),
        var other => throw new IOException($"{path} is no file but a {other.Kind}."),
    };

    private Place PlaceOf(string path)
    {
        path = path.TrimEnd('/');
        var slash = path.LastIndexOf('/');
        var (above, name) = (slash < 0 ? "" : path[..slash], path[(slash + 1)..]);
        if (!FileName.IsProper(name) || FileName.Encode(name) is not { Length: <= LongestName } bytes)
            throw new ArgumentException(NoName(path), nameof(path));
        var directory = Tree.Resolve(above) is { Kind: FileKind.Directory } found
            ? found
            : throw new DirectoryNotFoundException($"There is no directory {above}.");
        return new Place((uint)directory.FileNumber, directory.PathOf(name), bytes, _editor.Find((uint)directory.FileNumber, bytes));
    }

    private static string NoName(string path) => path.Length == 0
        ? "The root directory is not made, replaced or removed."
        : $"{FileName.Printable(path)} does not end in a name: a name has 1 to {LongestName} bytes and is not . or ..";

    private sealed record Place(uint Directory, string Path, byte[] Name, uint? Existing);
}
