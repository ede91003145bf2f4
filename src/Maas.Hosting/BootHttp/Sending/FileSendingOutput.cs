using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Maas.Hosting.BootHttp.Sending;

/// <summary>
/// A connection's output that sends what it is flushed on the socket itself, so that it knows when bytes have left, and lets the kernel send parts of files
/// (sendfile) between them. One writer at a time, as for every <see cref="PipeWriter"/>.
/// </summary>
internal sealed class FileSendingOutput(Socket socket, PipeWriter transport) : PipeWriter
{
    private const int SmallestBuffer = 4096;

    private byte[]? _buffer;
    private int _filled;
    private FilePart _next;
    private int _unsentOfFile;
    private bool _cancelled, _closed;
    private Task _sending = Task.CompletedTask;

    /// <summary>How many bytes the last flushed part of a file was short of; the connection is of no use then, for its length was promised.</summary>
    public int Missing { get; private set; }

    /// <summary>How many bytes the kernel has sent out of files on this connection.</summary>
    public long SentOfFiles { get; private set; }

    /// <summary>How many bytes have left on this connection, out of files or not.</summary>
    public long Sent { get; private set; }

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _filled + _unsentOfFile;

    /// <summary>Whether nothing can be sent any more; asks the kernel, for the connection may have been reset since.</summary>
    public bool IsBroken()
    {
        if (_closed) return true;
        try
        {
            socket.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None, out var error);
            return error is not (SocketError.Success or SocketError.WouldBlock);
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Makes the next <see cref="GetMemory"/> stand for <paramref name="count"/> bytes of a file from <paramref name="offset"/> on, until it is flushed.</summary>
    public void SendNext(SafeFileHandle file, long offset, int count) => _next = new FilePart(file, offset, count);

    /// <summary>Takes back <see cref="SendNext"/>: whoever writes has a layer between that would copy the bytes.</summary>
    public void SendNothingNext() => _next = default;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_next.File is not null) return FileMemory.Of(_next.Count);
        if (_unsentOfFile > 0) throw new InvalidOperationException("A part of a file has not been flushed.");
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_filled);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        if (_next.File is not null) _unsentOfFile = bytes;
        else _filled += bytes;
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => _cancelled = true;

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        Free(_buffer);
        (_buffer, _filled) = (null, 0);
        transport.Complete(exception);
    }

    /// <inheritdoc/>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        _sending = SendAsync(_sending, _buffer, _filled, _next with { Count = _unsentOfFile });
        (_buffer, _filled, _next, _unsentOfFile) = (null, 0, default, 0);
        // Who waits no longer takes nothing back: what was flushed goes on its way, as in every pipe, and the next flush is behind it.
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new FlushResult(isCanceled: Interlocked.Exchange(ref _cancelled, false), isCompleted: _closed);
    }

    private async Task SendAsync(Task before, byte[]? buffer, int filled, FilePart part)
    {
        await before.ConfigureAwait(false);
        try
        {
            for (var sent = 0; sent < filled && !_closed;)
            {
                var now = await socket.SendAsync(buffer.AsMemory(sent, filled - sent), SocketFlags.None).ConfigureAwait(false);
                sent += now;
                Sent += now;
            }

            if (part.Count > 0 && !_closed) await SendFileAsync(part).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client is gone, or the connection was ended here; the transport's own receiver reports why.
            _closed = true;
        }
        finally
        {
            // Between requests a connection holds no memory.
            Free(buffer);
        }
    }

    private async ValueTask SendFileAsync(FilePart part)
    {
        using var sending = new FileSending(part.File!, part.Offset, part.Count);
        var sent = await sending.SendAsync(socket).ConfigureAwait(false);
        SentOfFiles += sent;
        Sent += sent;
        Missing = part.Count - sent;
        _closed |= Missing > 0;
    }

    private void Reserve(int room)
    {
        if (_buffer is not null && _buffer.Length - _filled >= room) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(SmallestBuffer, _filled + room));
        _buffer.AsSpan(0, _filled).CopyTo(larger);
        Free(_buffer);
        _buffer = larger;
    }

    private static void Free(byte[]? buffer)
    {
        if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
    }

    private readonly record struct FilePart(SafeFileHandle? File, long Offset, int Count);
}
