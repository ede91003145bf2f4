namespace Maas.Images.Peers;

/// <summary>What <see cref="PeerCache.OpenArrivingAsync"/> has of a blob.</summary>
public abstract record PeerArrival
{
    private PeerArrival()
    {
    }

    /// <summary>All of it.</summary>
    /// <param name="Content">The content from its beginning; the caller's to dispose.</param>
    public sealed record Complete(Stream Content) : PeerArrival;

    /// <summary>What has come, and what comes.</summary>
    /// <param name="Content">
    /// The bytes from the position that was asked for to the end, as they come, forwards only; the caller's to dispose. They are not
    /// verified, but for the last one, which comes when all are. <see cref="IOException"/>: the fetch ended, or began anew.
    /// </param>
    /// <param name="Beginning">How often the fetch began anew: bytes of another beginning may be others.</param>
    public sealed record Partial(Stream Content, int Beginning) : PeerArrival;

    /// <summary>Nothing yet, of what is after the position: ask again.</summary>
    public sealed record Later : PeerArrival;

    /// <summary>Nothing: it could not be fetched.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Failed(PeerFetchFailure Reason) : PeerArrival;
}
