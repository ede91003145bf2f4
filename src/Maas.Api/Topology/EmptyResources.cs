using Maas.Api.Answers;
using Maas.Api.Routing;

namespace Maas.Api.Topology;

/// <summary>What clients list before they do anything, and of which there is none here: an empty list is the truth.</summary>
internal static class EmptyResources
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        None("spaces", "SpacesHandler", "All spaces."),
        None("subnets", "SubnetsHandler", "All subnets."),
        None("static-routes", "StaticRoutesHandler", "All static routes."),
        None("devices", "DevicesHandler", "All devices that are not managed."),
        None("rackcontrollers", "RackControllersHandler", "All rack controllers: this server is one process."),
        None("regioncontrollers", "RegionControllersHandler", "All region controllers."),
        Nothing("spaces/{id}/", "SpaceHandler", "Space"),
        Nothing("subnets/{id}/", "SubnetHandler", "Subnet"),
        Nothing("devices/{system_id}/", "DeviceHandler", "Device"),
    ];

    private static ApiResource None(string path, string handler, string doc) =>
        new($"api/2.0/{path}/", handler, doc, ApiAction.Read(Access.User, _ => Task.FromResult(Answer.List<int>([], (_, _) => { })), $"List {path}."));

    private static ApiResource Nothing(string path, string handler, string kind) =>
        new($"api/2.0/{path}", handler, $"A {kind}.", ApiAction.Read(Access.User, _ => Task.FromResult(Answer.NotFound(kind)), $"Read a {kind}."));
}
