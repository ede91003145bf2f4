using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.FileTrees;

/// <summary>
/// One extraction: directories and files first, then links, then the directories' own modes and times. One thread at a time looks at the
/// tree; files are written by as many as there are processors.
/// </summary>
internal sealed class TreeExtraction(
    IFileTree tree,
    FileEntry from,
    string destination,
    ExtractionOptions options,
    CancellationToken cancellationToken)
{
    private const int CopySize = 256 << 10;
    private const int HoleSize = 64 << 10;
    private const int MostInBatch = 64;
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF;
    private const UnixFileMode OwnerAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root = Path.GetFullPath(destination);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly List<FileEntry> _links = [];
    private readonly List<FileEntry> _directories = [];
    private int _files, _skipped;
    private long _bytes;

    public ExtractionReport Run()
    {
        Directory.CreateDirectory(_root);
        WriteFiles();
        foreach (var link in _links) MakeLink(link);
        foreach (var directory in Enumerable.Reverse(_directories)) Finish(directory);
        return new ExtractionReport(_files, _directories.Count, _links.Count, _skipped, _bytes);
    }

    private void WriteFiles()
    {
        try
        {
            Parallel.ForEach(Partitioner.Create(Batches(), EnumerablePartitionerOptions.NoBuffering),
                () => ArrayPool<byte>.Shared.Rent(CopySize), (batch, _, _, buffer) =>
            {
                foreach (var (entry, path) in batch) WriteFile(entry, path, buffer);
                return buffer;
            }, buffer => ArrayPool<byte>.Shared.Return(buffer));
        }
        catch (AggregateException faults)
        {
            ExceptionDispatchInfo.Throw(faults.Flatten().InnerExceptions[0]);
        }
    }

    /// <summary>
    /// Consecutive files of about one block in total: the thread that extracts them reads blocks that no other thread needs.
    /// </summary>
    private IEnumerable<List<(FileEntry Entry, string Path)>> Batches()
    {
        var batch = new List<(FileEntry, string)>();
        long bytes = 0;
        foreach (var file in Files())
        {
            batch.Add(file);
            bytes += file.Entry.Length;
            if (bytes < CopySize && batch.Count < MostInBatch) continue;
            yield return batch;
            (batch, bytes) = ([], 0);
        }

        if (batch.Count > 0) yield return batch;
    }

    /// <summary>The files in the order of the tree, each after its directory has been made.</summary>
    private IEnumerable<(FileEntry Entry, string Path)> Files()
    {
        foreach (var entry in from.Kind == FileKind.Directory ? tree.Walk(from) : [from])
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = PathOf(entry);
            switch (entry.Kind)
            {
                case FileKind.Directory:
                    if (!_written.Add(path))
                        throw new InvalidImageException(
                            $"{tree.Format} directory", $"it holds the name {FileName.Printable(entry.Path)} twice");
                    MakeDirectory(path);
                    _directories.Add(entry);
                    break;
                case FileKind.File:
                    Count(entry, path);
                    yield return (entry, path);
                    break;
                case FileKind.SymbolicLink:
                    _links.Add(entry);
                    break;
                default:
                    _skipped++;
                    break;
            }
        }
    }

    private string PathOf(FileEntry entry)
    {
        var inside = from.Kind == FileKind.Directory ? entry.Path[from.Path.Length..].TrimStart('/') : entry.Name;
        var names = inside.Split('/');
        foreach (var name in names)
        {
            if (!FileName.IsProper(name) || name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
                throw new InvalidImageException($"{tree.Format} name", $"{FileName.Printable(entry.Path)} cannot be a file name here");
        }

        return Path.Combine([_root, .. names]);
    }

    /// <summary>A directory that is already there is used; a link that leads to one is not.</summary>
    private static void MakeDirectory(string path)
    {
        if (HostFile.IsLink(path)) throw new IOException($"{FileName.Printable(path)} is a link; nothing is written through it.");
        HostFile.CreateDirectory(path);
        HostFile.SetMode(path, OwnerAll);
    }

    private void Count(FileEntry entry, string path)
    {
        if (!_written.Add(path))
            throw new InvalidImageException($"{tree.Format} directory", $"it holds the name {FileName.Printable(entry.Path)} twice");
        _bytes += entry.Length;
        if (_bytes > options.MostBytes)
            throw new InvalidImageException($"{tree.Format} tree", $"it holds more than the {options.MostBytes} bytes allowed");
        _files++;
    }

    private void WriteFile(FileEntry entry, string path, byte[] buffer)
    {
        try
        {
            WriteContent(entry, path, buffer);
        }
        catch (InvalidImageException damaged)
        {
            throw damaged.In(entry.Path);
        }
    }

    private void WriteContent(FileEntry entry, string path, byte[] buffer)
    {
        MakeRoom(path);
        using var content = tree.OpenRead(entry);
        using var file = HostFile.CreatePrivate(path); // private until its final mode is set
        Copy(content, file.SafeFileHandle, buffer);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file.SafeFileHandle, ModeOf(entry));
        File.SetLastWriteTimeUtc(file.SafeFileHandle, entry.ModifiedAt.UtcDateTime);
    }

    private void Copy(Stream content, Microsoft.Win32.SafeHandles.SafeFileHandle file, byte[] buffer)
    {
        var bytes = (content as ByteStream)?.Bytes;
        long at = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = bytes is null
                ? content.ReadAtLeast(buffer.AsSpan(0, CopySize), CopySize, throwOnEndOfStream: false)
                : (int)Math.Min(CopySize, bytes.Length - at);
            if (read == 0) break;
            if (bytes is null || read < HoleSize || !bytes.IsZero(at, read))
            {
                bytes?.ReadBlocks(at, buffer.AsMemory(0, read), "content");
                RandomAccess.Write(file, buffer.AsSpan(0, read), at);
            }

            at += read;
        }

        if (RandomAccess.GetLength(file) < at) RandomAccess.SetLength(file, at);
    }

    private void MakeLink(FileEntry link)
    {
        var path = PathOf(link);
        if (!_written.Add(path))
            throw new InvalidImageException($"{tree.Format} directory", $"it holds the name {FileName.Printable(link.Path)} twice");
        MakeRoom(path);
        HostFile.CreateSymbolicLink(path, link.LinkTarget is { Length: > 0 } target
            ? target
            : throw new InvalidImageException($"{tree.Format} link", $"{FileName.Printable(link.Path)} points nowhere"));
    }

    /// <summary>Removes what an earlier extraction left; a removal never follows a link.</summary>
    private void MakeRoom(string path)
    {
        if (!HostFile.Exists(path)) return;
        if (!options.Overwrite) throw new IOException($"{FileName.Printable(path)} is there already.");
        HostFile.Delete(path);
    }

    private void Finish(FileEntry directory)
    {
        var path = PathOf(directory);
        HostFile.SetMode(path, ModeOf(directory));
        HostFile.SetDirectoryTime(path, directory.ModifiedAt);
    }

    private UnixFileMode ModeOf(FileEntry entry) => options.KeepSpecialBits ? entry.Mode : entry.Mode & Permissions;
}
