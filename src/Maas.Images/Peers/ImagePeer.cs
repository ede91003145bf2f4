namespace Maas.Images.Peers;

/// <summary>Another host, which may have blobs.</summary>
/// <param name="Name">Its name, for logs and metrics.</param>
/// <param name="Addresses">
/// The URLs of the folder in which it serves its blobs by their digest; each ends with a slash. The same folder by several addresses: one
/// that can be reached is enough, and <see cref="PeerCache.MostAddresses"/> are tried. None when the peer cannot be asked now.
/// </param>
public sealed record ImagePeer(string Name, IReadOnlyList<Uri> Addresses)
{
    /// <summary>
    /// Its id among the hosts of the rack, if it runs and is in that of <see cref="PeerCacheOptions.RackMember"/>; else
    /// <see langword="null"/>, the default. It is asked to fetch a blob as <see cref="PeerCache.NeedParameter"/> has it.
    /// </summary>
    public string? RackMember { get; init; }
}
