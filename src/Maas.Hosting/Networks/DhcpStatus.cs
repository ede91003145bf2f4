using Maas.Boot.Dhcp.Leases;
using Maas.Core.Topology;
using Maas.Hosting.Evidence;
using Maas.Hosting.Leases;
using Maas.Hosting.Nodes;

namespace Maas.Hosting.Networks;

/// <summary>The leases and the other servers of this host, for the API and the dashboard.</summary>
internal sealed class DhcpStatus(HostedLeases leases, HostedLeases6 leases6, RecentOtherServers others, TimeProvider timeProvider)
    : IDhcpStatus
{
    /// <inheritdoc/>
    public IReadOnlyList<LeasedAddress> ListLeases() =>
    [
        .. leases.List().Where(lease => lease.State == LeaseState.Bound).Select(lease => new LeasedAddress(
            lease.Address, lease.Hardware.ToMacAddress(), lease.Since, lease.ExpiresAt, lease.HostName ?? "", lease.Why)),
        .. leases6.List().Where(lease => lease.State == LeaseState.Bound).Select(lease => new LeasedAddress(
            lease.Address, lease.Hardware?.ToMacAddress(), lease.Since, lease.ExpiresAt, "", lease.Why)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<SeenDhcpServer> ListOtherServers() => others.List(timeProvider.GetUtcNow());
}
