namespace Maas.Testing;

/// <summary>What a <see cref="RogueDhcpServer"/> does.</summary>
public enum RogueDhcpBehavior
{
    /// <summary>Offers and leases addresses, without a boot file.</summary>
    OfferWithoutBootFile,

    /// <summary>Offers and leases addresses with a boot file of its own, which the first of two offers is taken for.</summary>
    OfferWithBootFile,

    /// <summary>
    /// Offers nothing, and refuses (NAK) each request in the name of the server that the client chose, as a failover peer with an outdated
    /// configuration does.
    /// </summary>
    RefuseRequests,
}
