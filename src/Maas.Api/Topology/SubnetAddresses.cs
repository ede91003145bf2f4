using System.Globalization;
using System.Net;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>
/// The addresses of a subnet that are in use: those that are given or reserved, those that the host's DHCP servers lease, and those that
/// machines were seen with. Machines that the user does not see are not named.
/// </summary>
internal static class SubnetAddresses
{
    /// <summary>Answers <c>op=ip_addresses</c>.</summary>
    public static async Task<ApiResult> ListAsync(ApiRequest request, Subnet subnet)
    {
        var form = request.Reader();
        var withUser = form.Boolean("with_username") ?? true;
        var withNode = (form.Boolean("with_summary") ?? true) && (form.Boolean("with_node_summary") ?? true);
        if (form.HasErrors) return form.BadRequest();
        var actor = MachineActor.Of(request.User);
        var machines = await request.Core.Machines.ListAsync(
            new MachineFilter { VisibleTo = actor.IsAdministrator ? null : actor.Name }, request.Aborted).ConfigureAwait(false);
        var known = machines.ToDictionary(machine => machine.Id);
        var stored = await request.Core.Networks.ListAddressesAsync(subnet.Id, request.Aborted).ConfigureAwait(false);
        var taken = stored.Select(address => address.Ip).ToHashSet();
        var byAddress = machines.SelectMany(machine => machine.MacAddresses.Select(address => (address, machine.Id)))
            .ToDictionary(each => each.address, each => each.Id);
        var leases = (request.Services.Dhcp?.ListLeases() ?? []).Where(lease => subnet.Cidr.Contains(lease.Address))
            .DistinctBy(lease => lease.Address).ToDictionary(lease => lease.Address);
        List<AllocatedAddress> leased =
        [
            .. from lease in leases.Values
            where taken.Add(lease.Address)
            select new AllocatedAddress
            {
                Ip = lease.Address,
                Kind = AddressKind.Dhcp,
                Node = lease.MacAddress is { } mac && byAddress.TryGetValue(mac, out var owner) ? owner : null,
                MacAddress = lease.MacAddress,
                Created = lease.Since,
            },
        ];
        var seen =
            from machine in machines
            from text in machine.IpAddresses
            let address = IPAddress.TryParse(text, out var parsed) ? parsed : null
            where address is not null && subnet.Cidr.Contains(address) && !taken.Contains(address)
            select new AllocatedAddress
            {
                Ip = address, Kind = AddressKind.Discovered, Node = machine.Id, Created = machine.StatusSince,
            };
        return ApiResults.List([.. stored, .. leased, .. seen], (json, address) =>
        {
            json.WriteStartObject();
            json.WriteString("ip", address.Ip.ToString());
            json.WriteNumber("alloc_type", (int)address.Kind);
            json.WriteString("created", address.Created.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture));
            // MAAS does not have it.
            if (leases.TryGetValue(address.Ip, out var lease)) json.WriteString("lease_end", JsonWriting.TimeOf(lease.Ends));
            if (withUser) json.WriteString("user", address.User);
            if (withNode && address.Node is { } id && known.TryGetValue(id, out var machine)) WriteNode(json, machine, address);
            json.WriteEndObject();
        });
    }

    private static void WriteNode(Utf8JsonWriter json, Machine machine, AllocatedAddress address)
    {
        json.WriteStartObject("node_summary");
        json.WriteString("system_id", machine.Id.ToString());
        json.WriteNumber("node_type", 0);
        json.WriteString("fqdn", machine.Fqdn);
        json.WriteString("hostname", machine.Hostname);
        json.WriteBoolean("is_container", false);
        var via = machine.Hardware?.Interfaces.FirstOrDefault(each => each.MacAddress == address.MacAddress)?.Name;
        if (via is not null) json.WriteString("via", via);
        json.WriteEndObject();
    }
}
