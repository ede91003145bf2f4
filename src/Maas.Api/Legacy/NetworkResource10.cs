using System.Net;
using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Legacy;

/// <summary>
/// <c>networks/</c>: what MAAS 1.5 to 1.8 had before subnets, and 1.9 as a view of them. A node is on the networks that contain the
/// addresses it was seen with. Networks are changed as subnets.
/// </summary>
internal static class NetworkResource10
{
    private static readonly ApiArgument Node = ApiArgument.Texts("node", "only those of these nodes.");

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/1.0/networks/", "NetworksHandler", "All networks.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List networks.").With(Node),
            ApiAction.Get("list", ApiAccess.User, ListAsync, "List networks.").With(Node),
        ]),
        new("api/1.0/networks/{name}/", "NetworkHandler", "A network.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a network."),
            ApiAction.Get("list_connected_macs", ApiAccess.User, ConnectedMacsAsync, "List the MAC addresses of the nodes on a network."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var (nodes, refusal) = await request.NamedMachinesAsync("node", "node").ConfigureAwait(false);
        if (refusal is not null) return refusal;
        IEnumerable<Subnet> subnets = request.Topology.Subnets;
        if (request.Form.Has("node"))
        {
            List<Machine> visible = [.. nodes.Where(request.User.MaySee)];
            subnets = subnets.Where(subnet => visible.Exists(node => IsOn(node, subnet, request.Topology)));
        }

        return ApiResults.List(subnets, (json, subnet) => Write(json, subnet, request.View));
    }

    private static Task<ApiResult> ReadAsync(ApiRequest request) => Task.FromResult(
        Find(request) is { } subnet ? ApiResults.Json(json => Write(json, subnet, request.View)) : ApiResults.NotFound("Network"));

    private static async Task<ApiResult> ConnectedMacsAsync(ApiRequest request)
    {
        if (Find(request) is not { } subnet) return ApiResults.NotFound("Network");
        var machines = await request.Core.Machines.ListAsync(null, request.Aborted).ConfigureAwait(false);
        // A machine is seen with the address of the interface that it boots from, which is its first.
        return ApiResults.List(
            machines.Where(machine =>
                machine.MacAddresses.Count > 0 && request.User.MaySee(machine) && IsOn(machine, subnet, request.Topology)),
            (json, machine) => NodeJson.WriteMac(json, machine.Id, machine.MacAddresses[0], request.View));
    }

    private static Subnet? Find(ApiRequest request)
    {
        var name = request.Route["name"];
        return request.Topology.Subnets.FirstOrDefault(subnet => subnet.Name == name || subnet.Cidr.ToString() == name);
    }

    private static bool IsOn(Machine machine, Subnet subnet, TopologySnapshot topology) => machine.IpAddresses.Any(text =>
        IPAddress.TryParse(text, out var address) && topology.FindSubnet(address)?.Id == subnet.Id);

    private static void Write(Utf8JsonWriter json, Subnet subnet, ApiView view)
    {
        json.WriteStartObject();
        json.WriteString("name", subnet.Name);
        json.WriteString("ip", subnet.Cidr.BaseAddress.ToString());
        json.WriteString("netmask", NetworkResource.MaskOf(subnet.Cidr).ToString());
        json.WriteNumber("vlan_tag", view.Topology.FindVlan(subnet.VlanId)?.Vid ?? 0);
        json.WriteString("description", subnet.Description);
        json.WriteString("default_gateway", subnet.Gateway?.ToString());
        json.WriteString("dns_servers", string.Join(' ', subnet.DnsServers));
        json.WriteString("resource_uri", view.LegacyRoutes("networks", subnet.Name));
        json.WriteEndObject();
    }
}
