using Maas.Images.Downloads;

namespace Maas.Images.Peers;

public sealed partial class PeerCache
{
    private async Task<PeerFetchFailure?> RunAsync(PeerFetch fetch)
    {
        PeerFetchFailure? failure = null;
        try
        {
            if (!_library.Contains(fetch.Digest)) failure = await FetchAsync(fetch).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (fetch.Token.IsCancellationRequested)
        {
            // It is superseded, or the host stops.
        }
        catch (Exception fault)
        {
            LogFailed(fault, fetch.Digest);
            failure = PeerFetchFailure.PeersFailed;
        }
        finally
        {
            lock (_lock)
            {
                _fetches.Remove(fetch.Digest);
                // That nothing more fits ahead of need is no failure.
                if (failure is { } reason && (fetch.IsUrgent || reason != PeerFetchFailure.NoSpace)) _failed[fetch.Digest] = reason;
                else if (!fetch.Token.IsCancellationRequested) _failed.Remove(fetch.Digest);
            }

            fetch.Dispose();
        }

        return failure;
    }

    private async Task<PeerFetchFailure?> FetchAsync(PeerFetch fetch)
    {
        Task held;
        lock (_lock)
        {
            if (_held is null or { IsCompleted: true, IsCompletedSuccessfully: false })
                _held = _library.HoldImportAsync(Source, _end.Token);
            held = _held;
        }

        await held.WaitAsync(fetch.Token).ConfigureAwait(false);
        if (_options.RackMember is not null && await FollowAsync(fetch).ConfigureAwait(false) is (true, var failed)) return failed;
        if (fetch.BeganUrgent) await _turns.WaitAsync(fetch.Token).ConfigureAwait(false);
        try
        {
            return _library.Contains(fetch.Digest) ? null : await FetchFromAnyAsync(fetch).ConfigureAwait(false);
        }
        finally
        {
            if (fetch.BeganUrgent) _turns.Release();
        }
    }

    private async Task<PeerFetchFailure?> FetchFromAnyAsync(PeerFetch fetch)
    {
        var locations = await _peers.FindAsync(fetch.Digest, fetch.Token).ConfigureAwait(false);
        var failure = locations.Urls.Count > 0
            ? await TakeRoomAsync(fetch, locations).ConfigureAwait(false) ?? await FetchAsync(fetch, locations).ConfigureAwait(false)
            : locations.IsNowhere ? PeerFetchFailure.NotFound : PeerFetchFailure.PeersFailed;
        if (locations.Urls.Count > 0) NoteResult(fetch, failure);
        return failure;
    }

    private void NoteResult(PeerFetch fetch, PeerFetchFailure? failure)
    {
        PeerMetrics.Fetched(failure);
        switch (failure)
        {
            case null:
                LogFetched(fetch.Digest, fetch.Length);
                break;
            case PeerFetchFailure.NoSpace when fetch.IsUrgent:
                LogNoSpace(fetch.Digest, fetch.Length, _options.MostBytes);
                break;
        }
    }

    private async Task<PeerFetchFailure?> FetchAsync(PeerFetch fetch, PeerLocations locations)
    {
        try
        {
            var retries = Math.Max(LeastRetries, 2 * locations.Urls.Count); // each address has its turn, behind dead ones too
            await DownloadAsync(fetch, locations, locations.Urls, retries, fetch, fetch.Token).ConfigureAwait(false);
            return null;
        }
        catch (HttpRequestException) when (locations.IsNowhere)
        {
            return PeerFetchFailure.NotFound;
        }
        catch (Exception fault) when (MirrorRotation.IsOfMirror(fault))
        {
            LogPeersFailed(fetch.Digest, fault.Message);
            return PeerFetchFailure.PeersFailed;
        }
        catch (InsufficientSpaceException)
        {
            return PeerFetchFailure.NoSpace;
        }
    }

    /// <summary>Fetches a blob, goes on with what is here, and makes it one of the library.</summary>
    private async Task DownloadAsync(
        PeerFetch fetch,
        PeerLocations locations,
        IReadOnlyList<Uri> urls,
        int retries,
        IProgress<ImportProgress> progress,
        CancellationToken cancellationToken)
    {
        var part = PartOf(fetch.Digest);
        try
        {
            await _downloader.FetchAsync(
                new DownloadRequest(urls, ContentHash.Parse(fetch.Digest.ToString()), fetch.Length, fetch.Digest.ToString())
                {
                    Observer = locations,
                    ServerOf = locations.PeerOf,
                    Retries = retries,
                    Share = FileShare.Read | FileShare.Delete, // other hosts of the rack read it meanwhile
                },
                part, progress, cancellationToken).ConfigureAwait(false);
            await _library.PublishAsync(part, fetch.Digest, Reference, fetch.Token).ConfigureAwait(false);
            _library.Touch(fetch.Digest, Reference);
        }
        finally
        {
            if (new FileInfo(part) is { Exists: true, Length: 0 } empty) empty.Delete();
        }
    }
}
