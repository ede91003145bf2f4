using System.Collections.Concurrent;
using System.Net;
using Maas.Images.Downloads;

namespace Maas.Images.Peers;

/// <summary>Where peers are asked for a blob, which of their addresses answered last, and which peers have sent wrong bytes.</summary>
/// <param name="list">Lists the peers.</param>
/// <param name="rackMember">The id of this host among those of its rack; <see langword="null"/> for no rack.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class PeerAddresses(
    Func<CancellationToken, Task<IReadOnlyList<ImagePeer>>> list, string? rackMember, TimeProvider timeProvider)
{
    private const int MostPeers = 64;
    private const int MostDamaged = 4096;
    private static readonly TimeSpan DamagedFor = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Uri> _answered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Peer, Sha256Digest Digest), DateTimeOffset> _damaged = new();

    /// <summary>
    /// Finds where a blob may be: first an address of each peer, then the other addresses. Peers that have sent wrong bytes for it within
    /// an hour are left out.
    /// </summary>
    public async Task<PeerLocations> FindAsync(Sha256Digest digest, CancellationToken cancellationToken)
    {
        var (peers, now) = (await list(cancellationToken).ConfigureAwait(false), timeProvider.GetUtcNow());
        ImagePeer[] asked =
        [
            .. peers.Where(each => !_damaged.TryGetValue((each.Name, digest), out var until) || until <= now).Take(MostPeers),
        ];
        var found = (
            from peer in asked
            let known = _answered.GetValueOrDefault(peer.Name)
            from address in peer.Addresses.OrderBy(address => address == known ? 0 : 1).Take(PeerCache.MostAddresses).Index()
            orderby address.Index // a stable sort: peers keep their order
            select new PeerLocation(new Uri(address.Item, digest.ToString()), peer.Name, address.Item)).DistinctBy(each => each.Url);
        return new PeerLocations(this, digest, peers.Select(peer => peer.Name), [.. found]) { Before = [.. ListBefore(digest, asked)] };
    }

    /// <summary>The peers of the rack that are to fetch a blob before this host does.</summary>
    private IEnumerable<string> ListBefore(Sha256Digest digest, IReadOnlyList<ImagePeer> peers)
    {
        if (rackMember is null) return [];
        var members = peers.Where(peer => peer is { RackMember: not null, Addresses.Count: > 0 })
            .DistinctBy(peer => peer.RackMember).ToDictionary(peer => peer.RackMember!, peer => peer.Name, StringComparer.Ordinal);
        return RackOrder.Before(digest, rackMember, members.Keys).Select(member => members[member]);
    }

    public void Answered(string peer, Uri address) => _answered[peer] = address;

    public void Damaged(string peer, Sha256Digest digest)
    {
        var now = timeProvider.GetUtcNow();
        if (_damaged.Count >= MostDamaged)
            foreach (var (old, until) in _damaged.Where(each => each.Value <= now)) _damaged.TryRemove(new(old, until));
        if (_damaged.Count < MostDamaged) _damaged[(peer, digest)] = now + DamagedFor;
    }
}

/// <summary>A place where a blob may be.</summary>
internal sealed record PeerLocation(Uri Url, string Peer, Uri Address);

/// <summary>Where one blob may be.</summary>
internal sealed class PeerLocations(
    PeerAddresses addresses, Sha256Digest digest, IEnumerable<string> peers, IReadOnlyList<PeerLocation> places) : IMirrorObserver
{
    private readonly ConcurrentDictionary<Uri, PeerLocation> _places = new(places.ToDictionary(place => place.Url));
    private readonly HashSet<string> _unknown = peers.ToHashSet(StringComparer.Ordinal);
    private volatile bool _hasFailed;

    /// <summary>
    /// Whether each peer has said that it has not the blob, at each address that was asked: an address may have become another host's.
    /// </summary>
    public bool IsNowhere
    {
        get
        {
            lock (_unknown) return _unknown.Count == 0 && !_hasFailed;
        }
    }

    public IReadOnlyList<PeerLocation> Places => places;

    public IReadOnlyList<Uri> Urls { get; } = [.. places.Select(place => place.Url)];

    /// <summary>The peers of the rack that are to fetch the blob before this host does, the first one in front.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>The URLs at which a peer of the rack is asked to fetch the blob if it has it not.</summary>
    public IReadOnlyList<Uri> UrlsToFetch(string peer, PeerNeed need)
    {
        PeerLocation[] asking =
        [
            .. places.Where(place => place.Peer == peer).Select(place => place with
            {
                Url = new Uri($"{place.Url}?{PeerCache.NeedParameter}={(need == PeerNeed.Now ? "now" : "ahead")}"),
            }),
        ];
        foreach (var place in asking) _places[place.Url] = place;
        return [.. asking.Select(place => place.Url)];
    }

    public string PeerOf(Uri url) => _places[url].Peer;

    public void Arrived(Uri mirror, int bytes)
    {
        addresses.Answered(_places[mirror].Peer, _places[mirror].Address);
        PeerMetrics.Arrived(_places[mirror].Peer, bytes);
    }

    public void Failed(Uri mirror, Exception fault)
    {
        if (fault is MirrorBusyException) return;
        if (fault is HttpRequestException { StatusCode: HttpStatusCode.NotFound })
        {
            SaidNo(_places[mirror]);
            return;
        }

        SaidNothing();
        PeerMetrics.Failed(_places[mirror].Peer, fault);
    }

    public void Damaged(Uri mirror) => addresses.Damaged(_places[mirror].Peer, digest);

    public void SaidNothing() => _hasFailed = true;

    public void SaidNo(PeerLocation place)
    {
        lock (_unknown) _unknown.Remove(place.Peer);
    }
}
