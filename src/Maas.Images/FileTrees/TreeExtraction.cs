using Maas.Images.Bytes;

namespace Maas.Images.FileTrees;

/// <summary>One extraction: directories and files first, then links, then the directories' own modes and times.</summary>
internal sealed class TreeExtraction(IFileTree tree, FileEntry from, string destination, ExtractionOptions options, CancellationToken cancellationToken)
{
    private const int CopySize = 1 << 20;
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF;
    private const UnixFileMode OwnerAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root = Path.GetFullPath(destination);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(CopySize);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly List<FileEntry> _links = [];
    private readonly List<FileEntry> _directories = [];
    private int _files, _skipped;
    private long _bytes;

    public ExtractionReport Run()
    {
        Directory.CreateDirectory(_root);
        foreach (var entry in from.Kind == FileKind.Directory ? tree.Walk(from) : [from])
        {
            cancellationToken.ThrowIfCancellationRequested();
            Take(entry);
        }

        foreach (var link in _links) MakeLink(link);
        foreach (var directory in Enumerable.Reverse(_directories)) Finish(directory);
        return new ExtractionReport(_files, _directories.Count, _links.Count, _skipped, _bytes);
    }

    private void Take(FileEntry entry)
    {
        var path = PathOf(entry);
        switch (entry.Kind)
        {
            case FileKind.Directory:
                MakeDirectory(path);
                _directories.Add(entry);
                break;
            case FileKind.File:
                WriteFile(entry, path);
                _files++;
                break;
            case FileKind.SymbolicLink:
                _links.Add(entry);
                break;
            default:
                _skipped++;
                break;
        }
    }

    private string PathOf(FileEntry entry)
    {
        var inside = from.Kind == FileKind.Directory ? entry.Path[from.Path.Length..].TrimStart('/') : entry.Name;
        var names = inside.Split('/');
        foreach (var name in names)
        {
            if (!FileName.IsProper(name) || name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
                throw new InvalidImageException($"{tree.Format} name", "it cannot be a file name here");
        }

        return Path.Combine([_root, .. names]);
    }

    /// <summary>A directory that is already there is used; a link that leads to one is not.</summary>
    private static void MakeDirectory(string path)
    {
        if (new FileInfo(path).LinkTarget is not null) throw new IOException($"{path} is a link; nothing is written through it.");
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, OwnerAll);
    }

    private void WriteFile(FileEntry entry, string path)
    {
        if (!_written.Add(path)) throw new InvalidImageException($"{tree.Format} directory", $"it holds the name {entry.Path} twice");
        _bytes += entry.Length;
        if (_bytes > options.MostBytes) throw new InvalidImageException($"{tree.Format} tree", $"it holds more than the {options.MostBytes} bytes allowed");
        MakeRoom(path);
        using var content = tree.OpenRead(entry);
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        Copy(content, file);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, ModeOf(entry));
        File.SetLastWriteTimeUtc(file, entry.ModifiedAt.UtcDateTime);
    }

    private void Copy(Stream content, Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        var holes = (content as ByteStream)?.Bytes;
        long at = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (holes is not null && at < holes.Length && holes.IsZero(at, CopySize))
            {
                content.Position = at = Math.Min(at + CopySize, holes.Length);
                continue;
            }

            var read = content.ReadAtLeast(_buffer, CopySize, throwOnEndOfStream: false);
            if (read == 0) break;
            RandomAccess.Write(file, _buffer.AsSpan(0, read), at);
            at += read;
        }

        if (RandomAccess.GetLength(file) < at) RandomAccess.SetLength(file, at);
    }

    private void MakeLink(FileEntry link)
    {
        var path = PathOf(link);
        if (!_written.Add(path)) throw new InvalidImageException($"{tree.Format} directory", $"it holds the name {link.Path} twice");
        MakeRoom(path);
        File.CreateSymbolicLink(path, link.LinkTarget is { Length: > 0 } target ? target : throw new InvalidImageException($"{tree.Format} link", $"{link.Path} points nowhere"));
    }

    /// <summary>Removes what an earlier extraction left; a removal never follows a link.</summary>
    private void MakeRoom(string path)
    {
        if (new FileInfo(path) is { Exists: false, LinkTarget: null }) return;
        if (!options.Overwrite) throw new IOException($"{path} is there already.");
        File.Delete(path);
    }

    private void Finish(FileEntry directory)
    {
        var path = PathOf(directory);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, ModeOf(directory));
        Directory.SetLastWriteTimeUtc(path, directory.ModifiedAt.UtcDateTime);
    }

    private UnixFileMode ModeOf(FileEntry entry) => options.KeepSpecialBits ? entry.Mode : entry.Mode & Permissions;
}
