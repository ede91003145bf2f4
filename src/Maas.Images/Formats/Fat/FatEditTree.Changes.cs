using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Fat;

internal sealed partial class FatEditTree
{
    private const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private (FileEntry Parent, string Name) Split(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var trimmed = path.Trim('/');
        var slash = trimmed.LastIndexOf('/');
        var name = trimmed[(slash + 1)..];
        if (!FileName.IsProper(name))
            throw new ArgumentException(
                name.Length == 0 ? "The root directory is not made, replaced or removed." : $"“{path}” does not end in a name.",
                nameof(path));
        var folder = slash < 0 ? "" : trimmed[..slash];
        return this.Find(folder) is { Kind: FileKind.Directory } parent
            ? (parent, name)
            : throw new DirectoryNotFoundException($"There is no directory /{folder}.");
    }

    private FileEntry Renewed(string path)
    {
        _tree = new FatFileTree(_volume);
        return this.Find(path)
            ?? throw new InvalidImageException(
                "FAT directory", $"{path} was written and is not found: the directory holds damaged entries");
    }

    private FatDirectoryEdit Open(FileEntry directory) => new(_volume, _tree.ExtentsOf(directory));

    private static uint Take(IEnumerator<uint> free) => free.MoveNext() ? free.Current : throw new IOException("The FAT volume is full.");

    /// <summary>Fills clusters that are free and stay so until they are linked.</summary>
    private async Task<(List<uint> Clusters, long Length)> WriteContentAsync(
        Stream content,
        IEnumerator<uint> free,
        CancellationToken cancellationToken)
    {
        var clusters = new List<uint>();
        var buffer = new byte[_geometry.ClusterSize];
        for (long length = 0; ;)
        {
            var read =
                await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read == 0) return (clusters, length);
            length += read;
            if (length > LongestFile) throw new NotSupportedException("A FAT holds files up to 4 GiB − 1.");
            buffer.AsSpan(read).Clear(); // what was deleted there before goes nowhere
            var cluster = Take(free);
            _clusters.Fill(cluster, buffer);
            clusters.Add(cluster);
            if (read < buffer.Length) return (clusters, length);
        }
    }

    /// <summary>Links content and names it in a directory, which grows if it must.</summary>
    private void Add(
        FileEntry parent,
        string name,
        byte attributes,
        List<uint> content,
        uint length,
        FileOwnership? ownership,
        IEnumerator<uint> free)
    {
        var directory = Open(parent);
        var when = ownership?.ModifiedAt ?? _time.GetUtcNow();
        if (ownership?.Mode is { } mode && attributes != FatEntryWriter.Directory && (mode & AnyWrite) == 0)
            attributes |= FatEntryWriter.ReadOnly;
        var entries = FatEntryWriter.Entries(
            name, FatShortName.Make(name, directory.ShortNames()), attributes, content.FirstOrDefault(), length, when);
        var at = directory.RoomFor(entries.Length / FatDirectory.EntrySize);
        var added = new List<uint>();
        var missing = at + entries.Length - directory.Length;
        if (missing > 0)
        {
            if (FatFileTree.Place(parent).Cluster == 0)
                throw new IOException($"The root directory of a FAT{_geometry.Bits} cannot grow, and is full.");
            if (at + entries.Length > FatFileTree.MostDirectoryBytes)
                throw new IOException($"The directory {parent.Path} has as many entries as a FAT directory can.");
            for (; missing > 0; missing -= _geometry.ClusterSize) added.Add(Take(free));
        }

        var last = added.Count > 0 ? _clusters.Chain(FatFileTree.Place(parent).Cluster)[^1] : 0;
        _clusters.Link(content);
        directory.Write(at, entries, added.ConvertAll(_geometry.OffsetOf), _geometry.ClusterSize);
        _clusters.Link(added, last);
    }

    private void Change(FileEntry parent, FileEntry entry, EntryChange change, FileOwnership? ownership)
    {
        var directory = Open(parent);
        var place = FatFileTree.Place(entry).Entries;
        var bytes = directory.Short(place);
        change(bytes);
        if (ownership?.ModifiedAt is { } when) FatEntryWriter.SetTime(bytes, when);
        if (ownership?.Mode is { } mode && entry.Kind == FileKind.File)
            bytes[11] = (byte)((mode & AnyWrite) == 0 ? bytes[11] | FatEntryWriter.ReadOnly : bytes[11] & ~FatEntryWriter.ReadOnly);
        directory.PutShort(place);
    }

    private delegate void EntryChange(Span<byte> entry);
}
