namespace Maas.Images.Peers;

public sealed partial class PeerCache
{
    /// <summary>How long making room for a blob may take, in connect timeouts.</summary>
    private const int RoomTimeouts = 10;

    /// <summary>
    /// Makes room for a blob, if a peer says that it has it: first the parts of fetches that were given up go, then copies that were not
    /// used for longest. For a fetch ahead of need no copy goes. Returns why there is not enough.
    /// </summary>
    private async Task<PeerFetchFailure?> TakeRoomAsync(PeerFetch fetch, PeerLocations locations)
    {
        if (fetch.Length > _options.MostBytes) return PeerFetchFailure.NoSpace;
        if (await TryTakeRoomAsync(fetch).ConfigureAwait(false)) return null;
        using var limit = new CancellationTokenSource(_options.ConnectTimeout * RoomTimeouts, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, fetch.Token);
        try
        {
            // Requests are sent outside of the semaphore: a peer that is down must not delay the other fetches.
            var probe = new PeerProbe(_http, _peers, _options.ConnectTimeout, _time, fault => LogNoAnswer(fetch.Digest, fault.Message));
            if (await probe.AskAsync(locations, PeerAnswer.Copy, either.Token).ConfigureAwait(false) == PeerAnswer.None)
                return locations.IsNowhere ? PeerFetchFailure.NotFound : PeerFetchFailure.PeersFailed;
            if (await TryTakeRoomAsync(fetch, () => RemovePartsAsync(fetch)).ConfigureAwait(false)) return null;
            if (!fetch.IsUrgent) return PeerFetchFailure.NoSpace;
            foreach (var (digest, length, _) in _library.CopiesFor(Reference).OrderBy(copy => copy.Used))
            {
                var others = await _peers.FindAsync(digest, either.Token).ConfigureAwait(false);
                if (await probe.AskAsync(others, PeerAnswer.Original, either.Token).ConfigureAwait(false) == PeerAnswer.Original
                    && await TryTakeRoomAsync(fetch, () => EvictAsync(digest, length, fetch)).ConfigureAwait(false)) return null;
            }
        }
        catch (OperationCanceledException) when (!fetch.Token.IsCancellationRequested)
        {
            // It takes too long; the next request for the blob tries it again.
        }

        return PeerFetchFailure.NoSpace;
    }

    /// <summary>Takes room if there is enough, at once or after something was removed.</summary>
    private async Task<bool> TryTakeRoomAsync(PeerFetch fetch, Func<Task>? remove = null)
    {
        await _room.WaitAsync(fetch.Token).ConfigureAwait(false);
        try
        {
            if (!Fits(fetch))
            {
                if (remove is null) return false;
                await remove().ConfigureAwait(false);
                if (!Fits(fetch)) return false;
            }

            lock (_lock) fetch.HasRoom = true;
            return true;
        }
        finally
        {
            _room.Release();
        }
    }

    private bool Fits(PeerFetch fetch)
    {
        var kept = _library.CopiesFor(Reference).Sum(copy => copy.Length);
        long coming, remaining, parts;
        lock (_lock)
        {
            var others = _fetches.Values.Where(other => other.HasRoom && other != fetch).ToList();
            coming = others.Sum(other => other.Length);
            remaining = others.Append(fetch).Sum(Remaining);
            parts = GivenUp(fetch).Sum(part => part.Length);
        }

        if (kept + coming + parts > _options.MostBytes - fetch.Length) return false;
        var free = FreeBytes(_library.DownloadsOf(Source));
        return free >= _options.SpareBytes && free - _options.SpareBytes >= remaining;
    }

    /// <summary>The bytes of a blob that are not on the disk yet.</summary>
    private long Remaining(PeerFetch fetch) =>
        new FileInfo(PartOf(fetch.Digest)) is { Exists: true } part ? Math.Max(0, fetch.Length - part.Length) : fetch.Length;

    private async Task EvictAsync(Sha256Digest digest, long length, PeerFetch fetch)
    {
        if (!await _library.TryEvictAsync(digest, Reference, fetch.Token).ConfigureAwait(false)) return;
        PeerMetrics.Evicted();
        LogEvicted(digest, length, fetch.Digest);
    }

    private Task RemovePartsAsync(PeerFetch fetch)
    {
        lock (_lock)
            foreach (var part in GivenUp(fetch)) part.Delete();
        return Task.CompletedTask;
    }

    /// <summary>The parts of blobs that are not being fetched.</summary>
    private IReadOnlyList<FileInfo> GivenUp(PeerFetch fetch) =>
    [
        .. Parts().Where(part => !Sha256Digest.TryParse(part.Name, out var digest)
            || (digest != fetch.Digest && !_fetches.ContainsKey(digest))),
    ];
}
