namespace Maas.Images.Downloads;

/// <summary>
/// Fetches a large file by several connections at once: each fills a segment in memory, and the segments are written in their order.
/// So the part file has no gaps, the hash goes along, and memory is bounded by segments times connections.
/// </summary>
internal sealed class SegmentedFetch(MirrorClient client, MirrorRotation rota, DownloadOptions options, RetryDelay pause)
{
    public async Task RunAsync(Transfer transfer, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var underWay = new Queue<(Task<string> Filled, Memory<byte> Segment)>();
        var spare = new Stack<byte[]>();
        try
        {
            for (var next = transfer.Position; next < transfer.Length || underWay.Count > 0;)
            {
                while (underWay.Count < options.Connections && next < transfer.Length)
                {
                    if (!spare.TryPop(out var buffer)) buffer = GC.AllocateUninitializedArray<byte>(options.SegmentSize);
                    var segment = buffer.AsMemory(0, (int)Math.Min(buffer.Length, transfer.Length - next));
                    underWay.Enqueue((FillAsync(transfer, next, segment, stop.Token), segment));
                    next += segment.Length;
                }

                var (filled, bytes) = underWay.Peek();
                await transfer.WriteAsync(await filled.ConfigureAwait(false), bytes, cancellationToken).ConfigureAwait(false);
                underWay.Dequeue();
                if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(bytes, out var free) && free.Array is { } array)
                    spare.Push(array);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var (filled, _) in underWay) await ((Task)filled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Fills one segment, from where it broke and from the next mirror if one breaks. Returns the mirror that ended it.</summary>
    private async Task<string> FillAsync(Transfer transfer, long offset, Memory<byte> segment, CancellationToken cancellationToken)
    {
        for (var filled = 0; ;)
        {
            var turn = rota.Next();
            try
            {
                using var answer =
                    await client.OpenAsync(turn.Mirror, offset + filled, offset + segment.Length - 1, cancellationToken)
                        .ConfigureAwait(false);
                if (!answer.IsRange)
                    throw new UntrustedArchiveException(answer.Name, "it changed while it was fetched, or is not served in ranges");
                if (answer.Total is { } total) transfer.Agree(answer.Name, total);
                for (int read; filled < segment.Length; filled += read)
                {
                    read = await client.ReadAsync(answer, segment[filled..], cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                        throw new HttpIOException(
                            HttpRequestError.ResponseEnded, $"{answer.Name} ended {segment.Length - filled} bytes early.");
                    rota.Arrived(read);
                }

                return answer.Name;
            }
            catch (Exception fault) when (MirrorRotation.IsOfMirror(fault) && !cancellationToken.IsCancellationRequested)
            {
                if (rota.Failed(turn, fault) is not { } delays) throw;
                await pause.ForAsync(delays, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
