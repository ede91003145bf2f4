using Maas.Client.Http;
using Maas.Client.Resources;

namespace Maas.Client.Networks;

/// <summary>Subnets. The key is a number, a name or a network such as <c>10.0.0.0/24</c>.</summary>
public sealed class SubnetsClient : MaasCollection<MaasSubnet, string, SubnetFields>
{
    internal SubnetsClient(MaasConnection connection)
        : base(connection, "subnets/")
    {
    }

    /// <summary>How full a subnet is.</summary>
    public Task<MaasSubnetStatistics> GetStatisticsAsync(string subnet, CancellationToken cancellationToken = default) =>
        Connection.GetAsync<MaasSubnetStatistics>(ItemPath(subnet), new MaasForm().Add("op", "statistics"), cancellationToken);

    /// <summary>The addresses that are in use or reserved.</summary>
    public IAsyncEnumerable<MaasAddressRange> ListReservedRangesAsync(string subnet, CancellationToken cancellationToken = default) =>
        Connection.ListAsync<MaasAddressRange>(ItemPath(subnet), new MaasForm().Add("op", "reserved_ip_ranges"), cancellationToken);

    /// <summary>The addresses that are free.</summary>
    public IAsyncEnumerable<MaasAddressRange> ListUnreservedRangesAsync(string subnet, CancellationToken cancellationToken = default) =>
        Connection.ListAsync<MaasAddressRange>(ItemPath(subnet), new MaasForm().Add("op", "unreserved_ip_ranges"), cancellationToken);

    /// <summary>Deletes a subnet.</summary>
    /// <param name="subnet">The subnet.</param>
    /// <param name="force">Deletes it even when machines use its addresses.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="MaasApiException">400: it is in use.</exception>
    public Task DeleteAsync(string subnet, bool force, CancellationToken cancellationToken = default) =>
        Connection.DeleteAsync(ItemPath(subnet), new MaasForm().Add("force", force ? true : null), cancellationToken);
}
