using System.IO.Pipelines;
using Maas.Boot.Files;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Win32.SafeHandles;

namespace Maas.Hosting.BootHttp.Sending;

/// <summary>
/// Brings a file's bytes into a response: large ones by the kernel where the connection can, else through the response's own buffers.
/// </summary>
internal sealed class BootFileSender(HttpContext context, BootFile file, TimeProvider timeProvider)
{
    // Few large writes cost less than many small ones (docs/explain/performance.md).
    private const int BufferSize = 256 * 1024;

    // Long enough that the calls do not count, short enough that a client too slow for the server's minimum is noticed.
    private const int PartSize = 2 * 1024 * 1024;

    // Below this, one call with headers and file together is cheaper than two.
    private const int SmallestPart = 64 * 1024;

    /// <summary>
    /// How long a client may take nothing. Kestrel itself ends a response after five seconds without progress, however fast it was before;
    /// firmware that
    /// moves what it has loaded, and a virtual machine on a busy host, pause longer.
    /// </summary>
    internal static readonly TimeSpan LongestStall = TimeSpan.FromSeconds(60);

    private const int SlowestRate = 240; // bytes a second, as Kestrel's default

    private readonly PipeWriter _body = context.Response.BodyWriter;
    private bool _isDirect; // nothing is between this and the connection
    private bool _hasStalled; // the client took nothing for too long

    /// <summary>Sends a range; returns how many bytes went, fewer than <paramref name="count"/> when the client went away.</summary>
    /// <exception cref="IOException">The file is shorter than it said.</exception>
    public async Task<long> SendAsync(long offset, long count)
    {
        Output?.TryBypassTransport(); // before anything of the response is written
        if (count >= SmallestPart && Sendable is not null && Output is not null)
            await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        AllowPauses();
        long sent = 0;
        try
        {
            while (sent < count)
            {
                var part = TakePart(offset + sent, count - sent) is var taken and > 0 ? taken
                    : await ReadPartAsync(offset + sent, count - sent).ConfigureAwait(false);
                var before = Output?.Sent ?? 0;
                // Not to be given up: Kestrel tells of a flush that was as of one that went. When the client is gone the connection's end
                // ends it.
                var flushed = await FlushAsync().ConfigureAwait(false);
                if (_hasStalled) break;
                if (Output is { Missing: > 0 and var missing }) throw EndedEarly(count - sent - part + missing);
                if (flushed.IsCompleted || WentNowhere(part, before)) break;
                sent += part;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away: what had gone until then is the answer.
        }
        finally
        {
            // The length is already promised: a short file must break the connection, not look complete or be waited for.
            if (sent < count) context.Abort();
        }

        return sent;
    }

    // What the client has acknowledged tells a pause from a slow link. Where that is not known, Kestrel's own watch stays, with more
    // patience.
    private void AllowPauses()
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = Acknowledged() >= 0 ? null : new MinDataRate(SlowestRate, LongestStall);
    }

    private async ValueTask<FlushResult> FlushAsync()
    {
        var flush = _body.FlushAsync(CancellationToken.None);
        if (flush.IsCompleted || Acknowledged() is not (>= 0 and var acknowledged)) return await flush.ConfigureAwait(false);
        var flushing = flush.AsTask();
        while (true)
        {
            try
            {
                return await flushing.WaitAsync(LongestStall, timeProvider).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (flushing.IsCompleted) return await flushing.ConfigureAwait(false);
                var now = Acknowledged();
                if (now <= acknowledged) return await AbortAsync(flushing).ConfigureAwait(false);
                acknowledged = now;
            }
        }
    }

    private async Task<FlushResult> AbortAsync(Task<FlushResult> flushing)
    {
        _hasStalled = true;
        context.Abort();
        await ((Task)flushing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it ends with the connection, one way or another
        return new FlushResult(isCanceled: false, isCompleted: true);
    }

    private long Acknowledged() => Output?.Acknowledged() ?? -1;

    // The socket takes the files alone that were opened for asynchronous use.
    private SafeFileHandle? Sendable => file.Handle is { IsAsync: true } handle ? handle : null;

    // Kestrel, once it has ended a response because the client is gone, takes what it is given, drops it, and says that it went.
    private bool WentNowhere(int part, long before) =>
        Output is { } output && output.Sent - before < part
        && (_isDirect || context.RequestAborted.IsCancellationRequested || output.IsBroken());

    // Nothing may stand between the connection and the response: TLS and byte loggers replace the transport, HTTP/2 frames what it sends.
    private FileSendingOutput? Output => HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol)
        ? context.Features.Get<IConnectionTransportFeature>()?.Transport.Output as FileSendingOutput
        : null;

    // A middleware that buffers or compresses the response has memory of its own to give, and gets the bytes.
    private int TakePart(long offset, long left)
    {
        if (left < SmallestPart || Sendable is not { } handle || Output is not { IsDirect: true } output) return 0;
        var count = (int)Math.Min(PartSize, left);
        output.SendNext(handle, offset, count);
        var memory = _body.GetMemory(count);
        if (!FileMemory.Is(memory))
        {
            output.SendNothingNext();
            return 0;
        }

        _isDirect = true;
        _body.Advance(count);
        return count;
    }

    // Read straight into the response's own buffers: one copy of each byte less than to write it there.
    private async ValueTask<int> ReadPartAsync(long offset, long left)
    {
        var size = (int)Math.Min(BufferSize, left);
        var part = _body.GetMemory(size);
        part = part[..Math.Min(size, part.Length)];
        // .NET reads files on a thread of its pool, whichever way it is asked; here that thread is this one, and nothing has to be handed
        // over.
        var read = file.Handle is { } handle ? RandomAccess.Read(handle, part.Span, offset)
            : await file.ReadAsync(part, offset, context.RequestAborted).ConfigureAwait(false);
        if (read == 0) throw EndedEarly(left);
        _body.Advance(read);
        return read;
    }

    private static IOException EndedEarly(long missing) => new($"The file ended {missing} bytes early.");
}
