using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>The pools of the subnets that share a link, and who has what on it.</summary>
internal sealed class SharedNetwork
{
    private readonly Dictionary<ClientIdentifier, LeaseBinding> _byClient = new(ClientIdentifier.Comparer.Instance);
    private readonly Dictionary<ClientIdentifier, LeaseBinding>.AlternateLookup<ReadOnlySpan<byte>> _byOctets;
    private readonly Dictionary<HardwareAddress, (AddressPool, AddressReservation)> _reservedForHardware = [];
    private readonly List<(AddressPool Pool, AddressReservation Reservation)> _reservedOtherwise = [];

    public SharedNetwork(AddressPool[] pools)
    {
        Pools = pools;
        _byOctets = _byClient.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var pool in pools)
            foreach (var reservation in pool.Subnet.Reservations)
                if (reservation is not AddressReservation.ForHardware hardware) _reservedOtherwise.Add((pool, reservation));
                else if (!_reservedForHardware.TryAdd(hardware.Hardware, (pool, reservation)))
                    throw new ArgumentException($"{hardware.Hardware} has two reservations on one link.", nameof(pools));
    }

    /// <summary>An array, since it is walked for every packet.</summary>
    public AddressPool[] Pools { get; }

    public Dictionary<IPv4Address, LeaseBinding> Entries { get; } = [];

    public LeaseBinding? FindByClient(ReadOnlySpan<byte> client) => _byOctets.TryGetValue(client, out var entry) ? entry : null;

    /// <summary>Notes that the client's address is this one; the one it had before stays in use until it ends.</summary>
    public void Attach(LeaseBinding entry) => _byClient[entry.Client] = entry;

    public void Detach(LeaseBinding entry)
    {
        if (_byClient.TryGetValue(entry.Client, out var attached) && attached == entry) _byClient.Remove(entry.Client);
    }

    /// <summary>Whether the client could have the address: no other client holds it.</summary>
    public bool IsFreeFor(IPv4Address address, ReadOnlySpan<byte> client, DateTimeOffset now) =>
        !Entries.TryGetValue(address, out var entry) || entry.IsOwnOf(client) || !entry.IsHeldAt(now);

    /// <summary>
    /// The address kept for the sender, and its pool: by hardware address, else by the first other mark that fits, in the order given.
    /// </summary>
    public (AddressPool Pool, AddressReservation Reservation)? ReservationFor(DhcpMessage request)
    {
        if (_reservedForHardware.TryGetValue(request.Hardware, out var found)) return found;
        foreach (var candidate in _reservedOtherwise)
            if (candidate.Reservation.Matches(request)) return candidate;
        return null;
    }

    /// <summary>The pool an address belongs to by its network; <see langword="null"/> when it is not of this link.</summary>
    public AddressPool? PoolOf(IPv4Address address)
    {
        foreach (var pool in Pools)
            if (pool.Subnet.Network.Contains(address)) return pool;
        return null;
    }
}
