using System.ComponentModel.DataAnnotations;

namespace Maas.Images.Peers;

/// <summary>What a <see cref="PeerCache"/> keeps, and how it fetches.</summary>
public sealed class PeerCacheOptions
{
    /// <summary>
    /// The most bytes of all blobs that came from peers, complete or not, at least 1 MiB. Those not used for longest are removed first. A
    /// larger blob is not fetched. Default 100 GiB.
    /// </summary>
    [Range(1L << 20, long.MaxValue)]
    public long MostBytes { get; init; } = 100L << 30;

    /// <summary>Bytes that must stay free on the disk. Default 1 GiB.</summary>
    [Range(0, long.MaxValue)]
    public long SpareBytes { get; init; } = 1L << 30;

    /// <summary>How many blobs that are waited for are fetched at once, 1 to 64; more wait. Default 4.</summary>
    [Range(1, 64)]
    public int Fetches { get; init; } = 4;

    /// <summary>The most bytes a second over all fetches; <see langword="null"/>, the default, for as fast as it goes.</summary>
    [Range(1, long.MaxValue)]
    public long? BytesPerSecond { get; init; }

    /// <summary>
    /// How long <see cref="PeerCache.OpenAsync"/> waits; the fetch goes on afterwards. Default 150 s: the agent gives up a connection
    /// without a byte after 180 s, and asks again.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>A peer that sends nothing for this long has failed. Default 15 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection to a peer may take; the next address is tried then. Default 3 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The delay before peers that have all failed are tried again, doubled for each further failure. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The id of this host among those of its rack, of which one fetches a blob from outside (<see cref="ImagePeer.RackMember"/>).
    /// <see langword="null"/>, the default: it is in no rack, and fetches each blob itself.
    /// </summary>
    public string? RackMember { get; init; }

    /// <summary>
    /// How long a host of the rack that fetches a blob may send no byte of it; then the next one is asked, or the blob is fetched here.
    /// Default 60 s.
    /// </summary>
    public TimeSpan RackPatience { get; init; } = TimeSpan.FromSeconds(60);
}
