namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// How long what is not a lease yet, or no longer, keeps an address from others, and what becomes of unknown clients.
/// </summary>
public sealed record LeaseOptions
{
    /// <summary>
    /// How long an offered address waits for its client; 30 s unless told otherwise. (UEFI firmware was seen to take 4 s, iPXE 10 s.)
    /// </summary>
    public TimeSpan OfferTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an address that a client found in use is not offered; 1 h unless told otherwise.</summary>
    public TimeSpan QuarantineTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How many clients that were not seen before get an address in a minute behind one circuit of a relay (option 82); 60 unless
    /// told otherwise. One machine that invents hardware addresses then cannot take them all. Where no relay tells the circuit,
    /// <see cref="NewClientsPerMinuteOfRelay"/> counts.
    /// </summary>
    public int NewClientsPerMinute { get; init; } = 60;

    /// <summary>
    /// How many clients that were not seen before get an address in a minute through one relay that tells no circuits; no limit
    /// (<see langword="null"/>) unless told otherwise, because a relay may stand before a hall of machines that are switched on at once.
    /// </summary>
    public int? NewClientsPerMinuteOfRelay { get; init; }

    /// <summary>
    /// How many clients that were not seen before get an address in a minute on the server's own link; no limit (<see langword="null"/>)
    /// unless told otherwise. A host that invents hardware addresses then cannot take all addresses at once; clients that had an address
    /// are not counted.
    /// </summary>
    public int? NewClientsPerMinuteOfLink { get; init; }

    /// <summary>
    /// The longest lease of a client that has not renewed yet; <see langword="null"/>, the default, for the subnet's own lease times.
    /// Invented clients do not renew, so that their addresses are soon free again. Clients with a reservation are not held to it.
    /// </summary>
    public TimeSpan? NewClientLeaseTime { get; init; }

    /// <summary>
    /// Whether the application knows a client by its hardware address; <see langword="null"/>, the default, when it cannot tell. It is
    /// called under a lock and must return at once. A known client is not subject to the limits of new clients. When all addresses are
    /// held, it gets one that is held for a client which is neither known nor has ever renewed; the link is asked by ARP first, as for
    /// every address that is offered anew (<see cref="Server.DhcpServerOptions.ProbeTime"/>). A hardware address is easily forged: both
    /// hold for its first four addresses only.
    /// </summary>
    public Func<HardwareAddress, bool>? IsKnownClient { get; init; }

    /// <summary>
    /// How many addresses of one circuit (or, without relay, of one link) clients can have quarantined in a minute; 16 unless told
    /// otherwise. Further ones are not believed.
    /// </summary>
    public int QuarantinesPerMinute { get; init; } = 16;

    /// <summary>
    /// Whether a client that offers to take an address at once (option 80, RFC 4039) gets it at once. Off unless told otherwise: where
    /// two servers do so, each keeps an address for every client.
    /// </summary>
    public bool RapidCommit { get; init; }

    /// <summary>
    /// Whether this server alone knows the subnet's addresses. If so, a client that remembers an address without a lease here is
    /// refused at once and starts anew; if not (the default, RFC 2131 section 4.3.2), it gets no answer, because another server may know
    /// it.
    /// </summary>
    public bool Authoritative { get; init; }
}
