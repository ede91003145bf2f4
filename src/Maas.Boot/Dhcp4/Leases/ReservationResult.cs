namespace Maas.Boot.Dhcp4.Leases;

/// <summary>What became of a reservation that was to be added.</summary>
public abstract record ReservationResult
{
    private ReservationResult()
    {
    }

    /// <summary>The address is reserved.</summary>
    public sealed record Added : ReservationResult;

    /// <summary>
    /// Another client has the address now, or cannot be told from another: a lease shows neither the machine's UUID nor its circuit. Wait
    /// for the end of the lease, then add the reservation.
    /// </summary>
    /// <param name="Lease">Who has it, and until when.</param>
    public sealed record Held(Lease Lease) : ReservationResult;

    /// <summary>The address is reserved already, or the client has a reservation on the link already.</summary>
    /// <param name="Reservation">That reservation.</param>
    public sealed record Conflicts(AddressReservation Reservation) : ReservationResult;

    /// <summary>The address is of no subnet that is served.</summary>
    public sealed record NotServed : ReservationResult;
}
