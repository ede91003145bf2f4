using Maas.Api.Machines;
using Maas.Api.Nodes;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Network.Interfaces;

namespace Maas.Api.Interfaces;

/// <summary>The network interfaces of a node, and their links to subnets.</summary>
internal static class InterfaceResource
{
    private static readonly ApiArgument[] Common =
    [
        ApiArgument.Texts("tags", "its tags."),
        ApiArgument.Text("vlan", "its VLAN, by number or specifier; empty to disconnect it."),
        ApiArgument.Integer("mtu", "its MTU in octets; 0 for the VLAN's."),
        ApiArgument.Flag("accept_ra", "whether it accepts IPv6 router advertisements."),
    ];

    private static readonly ApiArgument[] Hardware =
    [
        ApiArgument.Flag("link_connected", "whether it has a link."),
        ApiArgument.Integer("interface_speed", "its fastest speed in Mbit/s."),
        ApiArgument.Integer("link_speed", "the speed of its link in Mbit/s."),
    ];

    private static readonly ApiArgument[] Bond =
    [
        ApiArgument.Choice("bond_mode", "how it uses its links.", Names<BondMode>(InterfaceNames.NameOf)),
        ApiArgument.Integer("bond_miimon", "link monitoring interval in milliseconds."),
        ApiArgument.Integer("bond_downdelay", "wait before it stops using a link that failed, in milliseconds."),
        ApiArgument.Integer("bond_updelay", "wait before it uses a link that came back, in milliseconds."),
        ApiArgument.Choice("bond_lacp_rate", "fast or slow.", Names<LacpRate>(InterfaceNames.NameOf)),
        ApiArgument.Choice(
            "bond_xmit_hash_policy", "how it chooses the link of a packet.", Names<TransmitHashPolicy>(InterfaceNames.NameOf)),
        ApiArgument.Integer("bond_num_grat_arp", "gratuitous ARPs after a failover, 0 to 255."),
    ];

    private static readonly ApiArgument[] Bridge =
    [
        ApiArgument.Choice("bridge_type", "standard or ovs.", Names<BridgeType>(InterfaceNames.NameOf)),
        ApiArgument.Flag("bridge_stp", "whether it speaks the spanning tree protocol."),
        ApiArgument.Integer("bridge_fd", "forward delay in seconds."),
    ];

    // Linux decides on it by accept_ra; Juju sends it.
    private static readonly string[] AlsoTaken = ["autoconf"];

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/interfaces/", "InterfacesHandler", "A node's network interfaces.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List interfaces."),
            Create("create_physical", ApiAccess.User, CreatePhysicalAsync,
                "Add an interface of hardware. A machine must be Ready, Allocated or Broken, as for all changes of its interfaces, which "
                + "administrators make; the owner of a device changes the device's.",
                [
                    ApiArgument.Text("name", "its name; the next of eth0, eth1 and so on if absent."),
                    ApiArgument.Text("mac_address", "its hardware address.").Required(),
                ],
                Hardware),
            Create("create_bond", ApiAccess.Administrator, CreateBondAsync, "Make one interface of several.",
                [
                    ApiArgument.Text("name", "its name.").Required(),
                    ApiArgument.Text("mac_address", "its hardware address; that of the first parent if absent."),
                    ApiArgument.Texts("parents", "the interfaces, by id or by name.").Required(),
                ],
                Bond),
            Create("create_bridge", ApiAccess.Administrator, CreateBridgeAsync, "Make a bridge of an interface.",
                [
                    ApiArgument.Text("name", "its name.").Required(),
                    ApiArgument.Text("mac_address", "its hardware address; that of the parent if absent."),
                    ApiArgument.Text("parent", "the interface, by id or by name.").Required(),
                ],
                Bridge),
            Create("create_vlan", ApiAccess.Administrator, CreateVlanAsync, "Make a tagged VLAN of an interface.",
                [ApiArgument.Text("parent", "the interface, by id or by name.").Required()],
                []),
        ]),
        new("api/2.0/nodes/{system_id}/interfaces/{id}/", "InterfaceHandler", "A network interface, by id or by name.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read an interface."),
            ApiAction.Update(ApiAccess.User, UpdateAsync, "Change an interface.").With(
                [
                    ApiArgument.Text("name", "its name."),
                    ApiArgument.Text("mac_address", "its hardware address."),
                    ApiArgument.Texts("parents", "the interfaces that a bond is built on, by id or by name."),
                    ApiArgument.Text("parent", "the interface that a bridge or VLAN is built on, by id or by name."),
                    ApiArgument.Flag("enabled", "whether it is configured on the installed system."),
                    .. Common, .. Hardware, .. Bond, .. Bridge,
                ])
                with { AlsoTakes = AlsoTaken },
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Remove an interface, and what is built on it alone."),
            ApiAction.Post("link_subnet", ApiAccess.User, LinkAsync, "Link an interface to a subnet.").With(
                ApiArgument.Text("mode", "auto, dhcp, static or link_up, in any case.").Required(),
                ApiArgument.Text("subnet", "the subnet, by number or specifier."),
                ApiArgument.Text("ip_address", "the address of a static link; the next free one if absent."),
                ApiArgument.Flag(
                    "force", "whether to remove the other links first, and to move the interface to the subnet's VLAN."),
                ApiArgument.Flag("default_gateway", "whether the subnet's gateway becomes the node's default gateway.")),
            ApiAction.Post("unlink_subnet", ApiAccess.User, UnlinkAsync, "Remove a link.")
                .With(ApiArgument.Integer("id", "its id.").Required()),
            ApiAction.Post("disconnect", ApiAccess.User, DisconnectAsync, "Remove all links, and the connection to a VLAN."),
            ApiAction.Post("set_default_gateway", ApiAccess.User, SetGatewayAsync,
                "Make the gateway of a linked subnet the node's default gateway.")
                .With(ApiArgument.Integer("link_id", "the link; needed when several have a gateway.")),
            ApiAction.Post("add_tag", ApiAccess.User, AddTagAsync, "Add a tag.").With(ApiArgument.Text("tag", "the tag.").Required()),
            ApiAction.Post("remove_tag", ApiAccess.User, RemoveTagAsync, "Remove a tag.")
                .With(ApiArgument.Text("tag", "the tag.").Required()),
        ]),
    ];

    private static string[] Names<T>(Func<T, string> nameOf)
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(nameOf)];

    private static ApiAction Create(
        string op, ApiAccess access, ApiHandler handler, string doc, IEnumerable<ApiArgument> own, IEnumerable<ApiArgument> more) =>
        ApiAction.Post(op, access, handler, doc).With([.. own, .. Common, .. more]) with { AlsoTakes = AlsoTaken };

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        if (await request.FindNetworkNodeAsync().ConfigureAwait(false) is not { } node) return ApiResults.NotFound("Node");
        return ApiResults.List(node.Network.Interfaces, request.NetworkJson(node).Write);
    }

    private static Task<ApiResult> CreatePhysicalAsync(ApiRequest request) =>
        CreateAsync(request, null, (form, wanted) => form.WithHardware(wanted), InterfaceRules.CreatePhysical);

    private static Task<ApiResult> CreateBondAsync(ApiRequest request) =>
        CreateAsync(request, "parents", (form, wanted) => form.WithBond(wanted), InterfaceRules.CreateBond);

    private static Task<ApiResult> CreateBridgeAsync(ApiRequest request) =>
        CreateAsync(request, "parent", (form, wanted) => form.WithBridge(wanted), InterfaceRules.CreateBridge);

    private static Task<ApiResult> CreateVlanAsync(ApiRequest request) =>
        CreateAsync(request, "parent", (_, wanted) => wanted, InterfaceRules.CreateVlan);

    // As in MAAS, only machines get interfaces that are built on others.
    private static async Task<ApiResult> CreateAsync(
        ApiRequest request,
        string? parents,
        Func<FormReader, InterfaceRequest, InterfaceRequest> more,
        Func<NetworkConfig, InterfaceRequest, NetworkView, IIdSource, NetworkResult> rule)
    {
        if (await request.FindNetworkNodeAsync().ConfigureAwait(false) is not { } node) return ApiResults.NotFound("Node");
        if (parents is not null && node is not NetworkNode.OfMachine) return ApiResults.NotFound("Machine");
        if (request.DenyNetworkEdit(node) is { } denied) return denied;
        var form = request.Reader();
        var wanted = more(form, form.Interface(node.Network, parents, request));
        return form.HasErrors
            ? form.BadRequest()
            : await EditAsync(request, node, "create", (config, view, ids) => rule(config, wanted, view, ids)).ConfigureAwait(false);
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        await request.FindNetworkNodeAsync().ConfigureAwait(false) is not { } node ? ApiResults.NotFound("Node")
        : Find(request, node) is { } one ? ApiResults.Json(json => request.NetworkJson(node).Write(json, one))
        : ApiResults.NotFound("Interface");

    private static Task<ApiResult> UpdateAsync(ApiRequest request) => WithAsync(request, (node, one) =>
    {
        var form = request.Reader();
        var wanted = form.Interface(node.Network, one.Type == InterfaceType.Bond ? "parents" : "parent", request) with
        {
            Enabled = form.Boolean("enabled"),
        };
        wanted = form.WithBridge(form.WithBond(form.WithHardware(wanted)));
        return form.HasErrors
            ? Task.FromResult(form.BadRequest())
            : EditAsync(request, node, "update", (config, view, ids) => InterfaceRules.Update(config, one.Id, wanted, view, ids));
    });

    private static Task<ApiResult> DeleteAsync(ApiRequest request) => WithAsync(request, (node, one) => request.EditNetworkAsync(
        node, "delete", (config, _, ids) => InterfaceRules.Delete(config, one.Id, ids), (_, _) => ApiResults.NoContent));

    private static Task<ApiResult> LinkAsync(ApiRequest request) => WithAsync(request, (node, one) =>
    {
        var form = request.Reader();
        var link = form.Link(request);
        return form.HasErrors
            ? Task.FromResult(form.BadRequest())
            : EditAsync(request, node, "link", (config, view, ids) => LinkRules.Link(config, one.Id, link, view, ids));
    });

    private static Task<ApiResult> UnlinkAsync(ApiRequest request) => WithAsync(request, (node, one) =>
    {
        var form = request.Reader();
        form.Required("id");
        var id = form.Integer("id", 0, long.MaxValue) ?? 0;
        return form.HasErrors
            ? Task.FromResult(form.BadRequest())
            : EditAsync(request, node, "unlink", (config, _, ids) => LinkRules.Unlink(config, one.Id, id, ids));
    });

    private static Task<ApiResult> DisconnectAsync(ApiRequest request) => WithAsync(request, (node, one) =>
        EditAsync(request, node, "disconnect", (config, _, _) => InterfaceRules.Disconnect(config, one.Id)));

    private static Task<ApiResult> SetGatewayAsync(ApiRequest request) => WithAsync(request, (node, one) =>
    {
        var form = request.Reader();
        var link = form.Integer("link_id", 0, long.MaxValue);
        return form.HasErrors
            ? Task.FromResult(form.BadRequest())
            : EditAsync(
                request, node, "set default gateway on", (config, view, _) => LinkRules.SetDefaultGateway(config, one.Id, link, view));
    });

    private static Task<ApiResult> AddTagAsync(ApiRequest request) => TagAsync(request, InterfaceRules.AddTag);

    private static Task<ApiResult> RemoveTagAsync(ApiRequest request) => TagAsync(request, InterfaceRules.RemoveTag);

    private static Task<ApiResult> TagAsync(ApiRequest request, Func<NetworkConfig, long, string, NetworkResult> rule) =>
        WithAsync(request, (node, one) =>
        {
            var form = request.Reader();
            var tag = form.Required("tag");
            return form.HasErrors
                ? Task.FromResult(form.BadRequest())
                : EditAsync(request, node, "update", (config, _, _) => rule(config, one.Id, tag));
        });

    private static Task<ApiResult> EditAsync(
        ApiRequest request, NetworkNode node, string operation, Func<NetworkConfig, NetworkView, IIdSource, NetworkResult> rule) =>
        request.EditNetworkAsync(node, operation, rule, request.ShowInterface);

    private static async Task<ApiResult> WithAsync(ApiRequest request, Func<NetworkNode, NodeInterface, Task<ApiResult>> then)
    {
        if (await request.FindNetworkNodeAsync().ConfigureAwait(false) is not { } node) return ApiResults.NotFound("Node");
        if (request.DenyNetworkEdit(node) is { } denied) return denied;
        return Find(request, node) is { } one ? await then(node, one).ConfigureAwait(false) : ApiResults.NotFound("Interface");
    }

    private static NodeInterface? Find(ApiRequest request, NetworkNode node) =>
        node.Network.Interfaces.FirstOrDefault(one => StorageRequests.Names(request.Route["id"], one.Id, one.Name));
}
