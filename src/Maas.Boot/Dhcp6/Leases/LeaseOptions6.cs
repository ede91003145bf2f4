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
    /// How many addresses of one interface of a relay (or, without relay, of one link) clients can have quarantined in a minute; 16 unless
    /// told otherwise. Further ones are not believed.
    /// </summary>
    public int QuarantinesPerMinute { get; init; } = 16;
}
