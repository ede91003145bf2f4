namespace Maas.Boot.Dhcp4.Leases;

/// <summary>Which address? The question a full DHCP server asks; it is not asked in proxy mode.</summary>
/// <remarks>
/// <see cref="Leases.LeaseAllocator"/> is the one most servers use. Another is written where addresses are assigned
/// elsewhere: by an inventory, or by a database that several servers share.
/// </remarks>
public interface IAddressSource
{
    /// <summary>
    /// Answers one question. An answer that completes at once is sent without leaving the receive loop. One that does not delays no other
    /// request.
    /// </summary>
    /// <param name="question">What is asked. Its message is the server's own and is used again once the question is answered: copy what you
    /// keep.</param>
    /// <param name="cancellationToken">Ends the question when the server stops.</param>
    ValueTask<AddressResult> AskAsync(AddressRequest question, CancellationToken cancellationToken);

    /// <summary>
    /// Makes everything granted so far durable. The server calls it once for many answers and sends an ACK only after it has
    /// completed. A source that writes within <see cref="AskAsync"/> has nothing to do here.
    /// </summary>
    /// <exception cref="IOException">It cannot be made durable; the ACKs concerned are not sent.</exception>
    ValueTask CommitAsync(CancellationToken cancellationToken) => default;
}
