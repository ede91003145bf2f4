using System.Net;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>
/// Where a DHCPv6 server gets addresses: a <see cref="LeaseAllocator6"/>, or a <see cref="SharedLeaseAllocator6"/> where several servers
/// lease the same subnets. Applications do not implement it.
/// </summary>
public interface IAddressSource6
{
    /// <summary>Whether addresses are another server's matter on all subnets.</summary>
    internal bool IsStateless { get; }

    /// <summary>The subnet an address lies in; <see langword="null"/> when it is not served.</summary>
    internal Dhcp6Subnet? SubnetOf(IPAddress address);

    /// <summary>Answers one question; what the answer grants is durable once <see cref="CommitAsync"/> has completed after it.</summary>
    internal ValueTask<AssociationResult> AskAsync(Dhcp6Subnet subnet, AssociationRequest question);

    /// <summary>Makes everything granted so far durable.</summary>
    /// <exception cref="IOException">It cannot be made durable: the clients are not told.</exception>
    internal ValueTask CommitAsync(CancellationToken cancellationToken);
}
