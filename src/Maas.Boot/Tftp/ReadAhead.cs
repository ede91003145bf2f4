using System.Buffers;
using Maas.Boot.Files;

namespace Maas.Boot.Tftp;

/// <summary>
/// The part of a file that one transfer may send now or again: two halves of one buffer, one in use while the other fills.
/// </summary>
/// <remarks>
/// A half holds whole blocks and at least a window, so that a window lies in at most two halves. It is used by one loop at a
/// time; only the filling itself runs elsewhere, and says <paramref name="filled"/> when the loop waits for it.
/// </remarks>
internal sealed class ReadAhead(
    BootFile file,
    TftpNegotiatedOptions terms,
    int share,
    Action filled,
    CancellationToken cancellationToken) : IDisposable
{
    private readonly long _half = HalfSize(terms, share);
    private readonly byte[]?[] _buffers = new byte[]?[2];
    private readonly long[] _starts = [-1, -1];            // which part of the file each half holds
    private readonly Lock _ending = new();
    private int _filling = -1;                             // the half that is being filled
    private int _awaited;                                  // 1 when the loop waits
    private bool _disposed;
    private volatile Exception? _failure;

    /// <summary>Why the file could not be read; <see langword="null"/> while it can.</summary>
    public Exception? Failure => _failure;

    /// <summary>Reads the beginning, so that small files never wait afterwards.</summary>
    public ValueTask OpenAsync() => FillAsync(0, 0);

    /// <summary>
    /// Whether bytes from <paramref name="from"/> to <paramref name="to"/> are there; if not, <c>filled</c> is called once they may be.
    /// </summary>
    public bool Has(long from, long to)
    {
        if (Holds(from) && (to <= from || Holds(to - 1)))
        {
            Ahead(from);
            return true;
        }

        Volatile.Write(ref _awaited, 1);
        Ahead(from);
        // It may have become ready between the look and the note that we wait.
        if (!Holds(from) || (to > from && !Holds(to - 1))) return false;
        Volatile.Write(ref _awaited, 0);
        return true;
    }

    /// <summary>The bytes at <paramref name="offset"/>, at most a block; they lie in one half.</summary>
    public ReadOnlySpan<byte> Block(long offset)
    {
        var count = (int)Math.Min(terms.BlockSize, terms.Length - offset);
        if (count <= 0) return default;
        var half = (int)(offset / _half % 2);
        return _buffers[half].AsSpan((int)(offset - _starts[half]), count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_ending)
        {
            _disposed = true;
            if (Volatile.Read(ref _filling) < 0) Release();
        }
    }

    private static long HalfSize(TftpNegotiatedOptions terms, int share)
    {
        long window = (long)terms.WindowSize * terms.BlockSize;
        var whole = Math.Max(window, share / 2 / terms.BlockSize * (long)terms.BlockSize);
        // A file that fits is held in one half, no larger than it is.
        return Math.Max(terms.BlockSize, terms.Length <= whole ? (terms.Length / terms.BlockSize + 1) * terms.BlockSize : whole);
    }

    private bool Holds(long offset) =>
        offset >= terms.Length || Volatile.Read(ref _starts[(int)(offset / _half % 2)]) == offset / _half * _half;

    // The half with the first byte in use stays; the other takes what follows it.
    private void Ahead(long from)
    {
        if (Volatile.Read(ref _filling) >= 0 || _failure is not null) return;
        var wanted = Holds(from) ? (from / _half * _half) + _half : from / _half * _half;
        if (wanted >= terms.Length || Holds(wanted)) return;
        _ = FillAsync((int)(wanted / _half % 2), wanted).AsTask();
    }

    private async ValueTask FillAsync(int half, long start)
    {
        Volatile.Write(ref _filling, half);
        try
        {
            Volatile.Write(ref _starts[half], -1);
            var count = (int)Math.Min(_half, terms.Length - start);
            var buffer = _buffers[half] ??= ArrayPool<byte>.Shared.Rent(Math.Max(1, (int)Math.Min(_half, terms.Length)));
            for (var at = 0; at < count;)
            {
                var read = await file.ReadAsync(buffer.AsMemory(at, count - at), start + at, cancellationToken).ConfigureAwait(false);
                if (read == 0) throw new IOException($"The file ended at {start + at} instead of {terms.Length}.");
                at += read;
            }

            Volatile.Write(ref _starts[half], start);
        }
        catch (Exception e)
        {
            // Whatever the application's file throws ends this transfer, not the server.
            _failure = e;
        }

        lock (_ending)
        {
            Volatile.Write(ref _filling, -1);
            if (_disposed) Release();
        }

        if (Interlocked.Exchange(ref _awaited, 0) == 1) filled();
    }

    private void Release()
    {
        for (var i = 0; i < _buffers.Length; i++)
        {
            if (_buffers[i] is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
            _buffers[i] = null;
        }

        file.Dispose();
    }
}
