using System.Net;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Topology;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Topology;

/// <summary>
/// <c>networks/</c> of API 2.0: subnets in the form of MAAS before 1.9, to read. They are named <c>subnet-ID</c> and found by each
/// specifier of a subnet. What once changed networks answers 410, as in MAAS: subnets are changed instead.
/// </summary>
internal static class NetworkResource
{
    private const string Removed = "Removed from MAAS, which changes subnets instead: the answer is 410.";
    private const string Prefix = "subnet-";

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/networks/", "NetworksHandler", "All subnets, in the form of networks.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List networks.").With(
                ApiArgument.Texts("node", "only those to which all of these nodes are attached."))
                with { Right = ApiRight.ViewGlobalEntities },
            Gone(ApiAction.Create(ApiAccess.User, GoneAsync, Removed)),
        ]),
        new("api/2.0/networks/{name}/", "NetworkHandler", "A subnet, in the form of a network.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a network.") with { Right = ApiRight.ViewGlobalEntities },
            Gone(ApiAction.Update(ApiAccess.User, GoneAsync, Removed)),
            Gone(ApiAction.Delete(ApiAccess.User, GoneAsync, Removed)),
            Gone(ApiAction.Post("connect_macs", ApiAccess.User, GoneAsync, Removed)),
            Gone(ApiAction.Post("disconnect_macs", ApiAccess.User, GoneAsync, Removed)),
            ApiAction.Get("list_connected_macs", ApiAccess.User, ListMacsAsync,
                "List the MAC addresses of the visible nodes' interfaces on the network.") with { Right = ApiRight.ViewGlobalEntities },
        ]),
    ];

    private static ApiAction Gone(ApiAction action) => action with
    {
        Right = ApiRight.EditGlobalEntities, TakesAnyArgument = true, TakesAnyFile = true,
    };

    private static Task<ApiResult> GoneAsync(ApiRequest request) =>
        Task.FromResult(ApiResults.Text("Not Here", StatusCodes.Status410Gone));

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        var names = form.List("node").Distinct(StringComparer.Ordinal).ToList();
        IEnumerable<Subnet> subnets = request.Topology.Subnets;
        if (names.Count > 0)
        {
            var nodes = (await VisibleAsync(request).ConfigureAwait(false)).ToDictionary(node => node.Id.ToString());
            foreach (var name in names.Where(name => !nodes.ContainsKey(name)).Take(20))
                form.Refuse("node", $"Select a valid choice. {LogText.From(name, 64)} is not one of the available choices.");
            if (form.HasErrors) return form.BadRequest();
            var configs = await request.Core.NodeConfigs.ListAsync([.. names.Select(name => nodes[name])], request.Aborted)
                .ConfigureAwait(false);
            subnets = subnets.Where(subnet => names.TrueForAll(name =>
                configs[nodes[name].Id].Network.Interfaces.Any(one => one.Links.Any(link => link.Subnet == subnet.Id))));
        }

        return ApiResults.List(subnets, (json, subnet) => Write(json, subnet, request.View));
    }

    private static Task<ApiResult> ReadAsync(ApiRequest request) => Task.FromResult(
        Find(request) is { } subnet ? ApiResults.Json(json => Write(json, subnet, request.View)) : ApiResults.NotFound("Subnet"));

    private static async Task<ApiResult> ListMacsAsync(ApiRequest request)
    {
        if (Find(request) is not { } subnet) return ApiResults.NotFound("Subnet");
        var nodes = await VisibleAsync(request).ConfigureAwait(false);
        var configs = await request.Core.NodeConfigs.ListAsync(nodes, request.Aborted).ConfigureAwait(false);
        var addresses = nodes.OrderBy(node => node.Hostname, StringComparer.Ordinal).SelectMany(node =>
            configs[node.Id].Network.Interfaces.Where(one => one.Vlan == subnet.VlanId && one.MacAddress is not null)
                .Select(one => $"{one.MacAddress}").Order(StringComparer.Ordinal));
        return ApiResults.List(addresses.Distinct(), (json, address) =>
        {
            json.WriteStartObject();
            json.WriteString("mac_address", address);
            json.WriteEndObject();
        });
    }

    private static Task<IReadOnlyList<Machine>> VisibleAsync(ApiRequest request) => request.Core.Machines.ListAsync(
        new MachineFilter { VisibleTo = request.User.IsAdministrator ? null : request.User.Name }, request.Aborted);

    private static Subnet? Find(ApiRequest request)
    {
        var name = request.Route["name"];
        return request.Topology.Subnet(name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name);
    }

    private static void Write(Utf8JsonWriter json, Subnet subnet, ApiView view)
    {
        var name = $"{Prefix}{subnet.Id}";
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("ip", subnet.Cidr.BaseAddress.ToString());
        json.WriteString("netmask", MaskOf(subnet.Cidr).ToString());
        json.WriteNumber("vlan_tag", view.Topology.FindVlan(subnet.VlanId)?.Vid ?? 0);
        json.WriteString("description", subnet.Name);
        json.WriteString("default_gateway", subnet.Gateway?.ToString());
        json.WriteTexts("dns_servers", subnet.DnsServers.Select(server => server.ToString()));
        json.WriteString("resource_uri", view.Api("networks", name));
        json.WriteEndObject();
    }

    /// <summary>The netmask of a network, of its address family.</summary>
    public static IPAddress MaskOf(IPNetwork network)
    {
        var mask = new byte[network.BaseAddress.GetAddressBytes().Length];
        for (var bit = 0; bit < network.PrefixLength; bit++) mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new IPAddress(mask);
    }
}
