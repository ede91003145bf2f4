using Maas.Api.Accounts;
using Maas.Api.BootResources;
using Maas.Api.Events;
using Maas.Api.Files;
using Maas.Api.Legacy;
using Maas.Api.Machines;
using Maas.Api.Metadata;
using Maas.Api.Placeholders;
using Maas.Api.Routing;
using Maas.Api.Settings;
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
    public static RouteTable Everything { get; } = new(
    [
        DescribeResource.Definition,
        OpenApiResource.Definition,
        .. VersionResource.All,
        .. UserResource.All,
        .. AccountResource.All,
        .. SshKeyResource.All,
        MachinesResource.Definition,
        MachineResource.Definition,
        .. NodeResource.All,
        .. ScriptResultResource.All,
        .. TagResource.All,
        .. ZoneResource.All,
        .. PoolResource.All,
        .. DomainResource.All,
        .. FabricResource.All,
        .. EmptyResources.All,
        .. FileResource.All,
        .. EventResource.All,
        .. BootResourcesResource.All,
        .. MaasResource.All,
        .. LegacyRoutes.All,
        .. MetadataRoutes.All,
    ]);

    /// <summary>The entries.</summary>
    public IReadOnlyList<ApiResource> Resources { get; } = [.. resources];
}
