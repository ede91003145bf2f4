using System.Collections.Concurrent;
using System.Net;
using Maas.Images.Downloads;

namespace Maas.Images.Peers;

/// <summary>
/// Asks peers whether they have blobs, at all their addresses at once. An address that does not answer is not asked again.
/// </summary>
/// <param name="http">Signs the requests.</param>
/// <param name="addresses">Is notified of which address answers.</param>
/// <param name="timeout">How long an answer may take.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="onSilent">Called for an address that does not answer.</param>
internal sealed class PeerProbe(
    HttpClient http, PeerAddresses addresses, TimeSpan timeout, TimeProvider timeProvider, Action<Exception> onSilent)
{
    private const int MostAttempts = 3;

    private readonly ConcurrentDictionary<Uri, bool> _silent = new();

    /// <summary>Finds the best answer.</summary>
    /// <param name="locations">Where to ask. They note which peers have not the blob.</param>
    /// <param name="sufficient">The answer after which the others are not waited for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<PeerAnswer> AskAsync(PeerLocations locations, PeerAnswer sufficient, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var best = PeerAnswer.None;
        List<Task<PeerAnswer>> asked =
        [
            .. locations.Places.Where(place => !_silent.ContainsKey(place.Address)).Select(place => AskAsync(locations, place, stop.Token)),
        ];
        await foreach (var answered in Task.WhenEach(asked).ConfigureAwait(false))
        {
            var answer = await answered.ConfigureAwait(false);
            if (answer <= best) continue;
            best = answer;
            if (best >= sufficient) await stop.CancelAsync().ConfigureAwait(false); // the rest end at once
        }

        cancellationToken.ThrowIfCancellationRequested();
        return best;
    }

    private async Task<PeerAnswer> AskAsync(PeerLocations locations, PeerLocation place, CancellationToken stop)
    {
        try
        {
            for (var attempt = 0; attempt < MostAttempts; attempt++)
            {
                var (answer, busy) = await AskOnceAsync(locations, place, stop).ConfigureAwait(false);
                if (busy is not { } wait) return answer;
                await Task.Delay(wait, timeProvider, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Its answer is not needed any more.
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            _silent[place.Address] = true;
            onSilent(fault);
        }

        locations.SaidNothing();
        return PeerAnswer.None;
    }

    private async Task<(PeerAnswer Answer, TimeSpan? Busy)> AskOnceAsync(
        PeerLocations locations, PeerLocation place, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        using var request = new HttpRequestMessage(HttpMethod.Head, place.Url);
        using var response = await http.SendAsync(request, either.Token).ConfigureAwait(false);
        if (MirrorBusyException.RequestedBy(response, timeProvider.GetUtcNow()) is { } wait)
            return (PeerAnswer.None, MirrorBusyException.Bound(wait));
        if (response.StatusCode == HttpStatusCode.NotFound) locations.SaidNo(place);
        else if (!response.IsSuccessStatusCode) locations.SaidNothing();
        if (!response.IsSuccessStatusCode) return (PeerAnswer.None, null);
        addresses.Answered(place.Peer, place.Address);
        var isOriginal = response.Headers.TryGetValues(PeerCache.CopyHeader, out var values)
            && values.SequenceEqual(["original"], StringComparer.Ordinal);
        return (isOriginal ? PeerAnswer.Original : PeerAnswer.Copy, null);
    }
}

/// <summary>What peers say of a blob, the best last.</summary>
internal enum PeerAnswer
{
    /// <summary>None says that it has it.</summary>
    None = 0,

    /// <summary>One has it, because it fetched it itself.</summary>
    Copy = 1,

    /// <summary>One has it for a reason of its own.</summary>
    Original = 2,
}
