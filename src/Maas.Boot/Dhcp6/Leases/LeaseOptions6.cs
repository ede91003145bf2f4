namespace Maas.Boot.Dhcp6.Leases;

/// <summary>What keeps a few clients from taking every address.</summary>
public sealed record LeaseOptions6
{
    /// <summary>How many addresses one client may have, whatever number of interfaces it says it has; 16 unless told otherwise.</summary>
    public int AddressesPerClient { get; init; } = 16;

    /// <summary>
    /// How many clients that have no address yet get one in a minute behind one interface of a relay (option 18); 60 unless told otherwise.
    /// One machine that invents identifiers then cannot take them all. Where no relay tells its interface,
    /// <see cref="NewClientsPerMinuteOfRelay"/> counts.
    /// </summary>
    public int NewClientsPerMinute { get; init; } = 60;

    /// <summary>
    /// How many clients that have no address yet get one in a minute through one relay that tells no interfaces; no limit
    /// (<see langword="null"/>) unless told otherwise, because a relay may stand before a hall of machines that are switched on at once.
    /// </summary>
    public int? NewClientsPerMinuteOfRelay { get; init; }

    /// <summary>
    /// Whether the application knows a client by its hardware address; <see langword="null"/>, the default, when it cannot tell. It is
    /// called under a lock and must return at once. A known client is not subject to the limits of new clients. When all addresses are
    /// held, it gets one that is held for a client which is neither known nor has ever renewed. A hardware address is easily forged: both
    /// hold for its first four addresses only. A client whose hardware address no witness tells is not known.
    /// </summary>
    public Func<HardwareAddress, bool>? IsKnownClient { get; init; }

    /// <summary>
    /// How many addresses of one interface of a relay (or, without relay, of one link) clients can have quarantined in a minute; 16 unless
    /// told otherwise. Further ones are not believed.
    /// </summary>
    public int QuarantinesPerMinute { get; init; } = 16;
}
