using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Topology;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Topology;

/// <summary>The hosts that were seen on the served networks.</summary>
internal static class DiscoveryResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/discovery/", "DiscoveriesHandler", "The hosts that were seen on the served networks.",
        [
            View(ApiAction.Read(ApiAccess.User, request => ListAsync(request, Unknown.Nothing), "List them, those seen last first.")),
            View(ApiAction.Get("by_unknown_mac", ApiAccess.User, request => ListAsync(request, Unknown.Mac),
                "List those whose MAC address no node has.")),
            View(ApiAction.Get("by_unknown_ip", ApiAccess.User, request => ListAsync(request, Unknown.Ip),
                "List those whose address no node has, and no user has reserved.")),
            View(ApiAction.Get("by_unknown_ip_and_mac", ApiAccess.User, request => ListAsync(request, Unknown.Mac | Unknown.Ip),
                "List those of which both addresses are unknown.")),
            ApiAction.Post("clear", ApiAccess.Administrator, ClearAsync, "Delete them. A host that is seen again is there again.").With(
                ApiArgument.Flag("mdns", "delete mDNS entries; there are none."),
                ApiArgument.Flag("neighbours", "delete those that were seen."),
                ApiArgument.Flag("all", "delete all of it.")),
            ApiAction.Post("clear_by_mac_and_ip", ApiAccess.Administrator, ClearOneAsync, "Delete one of them.").With(
                ApiArgument.Text("ip", "its IP address.").Required(),
                ApiArgument.Text("mac", "its MAC address.").Required()),
            ApiAction.Post("scan", ApiAccess.Administrator, ScanAsync, "Refused: this server sends nothing to find hosts.").With(
                ApiArgument.Texts("cidr", "the networks; all of them need force."),
                ApiArgument.Flag("force", "whether to scan all networks."),
                ApiArgument.Flag("always_use_ping", "whether ping is used where nmap is there."),
                ApiArgument.Flag("slow", "whether to send few packets."),
                ApiArgument.Integer("threads", "the number of threads.")),
        ]),
        new("api/2.0/discovery/{discovery_id}/", "DiscoveryHandler", "A host that was seen.",
            View(ApiAction.Read(ApiAccess.User, ReadAsync, "Read it, by its id or as ip:ADDRESS or mac:ADDRESS."))),
    ];

    /// <summary>Which address of a host is not known.</summary>
    [Flags]
    private enum Unknown
    {
        Nothing = 0,
        Mac = 1,
        Ip = 2,
    }

    private static ApiAction View(ApiAction action) => action with { Right = ApiRight.ViewGlobalEntities };

    private static async Task<ApiResult> ListAsync(ApiRequest request, Unknown unknown)
    {
        IEnumerable<Discovery> found = await request.Core.Discoveries.ListAsync(request.Aborted).ConfigureAwait(false);
        if (unknown != Unknown.Nothing)
        {
            var machines = await request.Core.Machines.ListAsync(null, request.Aborted).ConfigureAwait(false);
            if (unknown.HasFlag(Unknown.Mac))
            {
                var configs = await request.Core.NodeConfigs.ListAsync(machines, request.Aborted).ConfigureAwait(false);
                HashSet<MacAddress> known =
                [
                    .. machines.SelectMany(machine => machine.MacAddresses),
                    .. configs.Values.SelectMany(config => config.Network.Interfaces).Select(one => one.MacAddress).OfType<MacAddress>(),
                ];
                found = found.Where(each => !known.Contains(each.MacAddress));
            }

            if (unknown.HasFlag(Unknown.Ip))
            {
                var used = await request.Core.Networks.Addresses.ListAsync(null, request.Aborted).ConfigureAwait(false);
                HashSet<string> known =
                    [.. machines.SelectMany(machine => machine.IpAddresses), .. used.Select(each => each.Ip.ToString())];
                found = found.Where(each => !known.Contains(each.Ip.ToString()));
            }
        }

        return ApiResults.List(found, (json, discovery) => Write(json, discovery, request));
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request)
    {
        var id = request.Route["discovery_id"];
        var found = await request.Core.Discoveries.ListAsync(request.Aborted).ConfigureAwait(false);
        return found.FirstOrDefault(each => IdOf(each) == id || $"ip:{each.Ip}" == id || $"mac:{each.MacAddress}" == id) is { } discovery
            ? ApiResults.Json(json => Write(json, discovery, request)) : ApiResults.NotFound("Discovery");
    }

    private static async Task<ApiResult> ClearAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (mdns, seen, all) = (form.Boolean("mdns"), form.Boolean("neighbours"), form.Boolean("all"));
        if (form.HasErrors) return form.BadRequest();
        if (mdns is not true && seen is not true && all is not true)
            return ApiResults.BadRequest(
                "Bad request: could not determine what data to clear.\nMust specify mdns=True, neighbours=True, or all=True.");
        if (seen is true || all is true)
            await request.Core.Discoveries.ClearAsync(cancellationToken: request.Aborted).ConfigureAwait(false);
        return ApiResults.NoContent;
    }

    private static async Task<ApiResult> ClearOneAsync(ApiRequest request)
    {
        var form = request.Reader();
        if (form.Optional("ip") is not { } ip) return ApiResults.BadRequest("No provided ip!");
        if (form.Optional("mac") is not { } mac) return ApiResults.BadRequest("No provided mac!");
        return IPAddress.TryParse(ip, out var address) && MacAddress.TryParse(mac, out var hardware)
            && await request.Core.Discoveries.ClearAsync(hardware, address, request.Aborted).ConfigureAwait(false) > 0
            ? ApiResults.NoContent : ApiResults.Text("Not Here", StatusCodes.Status410Gone);
    }

    private static Task<ApiResult> ScanAsync(ApiRequest request)
    {
        var form = request.Reader();
        foreach (var cidr in form.List("cidr").Where(cidr => !IPNetwork.TryParse(cidr, out _)).Take(20))
            form.Refuse("cidr", $"{LogText.From(cidr, 64)} is not a network such as 10.0.0.0/24.");
        foreach (var flag in (ReadOnlySpan<string>)["always_use_ping", "slow"]) _ = form.Boolean(flag);
        _ = form.Integer("threads", 1, 1000);
        var force = form.Boolean("force") == true;
        if (form.HasErrors) return Task.FromResult(form.BadRequest());
        return Task.FromResult(ApiResults.BadRequest(form.List("cidr").Count > 0 || force
            ? "This server does not scan networks: it lists the hosts that it hears from."
            : "Bad request: scanning all subnets is not allowed unless force=True is specified.\n\n" // MAAS-WORDING
                + "**WARNING: This will scan ALL networks attached to MAAS rack controllers.\nCheck with your internet service provider "
                + "or IT department to be sure this is\nallowed before proceeding.**\n"));
    }

    private static string IdOf(Discovery discovery) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes($"{discovery.Ip},{discovery.MacAddress}"));

    private static void Write(Utf8JsonWriter json, Discovery discovery, ApiRequest request)
    {
        var (topology, self) = (request.Topology, request.Core.Controllers.Self);
        var vlan = topology.FindSubnet(discovery.Ip) is { } subnet ? topology.FindVlan(subnet.VlanId) : null;
        var id = IdOf(discovery);
        json.WriteStartObject();
        json.WriteString("discovery_id", id);
        json.WriteString("ip", discovery.Ip.ToString());
        json.WriteString("mac_address", discovery.MacAddress.ToString());
        json.WriteNull("mac_organization");
        json.WriteString("last_seen", Time(discovery.LastSeen));
        json.WriteString("first_seen", Time(discovery.FirstSeen));
        json.WriteNull("hostname");
        json.WriteString("fabric_name", vlan is null ? null : topology.FindFabric(vlan.FabricId)?.Name);
        if (vlan is null) json.WriteNull("vid");
        else json.WriteNumber("vid", vlan.Vid);
        json.WriteStartObject("observer");
        json.WriteString("system_id", self.SystemId.ToString());
        json.WriteString("hostname", self.Hostname);
        json.WriteNull("interface_id");
        json.WriteNull("interface_name");
        json.WriteEndObject();
        json.WriteString("resource_uri", $"{request.View.Root}discovery/{id}/");
        json.WriteEndObject();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture);
}
