namespace Maas.Images.Peers;

/// <summary>How a <see cref="PeerCache"/> does.</summary>
/// <param name="Bytes">Bytes of the blobs that came from peers and are complete.</param>
/// <param name="Fetching">How many blobs are being fetched.</param>
/// <param name="Failed">The blobs that are not here because their last fetch failed, and why.</param>
public sealed record PeerCacheState(long Bytes, int Fetching, IReadOnlyDictionary<Sha256Digest, PeerFetchFailure> Failed);

/// <summary>Why a blob was not fetched.</summary>
public enum PeerFetchFailure
{
    /// <summary>Each peer has said that it has not the blob.</summary>
    NotFound = 0,

    /// <summary>
    /// No peer that could be asked sent the blob, and others may have it: they could not be reached, broke off, or sent wrong bytes.
    /// </summary>
    PeersFailed = 1,

    /// <summary>
    /// There is no room: <see cref="PeerCacheOptions.MostBytes"/> or the disk is too small, or what is kept is being read or has no other
    /// copy.
    /// </summary>
    NoSpace = 2,
}
