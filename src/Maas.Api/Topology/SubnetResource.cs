using System.Globalization;
using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>Subnets. They are addressed by number, name, network or another specifier.</summary>
internal static class SubnetResource
{
    private static readonly Dictionary<string, ReverseDnsMode> ReverseDnsModes = new()
    {
        ["0"] = ReverseDnsMode.Disabled, ["1"] = ReverseDnsMode.Enabled, ["2"] = ReverseDnsMode.Rfc2317,
    };

    private static readonly Collection<Subnet> Subnets = new()
    {
        Path = "subnets/",
        ItemPath = "subnets/{id}/",
        Noun = "Subnet",
        Plural = "subnets",
        In = core => core.Networks.Subnets,
        ListOf = request => Task.FromResult(request.Topology.Subnets),
        Find = request => Task.FromResult(request.Topology.Subnet(request.Route["id"])),
        Uri = (subnet, view) => view.Api("subnets", subnet.Id),
        New = _ => new Subnet { Cidr = default },
        Complete = ChooseVlan,
        DeleteArguments = [ApiArgument.Flag("force", "delete it although nodes have addresses of it.")],
        Fields =
        [
            new Field<Subnet>(ApiArgument.Text("cidr", "the network, such as 10.0.0.0/24."))
            {
                Read = (subnet, form, _) => form.Network("cidr") is { } network ? subnet with { Cidr = network } : subnet,
                Write = (json, subnet, _) => json.WriteString("cidr", subnet.Cidr.ToString()),
            }.Required(),
            Field<Subnet>.Text("name", "its name; the network if empty.", subnet => subnet.Name, (subnet, value) => subnet with
            {
                GivenName = value == subnet.Cidr.ToString() ? "" : value,
            }),
            Field<Subnet>.Text(
                "description", "description.", subnet => subnet.Description, (subnet, value) => subnet with { Description = value }),
            Field<Subnet>.Reference(
                "vlan", "its VLAN; the untagged one of the fabric if absent.", (view, text) => view.Topology.Vlan(text),
                (subnet, vlan) => vlan is null ? subnet : subnet with { VlanId = vlan.Id }, WriteVlan),
            Field<Subnet>.Only(ApiArgument.Text("fabric", "the fabric of its VLAN."), (subnet, _, _) => subnet),
            Field<Subnet>.Only(ApiArgument.Integer("vid", "the tag of its VLAN in the fabric."), (subnet, _, _) => subnet),
            Field<Subnet>.Choice(
                "rdns_mode", "reverse DNS: 0 off, 1 on, 2 with RFC 2317.", ReverseDnsModes, subnet => subnet.ReverseDns,
                (subnet, value) => subnet with { ReverseDns = value },
                (json, subnet, _) => json.WriteNumber("rdns_mode", (int)subnet.ReverseDns)),
            Field<Subnet>.Address(
                "gateway_ip", "the router.", subnet => subnet.Gateway, (subnet, value) => subnet with { Gateway = value }),
            Field<Subnet>.Addresses(
                "dns_servers", "name servers.", subnet => subnet.DnsServers, (subnet, value) => subnet with { DnsServers = value }),
            Field<Subnet>.Flag(
                "allow_dns", "whether its nodes may use this server's DNS.", subnet => subnet.AllowDns,
                (subnet, value) => subnet with { AllowDns = value }),
            Field<Subnet>.Flag(
                "allow_proxy", "whether its nodes may use this server's proxy.", subnet => subnet.AllowProxy,
                (subnet, value) => subnet with { AllowProxy = value }),
            Field<Subnet>.Flag(
                "active_discovery", "whether hosts are looked for by scanning.", subnet => subnet.ActiveDiscovery,
                (subnet, value) => subnet with { ActiveDiscovery = value }),
            Field<Subnet>.Flag(
                "managed", "whether addresses are given out.", subnet => subnet.Managed,
                (subnet, value) => subnet with { Managed = value }),
            new Field<Subnet>(ApiArgument.Texts("disabled_boot_architectures", "boot architectures that are not offered."))
            {
                Read = (subnet, form, _) => subnet with { DisabledBootArchitectures = form.List("disabled_boot_architectures") },
                Write = (json, subnet, _) => json.WriteTexts("disabled_boot_architectures", subnet.DisabledBootArchitectures),
            },
            Field<Subnet>.Shown("space", (json, subnet, view) => json.WriteString("space", SpaceOf(subnet, view.Topology))),
        ],
        ItemActions =
        [
            ApiAction.Get("statistics", ApiAccess.User, StatisticsAsync, "Count the addresses of the subnet and how they are used.").With(
                ApiArgument.Flag("include_ranges", "with the ranges."),
                ApiArgument.Flag("include_suggestions", "with a suggested gateway and dynamic range."))
                with { Right = ApiRight.ViewGlobalEntities },
            ApiAction.Get("reserved_ip_ranges", ApiAccess.User, ReservedAsync, "List the ranges that are not given out.")
                with { Right = ApiRight.ViewGlobalEntities },
            ApiAction.Get("unreserved_ip_ranges", ApiAccess.User, UnreservedAsync, "List the ranges that are given out.")
                with { Right = ApiRight.ViewGlobalEntities },
            ApiAction.Get("ip_addresses", ApiAccess.User, AddressesAsync, "List the addresses that are in use.").With(
                ApiArgument.Flag("with_username", "with the users that reserved them."),
                ApiArgument.Flag("with_summary", "with the nodes that have them."),
                ApiArgument.Flag("with_node_summary", "the same."))
                with { Right = ApiRight.ViewGlobalEntities },
        ],
    };

    public static IEnumerable<ApiResource> All => Subnets.ToResources();

    /// <summary>A subnet as an element or a member of another object.</summary>
    public static void Write(Utf8JsonWriter json, Subnet subnet, ApiView view) => Subnets.Write(json, subnet, view);

    /// <summary>A field of a record that names a subnet.</summary>
    public static Field<T> Member<T>(string name, string meaning, Func<T, long> get, Func<T, Subnet?, T> set) =>
        Field<T>.Reference(
            name, meaning, (view, text) => view.Topology.Subnet(text), set,
            (json, record, view) =>
            {
                json.WritePropertyName(name);
                if (view.Topology.FindSubnet(get(record)) is { } subnet) Write(json, subnet, view);
                else json.WriteNullValue();
            });

    private static string SpaceOf(Subnet subnet, TopologySnapshot topology) =>
        topology.FindVlan(subnet.VlanId) is { } vlan ? topology.SpaceNameOf(vlan) : Space.Undefined;

    private static void WriteVlan(Utf8JsonWriter json, Subnet subnet, ApiView view)
    {
        json.WritePropertyName("vlan");
        if (view.Topology.FindVlan(subnet.VlanId) is { } vlan) VlanResource.Write(json, vlan, view);
        else json.WriteNullValue();
    }

    /// <summary>A VLAN may be given by fabric and tag; without any, it is the untagged VLAN of the first fabric.</summary>
    private static Subnet ChooseVlan(Subnet subnet, Subnet? before, FormReader form, ApiRequest request)
    {
        if (form.Optional("vlan") is not null) return subnet;
        var (fabricText, vid) = (form.Optional("fabric"), form.Integer("vid", 0, 4094));
        if (fabricText is null && vid is null && before is not null) return subnet;
        var topology = request.Topology;
        var fabric = fabricText is null ? topology.FindFabric(Fabric.DefaultId) : topology.Fabric(fabricText);
        if (fabric is null)
        {
            form.Refuse("fabric", "Select a valid choice. That choice is not one of the available choices.");
            return subnet;
        }

        var vlan = vid is null ? topology.DefaultVlanOf(fabric.Id) : topology.VlansOf(fabric.Id).FirstOrDefault(each => each.Vid == vid);
        if (vlan is not null) return subnet with { VlanId = vlan.Id };
        form.Refuse("vid", $"No VLAN with vid {vid} in {(fabricText is null ? "default fabric" : $"fabric {fabric.Name}")}.");
        return subnet;
    }

    private static async Task<ApiResult> StatisticsAsync(ApiRequest request)
    {
        if (await Subnets.FindAsync(request).ConfigureAwait(false) is not { } subnet) return ApiResults.NotFound("Subnet");
        var form = request.Reader();
        var (ranges, suggestions) = (form.Boolean("include_ranges") == true, form.Boolean("include_suggestions") == true);
        if (form.HasErrors) return form.BadRequest();
        var use = await request.Core.Networks.GetUseAsync(subnet, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            var (used, free) = (use.Used, use.Free);
            var (total, available) = (use.Total, Sum(free));
            var unavailable = total - available;
            json.WriteStartObject();
            WriteCount(json, "num_available", available);
            WriteCount(json, "largest_available", free.Count == 0 ? 0 : free.Max(range => range.Count));
            WriteCount(json, "num_unavailable", unavailable);
            WriteCount(json, "total_addresses", total);
            json.WriteNumber("usage", Ratio(unavailable, total));
            json.WriteString("usage_string", Percent(unavailable, total));
            json.WriteString("available_string", Percent(available, total));
            json.WriteString("first_address", use.All[0].Start.ToString());
            json.WriteString("last_address", use.All[^1].End.ToString());
            json.WriteNumber("ip_version", subnet.IsIPv6 ? 6 : 4);
            if (ranges) WriteRanges(json, "ranges", use.All);
            if (suggestions)
            {
                json.WriteString("suggested_gateway", use.NextFree()?.ToString());
                json.WritePropertyName("suggested_dynamic_range");
                if (free.Count == 0) json.WriteNullValue();
                else WriteRange(json, free.MaxBy(range => range.Count)!); // not empty
            }

            json.WriteEndObject();
        });
    }

    private static Task<ApiResult> ReservedAsync(ApiRequest request) => RangesAsync(request, use => use.Reserved);

    private static Task<ApiResult> UnreservedAsync(ApiRequest request) => RangesAsync(request, use => use.Unreserved);

    private static async Task<ApiResult> RangesAsync(ApiRequest request, Func<SubnetUse, IReadOnlyList<AddressUse>> choose)
    {
        if (await Subnets.FindAsync(request).ConfigureAwait(false) is not { } subnet) return ApiResults.NotFound("Subnet");
        var use = await request.Core.Networks.GetUseAsync(subnet, request.Aborted).ConfigureAwait(false);
        return ApiResults.List(choose(use), WriteRange);
    }

    private static async Task<ApiResult> AddressesAsync(ApiRequest request) =>
        await Subnets.FindAsync(request).ConfigureAwait(false) is { } subnet
            ? await SubnetAddresses.ListAsync(request, subnet).ConfigureAwait(false)
            : ApiResults.NotFound("Subnet");

    private static UInt128 Sum(IEnumerable<AddressUse> ranges) => ranges.Aggregate((UInt128)0, (sum, range) => sum + range.Count);

    private static double Ratio(UInt128 part, UInt128 whole) => whole == 0 ? 0 : (double)part / (double)whole;

    private static string Percent(UInt128 part, UInt128 whole) =>
        Math.Round(Ratio(part, whole) * 100).ToString("0", CultureInfo.InvariantCulture) + "%";

    private static void WriteRanges(Utf8JsonWriter json, string name, IEnumerable<AddressUse> ranges)
    {
        json.WriteStartArray(name);
        foreach (var range in ranges) WriteRange(json, range);
        json.WriteEndArray();
    }

    private static void WriteRange(Utf8JsonWriter json, AddressUse range)
    {
        json.WriteStartObject();
        json.WriteString("start", range.Start.ToString());
        json.WriteString("end", range.End.ToString());
        WriteCount(json, "num_addresses", range.Count);
        json.WriteTexts("purpose", range.Purposes);
        json.WriteEndObject();
    }

    // A count of IPv6 addresses has up to 39 digits: a JSON number of any length.
    private static void WriteCount(Utf8JsonWriter json, string name, UInt128 count)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(count.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
    }
}
