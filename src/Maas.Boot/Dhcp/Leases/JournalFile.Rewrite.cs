using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Maas.Boot.Dhcp.Leases;

internal sealed partial class JournalFile<TKey, TRecord, TFormat>
{
    /// <summary>A journal is rewritten when it is this much larger than after the last rewrite.</summary>
    private const int GrowthBeforeRewrite = 4;

    private const int RecordsPerFrame = 4096;

    private readonly ArrayBufferWriter<byte> _sinceRewriteBegan = new();
    private Task<(SafeFileHandle File, long Length)>? _rewrite;
    private readonly long _smallestRewrite; // octets; a smaller file is left to grow
    private long _lengthAfterRewrite;

    private bool IsOvergrown => _rewrite is null && _length > Math.Max(_smallestRewrite, _lengthAfterRewrite * GrowthBeforeRewrite);

    private static string RewritePath(string path) => path + ".rewrite";

    // The copy is made now, the writing happens beside the appends, and what was appended meanwhile is added at the end.
    private void StartRewrite()
    {
        TRecord[] records = [.. _records.Values];
        var sequence = _sequence;
        _sinceRewriteBegan.ResetWrittenCount();
        _rewrite = Task.Run(() => WriteBeside(records, sequence));
    }

    private void NoteForRewrite(ReadOnlySpan<byte> frame)
    {
        if (_rewrite is not null) _sinceRewriteBegan.Write(frame);
    }

    private void FinishRewrite(bool wait)
    {
        if (_rewrite is null || (!wait && !_rewrite.IsCompleted)) return;
        var rewrite = _rewrite;
        _rewrite = null;
        try
        {
#pragma warning disable CA2012, MA0042 // completed, or waited for when the journal closes
            var (file, length) = rewrite.GetAwaiter().GetResult();
#pragma warning restore CA2012, MA0042
            Replace(file, length, _sinceRewriteBegan.WrittenSpan);
        }
        catch (IOException)
        {
            // The journal itself is whole and goes on growing; the next attempt comes when it has grown as much again.
            _lengthAfterRewrite = _length;
        }
    }

    private void RewriteNow()
    {
        FinishRewrite(wait: true);
        var (file, length) = WriteBeside([.. _records.Values], _sequence);
        Replace(file, length, []);
    }

    private (SafeFileHandle File, long Length) WriteBeside(TRecord[] records, ulong sequence)
    {
        var file = File.OpenHandle(RewritePath(_path), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var output = new ArrayBufferWriter<byte>(1 << 16);
            output.Write(TFormat.Header);
            var length = 0L;
            // Every frame carries the sequence the snapshot was taken at: later frames of the old file come after all of them.
            for (var at = 0; at < records.Length || length == 0; at += RecordsPerFrame)
            {
                if (at < records.Length)
                    JournalFrame.Write<TKey, TRecord, TFormat>(
                        output, sequence, records.AsSpan(at, Math.Min(RecordsPerFrame, records.Length - at)));
                RandomAccess.Write(file, output.WrittenSpan, length);
                length += output.WrittenCount;
                output.ResetWrittenCount();
            }

            RandomAccess.FlushToDisk(file);
            return (file, length);
        }
        catch
        {
            Discard(file);
            throw;
        }
    }

    private void Replace(SafeFileHandle file, long length, ReadOnlySpan<byte> more)
    {
        try
        {
            RandomAccess.Write(file, more, length);
            RandomAccess.FlushToDisk(file);
            File.Move(RewritePath(_path), _path, overwrite: true);
        }
        catch
        {
            Discard(file);
            throw;
        }

        // From here on the other file has no name. Until the folder is on the disk, a crash may bring it back: if that fails, the next
        // write makes the file anew before it appends.
        _file.Dispose();
        _file = file;
        _length = _lengthAfterRewrite = length + more.Length;
        _isDamaged = true;
        DirectorySync.Flush(Path.GetDirectoryName(_path)!); // a full path has a folder
        _isDamaged = false;
    }

    // What is left of a rewrite would take the space that a full disk lacks.
    private void Discard(SafeFileHandle file)
    {
        file.Dispose();
        try
        {
            File.Delete(RewritePath(_path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next rewrite begins the file anew, and the next start deletes it.
        }
    }
}
