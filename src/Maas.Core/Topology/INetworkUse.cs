using System.Net;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>What nodes use of the shared networks.</summary>
internal interface INetworkUse
{
    /// <summary>Whether a link of a node refers to the subnet.</summary>
    Task<bool> IsSubnetLinkedAsync(long subnetId, CancellationToken cancellationToken);

    /// <summary>Whether an interface of a node is connected to one of the VLANs.</summary>
    Task<bool> IsVlanConnectedAsync(IReadOnlyList<long> vlanIds, CancellationToken cancellationToken);

    /// <summary>The addresses of the hosts that run this server: no node gets one of them.</summary>
    Task<IReadOnlyList<IPAddress>> ListHostAddressesAsync(CancellationToken cancellationToken);

    /// <summary>The changes that remove the links of all nodes to a subnet, and its addresses.</summary>
    Task<IReadOnlyList<RecordChange>> DetachAsync(long subnetId, CancellationToken cancellationToken);
}
