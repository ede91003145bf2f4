using System.Buffers;
using System.Runtime.CompilerServices;
using Maas.Boot.Platform;
using Microsoft.Win32.SafeHandles;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>Leases in one file: every write is appended and synced, and the file is rewritten beside itself when it has grown far beyond what it holds.</summary>
/// <remarks>Writing blocks the calling thread for as long as the disk takes. The file belongs to one process at a time.</remarks>
public sealed partial class LeaseJournal : ILeaseStore, IAsyncDisposable
{
    private readonly string _path;
    private readonly Dictionary<uint, Lease> _leases = [];
    private readonly ArrayBufferWriter<byte> _frame = new(4096);
    private readonly Lock _lock = new();
    private SafeFileHandle _file;
    private long _length;
    private ulong _sequence;
    private bool _isDamaged;

    private LeaseJournal(string path, SafeFileHandle file, long smallestRewrite)
    {
        _smallestRewrite = smallestRewrite;
        _path = path;
        _file = file;
    }

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="path">The file's path; its folder exists.</param>
    /// <exception cref="IOException">It cannot be opened, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">It is no lease journal, or its middle is damaged: the message tells the offset. A torn end, as a crash leaves it, is cut off.</exception>
    public static LeaseJournal Open(string path) => Open(path, smallestRewrite: 4 << 20);

    /// <summary>Opens the file, to be rewritten from a size on.</summary>
    internal static LeaseJournal Open(string path, long smallestRewrite)
    {
        path = Path.GetFullPath(path);
        File.Delete(RewritePath(path)); // what a crash during a rewrite left
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var journal = new LeaseJournal(path, file, smallestRewrite);
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

    /// <inheritdoc/>
    public async IAsyncEnumerable<Lease> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Lease[] leases;
        lock (_lock) leases = [.. _leases.Values];
        foreach (var lease in leases) yield return lease;
        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_file.IsClosed, this);
            if (_isDamaged) RewriteNow();
            Append(leases.Span);
            if (IsOvergrown) StartRewrite();
            FinishRewrite(wait: false);
        }

        return default;
    }

    /// <summary>Closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            FinishRewrite(wait: true);
            _file.Dispose();
        }

        return default;
    }

    private void Append(ReadOnlySpan<Lease> leases)
    {
        _frame.ResetWrittenCount();
        JournalFormat.WriteFrame(_frame, _sequence + 1, leases);
        // A write that fails (a full disk) is made again at the same place, by the next call.
        RandomAccess.Write(_file, _frame.WrittenSpan, _length);
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        catch
        {
            // After a failed sync nobody knows what is on the disk (the kernel forgets what it could not write): begin a new file.
            _isDamaged = true;
            throw;
        }

        _length += _frame.WrittenCount;
        _sequence++;
        foreach (ref readonly var lease in leases) _leases[lease.Number] = lease;
        NoteForRewrite(_frame.WrittenSpan);
    }

    private void Begin()
    {
        RandomAccess.Write(_file, JournalFormat.Header, 0);
        RandomAccess.FlushToDisk(_file);
        Libc.SyncFolder(Path.GetDirectoryName(_path)!); // a full path has a folder
        _length = JournalFormat.Header.Length;
    }

    private void Load()
    {
        var content = new byte[checked((int)RandomAccess.GetLength(_file))];
        for (var read = 0; read < content.Length;)
            read += RandomAccess.Read(_file, content.AsSpan(read), read) is var n and > 0 ? n : throw new EndOfStreamException($"{_path} became shorter while it was read.");

        // A crash while the file was made may leave less than its header.
        if (content.Length < JournalFormat.Header.Length && JournalFormat.Header.StartsWith(content))
        {
            Begin();
            return;
        }

        if (!content.AsSpan().StartsWith(JournalFormat.Header)) throw new InvalidDataException($"{_path} is no lease journal of this version.");
        var end = Replay(content);
        if (end == content.Length) return;
        RandomAccess.SetLength(_file, end);
        RandomAccess.FlushToDisk(_file);
    }

    /// <summary>Applies every whole frame and returns where the last one ends.</summary>
    private int Replay(ReadOnlySpan<byte> content)
    {
        var at = JournalFormat.Header.Length;
        while (JournalFormat.TryReadFrame(content[at..], out var sequence, out var payload))
        {
            at += JournalFormat.FrameHeaderLength + payload.Length;
            while (!payload.IsEmpty)
            {
                if (!JournalFormat.TryReadRecord(ref payload, out var lease))
                    throw new InvalidDataException($"{_path} holds a record that cannot be read, {payload.Length} octets before offset {at}.");
                _leases[lease.Number] = lease;
            }

            _sequence = sequence;
        }

        _length = at;
        for (var next = JournalFormat.FindFrame(content, at + 1); next >= 0; next = JournalFormat.FindFrame(content, next + 1))
            if (JournalFormat.TryReadFrame(content[next..], out var sequence, out _) && sequence > _sequence)
                throw new InvalidDataException($"{_path} is damaged at offset {at}: an undamaged write follows at offset {next}. Restore it from a backup, or cut it at {at} and lose what follows.");
        return at;
    }
}
