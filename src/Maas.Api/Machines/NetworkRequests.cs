using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Machines;

/// <summary>Reads and changes the interfaces of the machine in the path.</summary>
internal static class NetworkRequests
{
    private const string NotAChoice = "Select a valid choice. That choice is not one of the available choices.";

    extension(ApiRequest request)
    {
        /// <summary>The machine in the path with its interfaces; null when the user sees none.</summary>
        public async Task<(Machine Machine, NetworkConfig Network)?> FindNetworkAsync() =>
            await request.FindMachineAsync().ConfigureAwait(false) is { } machine
                ? (machine, (await request.Core.NodeConfigs.GetAsync(machine, request.Aborted).ConfigureAwait(false)).Network)
                : null;

        /// <summary>Changes the interfaces of a machine, and answers with what <paramref name="show"/> makes of the result.</summary>
        public async Task<ApiResult> EditNetworkAsync(
            Machine machine, NetworkEdit edit, Func<NodeConfigResult.Done, ApiResult> show) => StorageRequests.Of(
                await request.Core.NodeConfigs.EditNetworkAsync(machine.Id, request.Actor, edit, request.Aborted).ConfigureAwait(false),
                show);
    }

    extension(FormReader form)
    {
        /// <summary>What a form says of an interface.</summary>
        /// <param name="config">The interfaces of the node, for those that are given by name.</param>
        /// <param name="parents">The argument with the interfaces that it is built on; null for none.</param>
        /// <param name="request">The request, for the VLANs.</param>
        public InterfaceRequest Interface(NetworkConfig config, string? parents, ApiRequest request) => new()
        {
            Name = form.Taken(request, "name"),
            MacAddress = form.Taken(request, "mac_address"),
            Tags = form.Form.Has("tags") ? form.List("tags") : null,
            Vlan = form.Vlan(request),
            WithoutVlan = form.Form["vlan"] is "",
            Mtu = (int?)form.Integer("mtu", 0, int.MaxValue),
            AcceptRouterAdvertisements = form.Boolean("accept_ra"),
            Parents = parents is not null && form.Form.Has(parents) ? form.Parents(config, parents) : null,
        };

        /// <summary>What a form says of the hardware of an interface.</summary>
        public InterfaceRequest WithHardware(InterfaceRequest wanted) => wanted with
        {
            LinkConnected = form.Boolean("link_connected"),
            InterfaceSpeed = (int?)form.Integer("interface_speed", 0, int.MaxValue),
            LinkSpeed = (int?)form.Integer("link_speed", 0, int.MaxValue),
        };

        /// <summary>What a form says of a bond.</summary>
        public InterfaceRequest WithBond(InterfaceRequest wanted) => wanted with
        {
            BondMode = form.Optional("bond_mode"),
            BondMiimon = (int?)form.Integer("bond_miimon", 0, int.MaxValue),
            BondDownDelay = (int?)form.Integer("bond_downdelay", 0, int.MaxValue),
            BondUpDelay = (int?)form.Integer("bond_updelay", 0, int.MaxValue),
            BondGratuitousArps = (int?)form.Integer("bond_num_grat_arp", 0, int.MaxValue),
            BondLacpRate = form.Optional("bond_lacp_rate"),
            BondHashPolicy = form.Optional("bond_xmit_hash_policy"),
        };

        /// <summary>What a form says of a bridge.</summary>
        public InterfaceRequest WithBridge(InterfaceRequest wanted) => wanted with
        {
            BridgeType = form.Optional("bridge_type"),
            BridgeStp = form.Boolean("bridge_stp"),
            BridgeForwardDelay = (int?)form.Integer("bridge_fd", 0, int.MaxValue),
        };

        /// <summary>What a form says of a link.</summary>
        public LinkRequest Link(ApiRequest request)
        {
            var subnet = form.Optional("subnet") is { } text ? request.Topology.Subnet(text) : null;
            if (subnet is null && form.Optional("subnet") is not null) form.Refuse("subnet", NotAChoice);
            return new LinkRequest
            {
                Mode = form.Required("mode"),
                Subnet = subnet?.Id,
                Address = form.Optional("ip_address") ?? "",
                DefaultGateway = form.Boolean("default_gateway") ?? false,
                Force = form.Boolean("force") ?? false,
            };
        }

        private string? Taken(ApiRequest request, string name) =>
            request.Endpoint.Action.Accepts(name) ? form.Optional(name) : null;

        private long? Vlan(ApiRequest request)
        {
            if (form.Optional("vlan") is not { } text) return null;
            if (request.Topology.Vlan(text) is { } vlan) return vlan.Id;
            form.Refuse("vlan", NotAChoice);
            return null;
        }

        private List<long> Parents(NetworkConfig config, string name)
        {
            List<long> parents = [];
            foreach (var text in form.List(name))
            {
                var found = config.Interfaces.FirstOrDefault(one => StorageRequests.Names(text, one.Id, one.Name));
                if (found is not null) parents.Add(found.Id);
                else form.Refuse(name, $"Select a valid choice. {LogText.From(text, 64)} is not one of the available choices.");
            }

            return parents;
        }
    }

    /// <summary>A change of interfaces in one of the statuses that allow it.</summary>
    /// <param name="operation">MAAS's word for it (<c>create</c>).</param>
    /// <param name="rule">The change.</param>
    public static NetworkEdit Edit(string operation, Func<NetworkConfig, NetworkView, Core.IIdSource, NetworkResult> rule) =>
        new((_, config, view, ids) => rule(config, view, ids))
        {
            FindObstacle = machine => IsEditable(machine)
                ? null : $"Cannot {operation} interface because the machine is not Ready, Allocated, or Broken.",
        };

    /// <summary>Whether the status allows changes of interfaces.</summary>
    public static bool IsEditable(Machine machine) =>
        machine.Status is MachineStatus.Ready or MachineStatus.Allocated or MachineStatus.Broken;
}
