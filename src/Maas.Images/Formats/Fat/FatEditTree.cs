using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Fat;

/// <summary>
/// A FAT volume that is changed. New content goes to free clusters first, which nobody sees until the FAT and the directory entry
/// name them; so what throws before has changed nothing that is seen.
/// </summary>
internal sealed partial class FatEditTree : IEditableFileTree, ILookupTree
{
    private const long LongestFile = uint.MaxValue;

    private readonly WritableBytes _volume;
    private readonly TimeProvider _time;
    private readonly FatGeometry _geometry;
    private readonly FatClusters _clusters;
    private FatFileTree _tree;

    public FatEditTree(WritableBytes volume, TimeProvider timeProvider)
    {
        (_volume, _time) = (volume, timeProvider);
        _geometry = FatGeometry.Read(volume);
        if (_geometry.Length > volume.Length)
            throw new InvalidImageException("FAT boot sector", $"it is a volume of {_geometry.Length} bytes in {volume.Length}", 0);
        _clusters = new FatClusters(volume, _geometry);
        _tree = new FatFileTree(volume);
    }

    public string Format => _tree.Format;

    public string Label => _tree.Label;

    public FileEntry Root => _tree.Root;

    public IEnumerable<FileEntry> List(FileEntry directory) => _tree.List(directory);

    public Stream OpenRead(FileEntry file) => _tree.OpenRead(file);

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry) => _tree.ExtendedAttributes(entry);

    public FileEntry? Child(FileEntry directory, string name) => ((ILookupTree)_tree).Child(directory, name);

    public async Task<FileEntry> WriteFileAsync(
        string path,
        Stream content,
        FileOwnership? ownership = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        CheckKept(ownership);
        var (parent, name) = Split(path);
        var there = Child(parent, name);
        if (there is not null and not { Kind: FileKind.File }) throw new IOException($"{path} is a directory.");
        if (there is null) FatShortName.Checked(name);

        using var free = _clusters.Free().GetEnumerator();
        var (clusters, length) = await WriteContentAsync(content, free, cancellationToken).ConfigureAwait(false);
        if (there is null)
        {
            Add(parent, name, FatEntryWriter.Archive, clusters, (uint)length, ownership, free);
        }
        else
        {
            var old = _clusters.Chain(FatFileTree.Place(there).Cluster);
            _clusters.Link(clusters);
            Change(
                parent,
                there,
                (entry) =>
                    FatEntryWriter.SetContent(entry, clusters.FirstOrDefault(), (uint)length, ownership?.ModifiedAt ?? _time.GetUtcNow()),
                ownership);
            _clusters.Release(old);
        }

        return Renewed(path);
    }

    public async Task<FileEntry> AppendFileAsync(string path, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var (parent, name) = Split(path);
        if (Child(parent, name) is not { Kind: FileKind.File } there) throw new FileNotFoundException($"There is no file {path}.", path);
        var chain = _clusters.Chain(FatFileTree.Place(there).Cluster);
        if (there.Length > (long)chain.Count * _geometry.ClusterSize)
            throw new InvalidImageException("FAT chain", $"it is shorter than the {there.Length} bytes of {path}");
        var used = (int)((there.Length + _geometry.ClusterSize - 1) / _geometry.ClusterSize);
        var within = (int)(there.Length % _geometry.ClusterSize);
        var added = 0L;
        if (within != 0)
        {
            // The bytes past the end of the last cluster are undefined.
            var rest = new byte[_geometry.ClusterSize - within];
            added = await content.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            _volume.Write(_geometry.OffsetOf(chain[used - 1]) + within, rest);
        }

        using var free = _clusters.Free().GetEnumerator();
        var (clusters, more) = await WriteContentAsync(content, free, cancellationToken).ConfigureAwait(false);
        var length = there.Length + added + more;
        if (length > LongestFile)
            throw new NotSupportedException($"A FAT holds files up to 4 GiB − 1, and {path} would have {length} bytes.");
        var spare = chain[used..]; // of a chain that was longer than its file
        if (spare.Count > 0 && used > 0) _clusters.Cut(chain[used - 1]);
        _clusters.Link(clusters, used > 0 ? chain[used - 1] : null);
        Change(
            parent,
            there,
            entry => FatEntryWriter.SetContent(entry, used > 0 ? chain[0] : clusters.FirstOrDefault(), (uint)length, _time.GetUtcNow()),
            null);
        _clusters.Release(spare);
        return Renewed(path);
    }

    public FileEntry CreateDirectory(string path, FileOwnership? ownership = null)
    {
        CheckKept(ownership);
        var (parent, name) = Split(path);
        if (Child(parent, name) is not null) throw new IOException($"{path} is there already.");
        FatShortName.Checked(name);
        using var free = _clusters.Free().GetEnumerator();
        var cluster = Take(free);
        var bytes = new byte[_geometry.ClusterSize];
        FatEntryWriter.DotEntries(
            cluster, parent.Path.Length == 0 ? 0 : FatFileTree.Place(parent).Cluster, ownership?.ModifiedAt ?? _time.GetUtcNow())
            .CopyTo(
            bytes, 0);
        _volume.Write(_geometry.OffsetOf(cluster), bytes);
        Add(parent, name, FatEntryWriter.Directory, [cluster], 0, ownership, free);
        return Renewed(path);
    }

    public void Delete(string path)
    {
        var (parent, name) = Split(path);
        var entry = Child(parent, name) ?? throw new FileNotFoundException($"There is no {path}.", path);
        if (entry.Kind == FileKind.Directory && List(entry).Any()) throw new IOException($"The directory {path} is not empty.");
        var chain = _clusters.Chain(FatFileTree.Place(entry).Cluster);
        Open(parent).Delete(FatFileTree.Place(entry).Entries);
        _clusters.Release(chain);
        _tree = new FatFileTree(_volume);
    }

    public FileEntry SetOwnership(string path, FileOwnership ownership)
    {
        ArgumentNullException.ThrowIfNull(ownership);
        CheckKept(ownership);
        var (parent, name) = Split(path);
        var entry = Child(parent, name) ?? throw new FileNotFoundException($"There is no {path}.", path);
        Change(parent, entry, _ => { }, ownership);
        return Renewed(path);
    }

    public FileEntry CreateSymbolicLink(string path, string target, FileOwnership? ownership = null) => throw NotKept("symbolic links");

    public FileEntry CreateHardLink(string path, string existing) => throw NotKept("hard links");

    public FileEntry CreateNode(string path, FileKind kind, DeviceNumber? device = null, FileOwnership? ownership = null) =>
        throw NotKept("devices, pipes and sockets");

    public void SetExtendedAttribute(string path, string name, ReadOnlyMemory<byte> value) => throw NotKept("extended attributes");

    public void RemoveExtendedAttribute(string path, string name)
    {
        if (this.Find(path) is null) throw new FileNotFoundException($"There is no {path}.", path);
    }

    private static NotSupportedException NotKept(string what) => new($"A FAT keeps no {what}.");

    private static void CheckKept(FileOwnership? ownership)
    {
        if (ownership is { UserId: > 0 } or { GroupId: > 0 }) throw NotKept("owners");
    }
}
