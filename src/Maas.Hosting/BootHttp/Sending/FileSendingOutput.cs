using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Maas.Hosting.BootHttp.Sending;

/// <summary>
/// A connection's output that passes everything to Kestrel's own transport until a boot file is sent on the connection. From then on it
/// sends what it is flushed
/// on the socket itself, so that it knows when bytes have left, and lets the kernel send parts of files (sendfile) between them. One writer
/// at a time, as for
/// every <see cref="PipeWriter"/>.
/// </summary>
/// <remarks>
/// A connection that never sends a boot file costs what it costs without this class: one virtual call more for each call.
/// </remarks>
internal sealed class FileSendingOutput(Socket socket, PipeWriter transport) : PipeWriter
{
    private const int SmallestBuffer = 4096;
    private const int TcpLevel = 6, TcpInformation = 11, AcknowledgedOffset = 120; // linux/tcp.h: TCP_INFO, tcpi_bytes_acked

    private byte[]? _buffer;
    private int _filled;
    private FilePart _next;
    private int _unsentOfFile;
    private bool _isDirect, _cancelled, _closed;
    private long _passed; // bytes given to the transport
    private Task _sending = Task.CompletedTask;

    /// <summary>Whether the transport is bypassed.</summary>
    public bool IsDirect => _isDirect;

    /// <summary>
    /// How many bytes the last flushed part of a file was short of; the connection is of no use then, for its length was promised.
    /// </summary>
    public int Missing { get; private set; }

    /// <summary>How many bytes the kernel has sent out of files on this connection.</summary>
    public long SentOfFiles { get; private set; }

    /// <summary>How many bytes have left on this connection, out of files or not.</summary>
    public long Sent { get; private set; }

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => _isDirect || transport.CanGetUnflushedBytes;

    /// <inheritdoc/>
    public override long UnflushedBytes => _isDirect ? _filled + _unsentOfFile : transport.UnflushedBytes;

    /// <summary>
    /// Bypasses the transport from here on, when all that was given to it has left: what is sent on the socket must not overtake an earlier
    /// response. That is
    /// known when nothing was given to it, or when the client has acknowledged it all; a client that sends one request after the other has,
    /// with its request.
    /// </summary>
    /// <returns>Whether the transport is bypassed; otherwise files are copied on this connection.</returns>
    public bool TryBypassTransport()
    {
        if (!_isDirect)
            _isDirect = _passed == 0 ? transport is { CanGetUnflushedBytes: true, UnflushedBytes: 0 }
                : transport.UnflushedBytes == 0 && Acknowledged() >= _passed;
        return _isDirect;
    }

    /// <summary>Whether nothing can be sent any more; asks the kernel, for the connection may have been reset since.</summary>
    public bool IsBroken()
    {
        if (_closed) return true;
        try
        {
            // While the transport sends, a call that sends would wait for it, and block this thread for as long as the client does not
            // read.
            if (!_isDirect) return socket.Poll(TimeSpan.Zero, SelectMode.SelectError);
            socket.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None, out var error);
            return error is not (SocketError.Success or SocketError.WouldBlock);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            return true;
        }
    }

    /// <summary>How many bytes of this connection's output the client has acknowledged; -1 where the system does not tell.</summary>
    public long Acknowledged()
    {
        if (!OperatingSystem.IsLinux() || socket.ProtocolType != ProtocolType.Tcp) return -1;
        Span<byte> information = stackalloc byte[AcknowledgedOffset + sizeof(long)];
        try
        {
            return socket.GetRawSocketOption(TcpLevel, TcpInformation, information) == information.Length
                ? BitConverter.ToInt64(information[AcknowledgedOffset..]) : -1;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return -1;
        }
    }

    /// <summary>
    /// Makes the next <see cref="GetMemory"/> stand for <paramref name="count"/> bytes of a file from <paramref name="offset"/> on, until
    /// it is flushed.
    /// </summary>
    public void SendNext(SafeFileHandle file, long offset, int count) => _next = new FilePart(file, offset, count);

    /// <summary>Takes back <see cref="SendNext"/>: the writer has a layer in between that would copy the bytes.</summary>
    public void SendNothingNext() => _next = default;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (!_isDirect) return transport.GetMemory(sizeHint);
        if (_next.File is not null) return FileMemory.Of(_next.Count);
        if (_unsentOfFile > 0) throw new InvalidOperationException("A part of a file has not been flushed.");
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_filled);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => _isDirect ? GetMemory(sizeHint).Span : transport.GetSpan(sizeHint);

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        if (!_isDirect)
        {
            _passed += bytes;
            transport.Advance(bytes);
        }
        else if (_next.File is not null)
        {
            _unsentOfFile = bytes;
        }
        else
        {
            _filled += bytes;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_isDirect) return base.WriteAsync(source, cancellationToken);
        _passed += source.Length;
        return transport.WriteAsync(source, cancellationToken);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
        if (_isDirect) _cancelled = true;
        else transport.CancelPendingFlush();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        Free(_buffer);
        (_buffer, _filled) = (null, 0);
        transport.Complete(exception);
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        _isDirect ? FlushToSocketAsync(cancellationToken) : transport.FlushAsync(cancellationToken);

    private async ValueTask<FlushResult> FlushToSocketAsync(CancellationToken cancellationToken)
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
