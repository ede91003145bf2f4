namespace Maas.Boot.Dhcp6.Leases;

/// <summary>What became of a reservation that was to be added.</summary>
public abstract record ReservationResult6
{
    private ReservationResult6()
    {
    }

    /// <summary>The address is reserved.</summary>
    public sealed record Added : ReservationResult6;

    /// <summary>
    /// Another client has the address now, or one that cannot be told from another: it did not tell its hardware address. Wait for the end
    /// of the lease, then add the reservation.
    /// </summary>
    /// <param name="Lease">Who has it, and until when.</param>
    public sealed record Held(Lease6 Lease) : ReservationResult6;

    /// <summary>The address is reserved already, or the client has a reservation in the subnet already.</summary>
    /// <param name="Reservation">That reservation.</param>
    public sealed record Conflicts(AddressReservation6 Reservation) : ReservationResult6;

    /// <summary>The address is of no subnet that is served.</summary>
    public sealed record NotServed : ReservationResult6;
}
