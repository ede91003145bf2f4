using Maas.Images.Downloads;

namespace Maas.Images.Peers;

public sealed partial class PeerCache
{
    private async Task<PeerFetchFailure?> RunAsync(PeerFetch fetch)
    {
        PeerFetchFailure? failure = null;
        try
        {
            if (fetch.BeganUrgent) await _turns.WaitAsync(fetch.Token).ConfigureAwait(false);
            try
            {
                if (!_library.Contains(fetch.Digest)) failure = await FetchAsync(fetch).ConfigureAwait(false);
            }
            finally
            {
                if (fetch.BeganUrgent) _turns.Release();
            }
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
        var locations = await _peers.FindAsync(fetch.Digest, fetch.Token).ConfigureAwait(false);
        var failure = locations.Urls.Count > 0
            ? await TakeRoomAsync(fetch, locations).ConfigureAwait(false) ?? await FetchAsync(fetch, locations).ConfigureAwait(false)
            : locations.IsNowhere ? PeerFetchFailure.NotFound : PeerFetchFailure.PeersFailed;
        if (locations.Urls.Count > 0) PeerMetrics.Fetched(failure);
        switch (failure)
        {
            case null:
                LogFetched(fetch.Digest, fetch.Length);
                break;
            case PeerFetchFailure.NoSpace when fetch.IsUrgent:
                LogNoSpace(fetch.Digest, fetch.Length, _options.MostBytes);
                break;
        }

        return failure;
    }

    private async Task<PeerFetchFailure?> FetchAsync(PeerFetch fetch, PeerLocations locations)
    {
        var part = PartOf(fetch.Digest);
        try
        {
            await _downloader.FetchAsync(
                new DownloadRequest(locations.Urls, ContentHash.Parse(fetch.Digest.ToString()), fetch.Length, fetch.Digest.ToString())
                {
                    Observer = locations,
                    ServerOf = locations.PeerOf,
                    Retries = Math.Max(LeastRetries, 2 * locations.Urls.Count), // each address has its turn, behind dead ones too
                },
                part, progress: null, fetch.Token).ConfigureAwait(false);
            await _library.PublishAsync(part, fetch.Digest, Reference, fetch.Token).ConfigureAwait(false);
            _library.Touch(fetch.Digest, Reference);
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
        finally
        {
            if (new FileInfo(part) is { Exists: true, Length: 0 } empty) empty.Delete();
        }
    }
}
