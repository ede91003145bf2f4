using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// The last record of each key in one file: every write is appended and synced, and the file is rewritten beside itself when it has grown
/// far beyond what it holds.
/// </summary>
/// <typeparam name="TKey">What records are about; the last record of a key counts.</typeparam>
/// <typeparam name="TRecord">What is remembered.</typeparam>
/// <typeparam name="TFormat">A record's octets.</typeparam>
internal sealed partial class JournalFile<TKey, TRecord, TFormat> : IDisposable
    where TKey : notnull
    where TFormat : IJournalRecords<TKey, TRecord>
{
    private const long DefaultSmallestRewrite = 4 << 20;

    private readonly string _path;
    private readonly Dictionary<TKey, TRecord> _records = [];
    private readonly ArrayBufferWriter<byte> _frame = new(4096);
    private readonly Lock _lock = new();
    private SafeFileHandle _file;
    private long _length;
    private ulong _sequence;
    private bool _isDamaged;

    private JournalFile(string path, SafeFileHandle file, long smallestRewrite)
    {
        _smallestRewrite = smallestRewrite;
        _path = path;
        _file = file;
    }

    /// <summary>Opens the file, or makes it; it is rewritten from a size on.</summary>
    /// <exception cref="IOException">It cannot be opened, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">It is no such journal, a newer program wrote it, or its middle is damaged: the message tells
    /// the offset. A torn end, as a crash leaves it, is cut off.</exception>
    public static JournalFile<TKey, TRecord, TFormat> Open(string path, long smallestRewrite = DefaultSmallestRewrite)
    {
        path = Path.GetFullPath(path);
        // A rewrite puts another file in the journal's place: LockFile holds the one that is there when the lock is.
        var file = LockFile.TryTake(path, FileMode.OpenOrCreate) ?? throw new IOException($"{path} is in use by another process.");
        try
        {
            // what a crash during a rewrite left; before the lock is held it may be that of a process at work
            File.Delete(RewritePath(path));
            var journal = new JournalFile<TKey, TRecord, TFormat>(path, file, smallestRewrite);
            if (RandomAccess.GetLength(file) == 0) journal.Begin();
            else journal.Load();
            return journal;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Every record the file holds, once for each key.</summary>
    public TRecord[] Read()
    {
        lock (_lock) return [.. _records.Values];
    }

    /// <summary>Appends records; they are durable when the call returns.</summary>
    /// <exception cref="IOException">They cannot be made durable.</exception>
    public void Write(ReadOnlySpan<TRecord> records)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_file.IsClosed, this);
            if (_isDamaged) RewriteNow();
            Append(records);
            if (IsOvergrown) StartRewrite();
            FinishRewrite(wait: false);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            FinishRewrite(wait: true);
            _file.Dispose();
        }
    }

    private void Append(ReadOnlySpan<TRecord> records)
    {
        _frame.ResetWrittenCount();
        JournalFrame.Write<TKey, TRecord, TFormat>(_frame, _sequence + 1, records);
        // A write that fails (a full disk) is made again at the same place, by the next call.
        RandomAccess.Write(_file, _frame.WrittenSpan, _length);
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        catch
        {
            // After a failed sync the content of the disk is unknown (the kernel forgets what it could not write): begin a new file.
            _isDamaged = true;
            throw;
        }

        _length += _frame.WrittenCount;
        _sequence++;
        foreach (ref readonly var record in records) _records[TFormat.KeyOf(record)] = record;
        NoteForRewrite(_frame.WrittenSpan);
    }

    private void Begin()
    {
        RandomAccess.Write(_file, TFormat.Header, 0);
        RandomAccess.FlushToDisk(_file);
        DirectorySync.Flush(Path.GetDirectoryName(_path)!); // a full path has a folder
        _length = TFormat.Header.Length;
    }

    private void Load()
    {
        var content = new byte[checked((int)RandomAccess.GetLength(_file))];
        for (var read = 0; read < content.Length;)
            read += RandomAccess.Read(_file, content.AsSpan(read), read) is var n and > 0
                ? n
                : throw new EndOfStreamException($"{_path} became shorter while it was read.");

        // A crash while the file was made may leave less than its header.
        if (content.Length < TFormat.Header.Length && TFormat.Header.StartsWith(content))
        {
            Begin();
            return;
        }

        var kind = TFormat.Header[..^1];
        var newest = TFormat.Header[^1];
        if (content.Length < TFormat.Header.Length || !content.AsSpan().StartsWith(kind))
            throw new InvalidDataException($"{_path} is no lease journal of this kind.");
        var version = content[kind.Length];
        if (version == 0 || version > newest)
            throw new InvalidDataException(
                $"{_path} is a lease journal of version {version}; this program knows those up to {newest}. Use the newer program.");
        var end = Replay(content, version);
        if (end != content.Length)
        {
            RandomAccess.SetLength(_file, end);
            RandomAccess.FlushToDisk(_file);
        }

        if (version < newest) RewriteNow(); // one file has records of one version
    }

    /// <summary>Applies every whole frame and returns where the last one ends.</summary>
    private int Replay(ReadOnlySpan<byte> content, byte version)
    {
        var at = TFormat.Header.Length;
        while (JournalFrame.TryRead(content[at..], out var sequence, out var payload))
        {
            at += JournalFrame.HeaderLength + payload.Length;
            while (!payload.IsEmpty)
            {
                if (!TFormat.TryRead(ref payload, version, out var record))
                    throw new InvalidDataException(
                        $"{_path} holds a record that cannot be read, {payload.Length} octets before offset {at}.");
                _records[TFormat.KeyOf(record)] = record;
            }

            _sequence = sequence;
        }

        _length = at;
        for (var next = JournalFrame.Find(content, at + 1); next >= 0; next = JournalFrame.Find(content, next + 1))
            if (JournalFrame.TryRead(content[next..], out var sequence, out _) && sequence > _sequence)
                throw new InvalidDataException(
                    $"{_path} is damaged at offset {at}: an undamaged write follows at offset {next}. "
                    + $"Restore it from a backup, or cut it at {at} and lose what follows.");
        return at;
    }
}
