using Maas.Images.Downloads;

namespace Maas.Images.Peers;

public sealed partial class PeerCache
{
    private static readonly TimeSpan ArrivalPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Opens a blob for another host of the rack, and fetches it first if it is not here: the bytes are read as they come. It waits 5 s at
    /// most for the first one.
    /// </summary>
    /// <param name="digest">The blob.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="position">The first byte that is wanted, of a blob that is not complete.</param>
    /// <param name="need">How much the other host needs it.</param>
    /// <param name="cancellationToken">Ends the wait. The fetch goes on.</param>
    public async Task<PeerArrival> OpenArrivingAsync(
        Sha256Digest digest, long length, long position, PeerNeed need, CancellationToken cancellationToken = default)
    {
        if (Open(digest) is { } present) return new PeerArrival.Complete(present);
        if (Begin(digest, length, isUrgent: need == PeerNeed.Now) is not { } fetch) return new PeerArrival.Later();
        using var limit = new CancellationTokenSource(ArrivalPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            while (true)
            {
                var isEnded = fetch.Running.IsCompleted;
                var changed = fetch.Changed; // before what it announces
                if (isEnded) return await ResultAsync(fetch).ConfigureAwait(false);
                if (OpenPart(fetch, position) is { } arriving) return arriving;
                await Task.WhenAny(changed, fetch.Running).WaitAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new PeerArrival.Later();
        }
    }

    private async Task<PeerArrival> ResultAsync(PeerFetch fetch)
    {
        if (Open(fetch.Digest) is { } fetched) return new PeerArrival.Complete(fetched);
        return await fetch.Running.ConfigureAwait(false) is { } failure ? new PeerArrival.Failed(failure) : new PeerArrival.Later();
    }

    private PeerArrival.Partial? OpenPart(PeerFetch fetch, long position)
    {
        var beginning = fetch.Beginning;
        if (Math.Min(fetch.Received, fetch.Length - 1) <= position) return null;
        try
        {
            var part = new FileStream(
                PartOf(fetch.Digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous);
            part.Position = position;
            return new PeerArrival.Partial(
                new ArrivingStream(part, fetch, beginning, () => _library.Contains(fetch.Digest)), beginning);
        }
        catch (FileNotFoundException)
        {
            return null; // it is complete, or begins anew
        }
    }

    /// <summary>
    /// Takes a blob from the hosts of the rack that are to fetch it before this one, each until it sends nothing for
    /// <see cref="PeerCacheOptions.RackPatience"/>. That takes no turn: they may wait for this host in the same way, for other blobs.
    /// </summary>
    /// <returns>Whether the fetch is over, and why it failed.</returns>
    private async Task<(bool IsOver, PeerFetchFailure? Failure)> FollowAsync(PeerFetch fetch)
    {
        var locations = await _peers.FindAsync(fetch.Digest, fetch.Token).ConfigureAwait(false);
        if (locations.Before.Count == 0) return default;
        if (await TakeRoomAsync(fetch, locations).ConfigureAwait(false) is { } failure)
        {
            NoteResult(fetch, failure);
            return (true, failure);
        }

        lock (_lock)
        {
            fetch.IsFollowing = true;
            if (fetch.IsUrgent && !fetch.BeganUrgent) fetch.Supersede(); // it got a reader, which begins an urgent one
        }

        try
        {
            foreach (var peer in locations.Before)
            {
                switch (await FollowAsync(fetch, locations, peer).ConfigureAwait(false))
                {
                    case Followed.Complete:
                        NoteResult(fetch, null);
                        return (true, null);
                    case Followed.Busy when !fetch.BeganUrgent:
                        return (true, null); // its host has more urgent ones; it is tried again later
                }
            }

            return default;
        }
        catch (InsufficientSpaceException)
        {
            NoteResult(fetch, PeerFetchFailure.NoSpace);
            return (true, PeerFetchFailure.NoSpace);
        }
        finally
        {
            lock (_lock) fetch.IsFollowing = false;
        }
    }

    private async Task<Followed> FollowAsync(PeerFetch fetch, PeerLocations locations, string peer)
    {
        var urls = locations.UrlsToFetch(peer, fetch.BeganUrgent ? PeerNeed.Now : PeerNeed.Ahead);
        using var patience = new CancellationTokenSource(_options.RackPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, fetch.Token);
        try
        {
            var progress = new Rearming(fetch, patience, _options.RackPatience);
            await DownloadAsync(fetch, locations, urls, retries: urls.Count, progress, either.Token).ConfigureAwait(false);
            return Followed.Complete;
        }
        catch (OperationCanceledException) when (!fetch.Token.IsCancellationRequested)
        {
            LogNotFollowed(peer, fetch.Digest, $"no byte came for {_options.RackPatience.TotalSeconds:0} s");
            return Followed.Busy;
        }
        catch (Exception fault) when (MirrorRotation.IsOfMirror(fault))
        {
            LogNotFollowed(peer, fetch.Digest, fault.Message);
            return fault is MirrorBusyException ? Followed.Busy : Followed.Failed;
        }
    }

    /// <summary>What a host of the rack did.</summary>
    private enum Followed
    {
        Complete,
        Busy,
        Failed,
    }

    /// <summary>Begins the patience anew with each byte.</summary>
    private sealed class Rearming(PeerFetch fetch, CancellationTokenSource patience, TimeSpan time) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.Step == "download") patience.CancelAfter(time);
            fetch.Report(value);
        }
    }
}
