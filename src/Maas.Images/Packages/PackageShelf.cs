using Maas.Images.Downloads;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Packages;

/// <summary>
/// The complete files of a cache, by key, and when each was used last: <c>ab/ab12…</c>. The access time of a file is when it was used, to
/// the hour, so that a later run continues with the same order.
/// </summary>
internal sealed class PackageShelf : IDisposable
{
    private static readonly TimeSpan Coarse = TimeSpan.FromHours(1);
    private readonly string _directory;
    private readonly long _mostBytes;
    private readonly TimeProvider _time;
    private readonly SafeFileHandle _lockFile;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new(); // the one used last is the first
    private long _bytes;
    private long _reserved;

    private PackageShelf(string directory, long mostBytes, TimeProvider time, SafeFileHandle lockFile) =>
        (_directory, _mostBytes, _time, _lockFile) = (directory, mostBytes, time, lockFile);

    public long Bytes
    {
        get
        {
            lock (_lock) return _bytes;
        }
    }

    public static PackageShelf Open(string directory, long mostBytes, TimeProvider time)
    {
        var folder = Directory.CreateDirectory(directory).FullName;
        var lockFile = LockFile.TryTake(Path.Combine(folder, "lock"), FileMode.OpenOrCreate)
            ?? throw new IOException($"Another process uses the package cache {folder}.");
        var shelf = new PackageShelf(folder, mostBytes, time, lockFile);
        try
        {
            shelf.Load();
            return shelf;
        }
        catch
        {
            shelf.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file, which was used now; <see langword="null"/> if it is not there.</summary>
    public FileStream? TryOpen(string key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node)) return null;
            try
            {
                var file = new FileStream(
                    PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0, FileOptions.Asynchronous);
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                var now = _time.GetUtcNow();
                if (now - node.Value.Used < Coarse) return file;
                node.Value.Used = now;
                File.SetLastAccessTimeUtc(file.SafeFileHandle, now.UtcDateTime);
                return file;
            }
            catch (IOException)
            {
                Forget(node); // it was removed from outside: it is fetched again
                return null;
            }
        }
    }

    /// <summary>Makes room for a file, by removing those not used for longest, and opens it for writing.</summary>
    /// <exception cref="InsufficientSpaceException">The disk has not the space.</exception>
    public Place Reserve(string key, long length, long spareBytes)
    {
        lock (_lock)
        {
            while (_bytes + _reserved + length > _mostBytes && _byUse.Last is { } oldest)
            {
                DeleteQuietly(PathOf(oldest.Value.Key));
                Forget(oldest);
            }

            FreeSpace.Require(_directory, length, spareBytes);
            var part = PathOf(key) + ".part";
            Directory.CreateDirectory(Path.GetDirectoryName(part)!); // a key has two parts
            var handle = File.OpenHandle(
                part, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);
            _reserved += length;
            return new Place(this, key, length, handle);
        }
    }

    public void Dispose() => _lockFile.Dispose();

    private void Load()
    {
        var found = new List<Entry>();
        foreach (var file in new DirectoryInfo(_directory).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.Extension == ".part") file.Delete();
            else if (file.Name.Length == 64 && file.Directory?.Name == file.Name[..2])
                found.Add(new Entry(file.Name, file.Length) { Used = new DateTimeOffset(file.LastAccessTimeUtc) });
        }

        foreach (var entry in found.OrderBy(entry => entry.Used)) Keep(entry);
    }

    private void Keep(Entry entry)
    {
        _entries[entry.Key] = _byUse.AddFirst(entry);
        _bytes += entry.Length;
    }

    private void Forget(LinkedListNode<Entry> node)
    {
        _entries.Remove(node.Value.Key);
        _byUse.Remove(node);
        _bytes -= node.Value.Length;
    }

    private string PathOf(string key) => Path.Combine(_directory, key[..2], key);

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // A reader has it open, on Windows: the next start finds it again.
        }
    }

    /// <summary>A file that is being written. Disposing it before <see cref="Publish"/> removes it; the handle stays open.</summary>
    public sealed class Place(PackageShelf shelf, string key, long length, SafeFileHandle handle) : IDisposable
    {
        private bool _isPublished;

        public SafeFileHandle Handle => handle;

        /// <summary>Makes it one of the files.</summary>
        public void Publish()
        {
            RandomAccess.FlushToDisk(handle);
            var path = shelf.PathOf(key);
            File.Move($"{path}.part", path, overwrite: true);
            lock (shelf._lock) shelf.Keep(new Entry(key, length) { Used = shelf._time.GetUtcNow() });
            _isPublished = true;
        }

        public void Dispose()
        {
            lock (shelf._lock) shelf._reserved -= length;
            if (!_isPublished) DeleteQuietly($"{shelf.PathOf(key)}.part");
        }
    }

    private sealed class Entry(string key, long length)
    {
        public string Key => key;

        public long Length => length;

        public DateTimeOffset Used { get; set; }
    }
}
