using Maas.Images.Downloads;

namespace Maas.Images.Peers;

public sealed partial class PeerCache
{
    /// <summary>
    /// Makes room for a blob: first the parts of fetches that were given up go, then copies that were not used for longest. For a fetch
    /// ahead of need no copy goes.
    /// </summary>
    private async Task<bool> TakeRoomAsync(PeerFetch fetch)
    {
        if (fetch.Length > _options.MostBytes) return false;
        await _room.WaitAsync(fetch.Token).ConfigureAwait(false);
        try
        {
            var copies = _library.CopiesFor(Reference);
            var kept = copies.Sum(copy => copy.Length);
            if (!Fits(fetch, kept)) RemoveParts(fetch);
            foreach (var (digest, length, _) in copies.OrderBy(copy => copy.Used))
            {
                if (Fits(fetch, kept)) break;
                if (!fetch.IsUrgent) return false;
                if (!await IsOriginalElsewhereAsync(digest, fetch.Token).ConfigureAwait(false)
                    || !await _library.TryEvictAsync(digest, Reference, fetch.Token).ConfigureAwait(false)) continue;
                kept -= length;
                PeerMetrics.Evicted();
                LogEvicted(digest, length, fetch.Digest);
            }

            return fetch.HasRoom = Fits(fetch, kept);
        }
        finally
        {
            _room.Release();
        }
    }

    private bool Fits(PeerFetch fetch, long kept)
    {
        long coming, parts;
        lock (_lock)
        {
            coming = _fetches.Values.Where(other => other.HasRoom).Sum(other => other.Length);
            parts = GivenUp(fetch).Sum(part => part.Length);
        }

        if (kept + coming + parts > _options.MostBytes - fetch.Length) return false;
        var part = new FileInfo(PartOf(fetch.Digest));
        // a file is in a folder
        return FreeSpace.Has(part.DirectoryName!, fetch.Length - (part.Exists ? part.Length : 0), _options.SpareBytes);
    }

    private void RemoveParts(PeerFetch fetch)
    {
        lock (_lock)
            foreach (var part in GivenUp(fetch)) part.Delete();
    }

    /// <summary>The parts of blobs that are not being fetched.</summary>
    private IReadOnlyList<FileInfo> GivenUp(PeerFetch fetch) =>
    [
        .. Parts().Where(part => !Sha256Digest.TryParse(part.Name, out var digest)
            || (digest != fetch.Digest && !_fetches.ContainsKey(digest))),
    ];

    /// <summary>Whether a peer that answers now has a blob, and not as a copy.</summary>
    private async Task<bool> IsOriginalElsewhereAsync(Sha256Digest digest, CancellationToken cancellationToken)
    {
        foreach (var url in (await _peers.FindAsync(digest, cancellationToken).ConfigureAwait(false)).Urls)
        {
            using var limit = new CancellationTokenSource(_options.ConnectTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Head, url);
                using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
                if (response.IsSuccessStatusCode && response.Headers.TryGetValues(CopyHeader, out var values)
                    && values.SequenceEqual(["original"], StringComparer.Ordinal)) return true;
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException
                || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                LogNoAnswer(digest, fault.Message);
            }
        }

        return false;
    }
}
