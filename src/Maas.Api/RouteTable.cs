using Maas.Api.Accounts;
using Maas.Api.BootResources;
using Maas.Api.Dns;
using Maas.Api.Events;
using Maas.Api.Files;
using Maas.Api.Gone;
using Maas.Api.Interfaces;
using Maas.Api.Legacy;
using Maas.Api.Machines;
using Maas.Api.Metadata;
using Maas.Api.Nodes;
using Maas.Api.Routing;
using Maas.Api.Scripts;
using Maas.Api.Settings;
using Maas.Api.Storage;
using Maas.Api.Tags;
using Maas.Api.Topology;

namespace Maas.Api;

/// <summary>
/// All operations that this server offers, each declared once: method, <c>op</c>, arguments and access. Endpoints, <c>describe/</c> and the
/// OpenAPI document are generated from it, and a test calls every operation without the right to.
/// </summary>
internal sealed class RouteTable(IEnumerable<ApiResource> resources)
{
    /// <summary>The table of this package.</summary>
    public static RouteTable Everything { get; } = new([.. Version2, .. LegacyRoutes.All(Version2), .. MetadataRoutes.All]);

    /// <summary>API 2.0, and what is declared together with it.</summary>
    private static IReadOnlyList<ApiResource> Version2 =>
    [
        DescribeResource.Definition,
        .. OpenApiResource.All,
        .. VersionResource.All,
        .. UserResource.All,
        .. AccountResource.All,
        .. SshKeyResource.All,
        .. SslKeyResource.All,
        .. UserGroupResource.All,
        .. OidcProviderResource.All,
        .. NotificationResource.All,
        MachinesResource.Definition,
        MachineResource.Definition,
        .. NodeResource.All,
        DevicesResource.Definition,
        DeviceResource.Definition,
        .. ControllersResource.All,
        .. ControllerResource.All,
        .. InterfaceResource.All,
        AddressResource.Definition,
        .. ScriptResultResource.All,
        .. NodeResultResource.All,
        .. ScriptResource.All,
        .. BlockDeviceResource.All,
        .. PartitionResource.All,
        .. VolumeGroupResource.All,
        .. RaidResource.All,
        .. BcacheResource.All,
        .. CacheSetResource.All,
        .. VmfsDatastoreResource.All,
        .. TagResource.All,
        .. ZoneResource.All,
        .. PoolResource.All,
        .. DomainResource.All,
        .. DnsResourceResource.All,
        .. DnsRecordResource.All,
        .. FabricResource.All,
        .. VlanResource.All,
        .. SpaceResource.All,
        .. SubnetResource.All,
        .. RangeResources.All,
        .. DhcpSnippetResource.All,
        .. NetworkResource.All,
        .. DiscoveryResource.All,
        .. NodeDeviceResource.All,
        AgentConfigResource.Definition,
        .. FileResource.All,
        .. EventResource.All,
        .. BootResourcesResource.All,
        .. BootSourceResource.All,
        .. ImageSyncResource.All,
        .. MaasResource.All,
        .. PackageRepositoryResource.All,
        .. LicenseKeyResource.All,
        .. GoneResource.All,
    ];

    /// <summary>The entries.</summary>
    public IReadOnlyList<ApiResource> Resources { get; } = [.. resources];
}
