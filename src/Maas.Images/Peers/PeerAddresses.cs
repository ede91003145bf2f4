using System.Collections.Concurrent;
using System.Net;
using Maas.Images.Downloads;

namespace Maas.Images.Peers;

/// <summary>Where peers are asked for a blob, and which of their addresses answered last.</summary>
internal sealed class PeerAddresses(Func<CancellationToken, Task<IReadOnlyList<ImagePeer>>> list)
{
    private const int MostPeers = 64;
    private const int MostAddresses = 8;

    private readonly ConcurrentDictionary<string, Uri> _answered = new(StringComparer.Ordinal);

    /// <summary>Finds where a blob may be: first an address of each peer, then the other addresses.</summary>
    public async Task<PeerLocations> FindAsync(Sha256Digest digest, CancellationToken cancellationToken)
    {
        var peers = await list(cancellationToken).ConfigureAwait(false);
        var found = (
            from peer in peers.Take(MostPeers)
            let known = _answered.GetValueOrDefault(peer.Name)
            from address in peer.Addresses.OrderBy(address => address == known ? 0 : 1).Take(MostAddresses).Index()
            orderby address.Index // a stable sort: peers keep their order
            select new PeerLocation(new Uri(address.Item, digest.ToString()), peer.Name, address.Item)).DistinctBy(each => each.Url);
        return new PeerLocations(this, [.. found]);
    }

    public void Answered(string peer, Uri address) => _answered[peer] = address;
}

/// <summary>A place where a blob may be.</summary>
internal sealed record PeerLocation(Uri Url, string Peer, Uri Address);

/// <summary>Where one blob may be.</summary>
internal sealed class PeerLocations(PeerAddresses addresses, IReadOnlyList<PeerLocation> places) : IMirrorObserver
{
    private readonly Dictionary<Uri, PeerLocation> _places = places.ToDictionary(place => place.Url);

    /// <summary>Whether a peer failed; that it has not the blob is no failure.</summary>
    public bool HaveFailed { get; private set; }

    public IReadOnlyList<Uri> Urls { get; } = [.. places.Select(place => place.Url)];

    public void Arrived(Uri mirror, int bytes)
    {
        addresses.Answered(_places[mirror].Peer, _places[mirror].Address);
        PeerMetrics.Arrived(_places[mirror].Peer, bytes);
    }

    public void Failed(Uri mirror, Exception fault)
    {
        if (fault is HttpRequestException { StatusCode: HttpStatusCode.NotFound }) return;
        HaveFailed = true;
        PeerMetrics.Failed(_places[mirror].Peer, fault);
    }
}
