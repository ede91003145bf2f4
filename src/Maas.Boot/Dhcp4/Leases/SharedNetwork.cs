using System.Net;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>The pools of the subnets that share a link, and who has what on it.</summary>
internal sealed class SharedNetwork
{
    private readonly Dictionary<ClientIdentifier, LeaseBinding> _byClient = new(ClientIdentifier.Comparer.Instance);
    private readonly Dictionary<ClientIdentifier, LeaseBinding>.AlternateLookup<ReadOnlySpan<byte>> _byOctets;
    private readonly Dictionary<HardwareAddress, (AddressPool Pool, AddressReservation Reservation)> _reservedForHardware = [];
    private readonly List<(AddressPool Pool, AddressReservation Reservation)> _reservedOtherwise = [];

    public SharedNetwork(AddressPool[] pools)
    {
        Pools = pools;
        _byOctets = _byClient.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var pool in pools)
            foreach (var reservation in pool.Subnet.Reservations)
                if (!TryIndex(pool, reservation, out _))
                    throw new ArgumentException(
                        $"{((AddressReservation.ForHardware)reservation).Hardware} has two reservations on one link.", nameof(pools));
    }

    /// <summary>An array, since it is walked for every packet.</summary>
    public AddressPool[] Pools { get; }

    public Dictionary<IPv4Address, LeaseBinding> Entries { get; } = [];

    /// <summary>The address that each client has now.</summary>
    public IEnumerable<LeaseBinding> Attached => _byClient.Values;

    public LeaseBinding? FindByClient(ReadOnlySpan<byte> client) => _byOctets.TryGetValue(client, out var entry) ? entry : null;

    /// <summary>Notes that the client's address is this one; the one it had before stays in use until it ends.</summary>
    public void Attach(LeaseBinding entry) => _byClient[entry.Client] = entry;

    public void Detach(LeaseBinding entry)
    {
        if (_byClient.TryGetValue(entry.Client, out var attached) && attached == entry) _byClient.Remove(entry.Client);
    }

    /// <summary>Whether the client could have the address: no other client holds it.</summary>
    public bool IsFreeFor(IPv4Address address, ReadOnlySpan<byte> client, DateTimeOffset now) =>
        !Entries.TryGetValue(address, out var entry) || entry.IsOwnOf(client) || !entry.IsKeptAt(now);

    /// <summary>Whether an address is kept for a client at a time.</summary>
    public Func<IPv4Address, bool> IsKept(DateTimeOffset now) =>
        address => Entries.TryGetValue(address, out var entry) && entry.IsKeptAt(now);

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

    /// <summary>Reserves an address of a pool of this link.</summary>
    /// <returns>The reservation that is there instead: of the same address, or of the same hardware address; <see langword="null"/> when it
    /// has been added.</returns>
    public AddressReservation? TryAdd(AddressPool pool, AddressReservation reservation)
    {
        if (Reserved(reservation.Address) is { } same) return same.Reservation;
        if (!TryIndex(pool, reservation, out var other)) return other;
        pool.Add(reservation);
        return null;
    }

    /// <summary>Ends the reservation of an address.</summary>
    /// <returns>What it was; <see langword="null"/> when the address is not reserved.</returns>
    public AddressReservation? Remove(IPAddress address)
    {
        if (Reserved(address) is not var (pool, reservation)) return null;
        if (reservation is AddressReservation.ForHardware hardware) _reservedForHardware.Remove(hardware.Hardware);
        else _reservedOtherwise.RemoveAll(r => ReferenceEquals(r.Reservation, reservation));
        pool.Remove(reservation, Entries.GetValueOrDefault(address.ToIPv4()));
        return reservation;
    }

    /// <summary>The pool an address belongs to by its network; <see langword="null"/> when it is not of this link.</summary>
    public AddressPool? PoolOf(IPv4Address address)
    {
        foreach (var pool in Pools)
            if (pool.Subnet.Network.Contains(address)) return pool;
        return null;
    }

    private (AddressPool Pool, AddressReservation Reservation)? Reserved(IPAddress address)
    {
        foreach (var pool in Pools)
            foreach (var reservation in pool.Subnet.Reservations)
                if (reservation.Address.Equals(address)) return (pool, reservation);
        return null;
    }

    private bool TryIndex(AddressPool pool, AddressReservation reservation, out AddressReservation? other)
    {
        other = null;
        if (reservation is not AddressReservation.ForHardware { Hardware: var hardware })
        {
            _reservedOtherwise.Add((pool, reservation));
            return true;
        }

        if (_reservedForHardware.TryAdd(hardware, (pool, reservation))) return true;
        other = _reservedForHardware[hardware].Reservation;
        return false;
    }
}
