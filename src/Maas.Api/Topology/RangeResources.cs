using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>Ranges of addresses, reserved addresses and static routes.</summary>
internal static class RangeResources
{
    private static readonly Dictionary<string, IpRangeType> RangeTypes = new()
    {
        ["dynamic"] = IpRangeType.Dynamic, ["reserved"] = IpRangeType.Reserved,
    };

    private static readonly Collection<IpRange> Ranges = new()
    {
        Path = "ipranges/",
        ItemPath = "ipranges/{id}/",
        Noun = "IPRange",
        Plural = "ranges of addresses",
        In = core => core.Networks.IpRanges,
        Edit = ApiRight.ReserveAddresses,
        Deny = DenyRange,
        Uri = (range, view) => view.Api("ipranges", range.Id),
        New = request => new IpRange { Start = System.Net.IPAddress.None, End = System.Net.IPAddress.None, User = request.User.Name },
        Complete = ChooseSubnet,
        Fields =
        [
            Field<IpRange>.Choice(
                "type", "dynamic, for DHCP, or reserved.", RangeTypes, range => range.Type, (range, value) => range with { Type = value })
                .Required(),
            Field<IpRange>.Address(
                "start_ip", "the first address.", range => range.Start,
                (range, value) => value is null ? range : range with { Start = value })
                .Required(),
            Field<IpRange>.Address(
                "end_ip", "the last address.", range => range.End, (range, value) => value is null ? range : range with { End = value })
                .Required(),
            SubnetResource.Member<IpRange>(
                "subnet", "its subnet; the one that contains the addresses if absent.", range => range.SubnetId,
                (range, subnet) => subnet is null ? range : range with { SubnetId = subnet.Id }),
            Field<IpRange>.Text("comment", "comment.", range => range.Comment, (range, value) => range with { Comment = value }),
            Field<IpRange>.Shown("user", WriteUser),
        ],
    };

    private static readonly Collection<ReservedIp> ReservedIps = new()
    {
        Path = "reservedips/",
        ItemPath = "reservedips/{id}/",
        Noun = "ReservedIP",
        Handlers = ("ReservedIpsHandler", "ReservedIpHandler"),
        Plural = "reserved addresses",
        In = core => core.Networks.ReservedIps,
        Uri = (reserved, view) => view.Api("reservedips", reserved.Id),
        New = _ => new ReservedIp { Ip = System.Net.IPAddress.None, MacAddress = default },
        Complete = (reserved, before, form, request) => before is null && form.Optional("subnet") is null
            ? reserved with { SubnetId = request.Topology.FindSubnet(reserved.Ip)?.Id ?? 0 } : reserved,
        Fields =
        [
            Field<ReservedIp>.Address(
                "ip", "the address.", each => each.Ip, (each, value) => value is null ? each : each with { Ip = value })
                .Required(),
            Field<ReservedIp>.Mac(
                "mac_address", "the interface.", each => each.MacAddress, (each, value) => each with { MacAddress = value })
                .Required(),
            SubnetResource.Member<ReservedIp>(
                "subnet", "its subnet; the one that contains the address if absent.", each => each.SubnetId,
                (each, subnet) => subnet is null ? each : each with { SubnetId = subnet.Id }),
            Field<ReservedIp>.Text("comment", "comment.", each => each.Comment, (each, value) => each with { Comment = value }),
        ],
    };

    private static readonly Collection<StaticRoute> Routes = new()
    {
        Path = "static-routes/",
        ItemPath = "static-routes/{id}/",
        Noun = "StaticRoute",
        Plural = "static routes",
        In = core => core.Networks.StaticRoutes,
        Uri = (route, view) => view.Api("static-routes", route.Id),
        New = _ => new StaticRoute { Gateway = System.Net.IPAddress.None },
        Fields =
        [
            SubnetResource.Member<StaticRoute>(
                "source", "the subnet whose nodes have it.", route => route.SourceId,
                (route, subnet) => subnet is null ? route : route with { SourceId = subnet.Id }).Required(),
            SubnetResource.Member<StaticRoute>(
                "destination", "the subnet to which it leads.", route => route.DestinationId,
                (route, subnet) => subnet is null ? route : route with { DestinationId = subnet.Id }).Required(),
            Field<StaticRoute>.Address(
                "gateway_ip", "the next hop.", route => route.Gateway,
                (route, value) => value is null ? route : route with { Gateway = value })
                .Required(),
            Field<StaticRoute>.Integer(
                "metric", "metric.", route => route.Metric, (route, value) => route with { Metric = (int)(value ?? 0) }),
        ],
    };

    public static IEnumerable<ApiResource> All => [.. Ranges.ToResources(), .. ReservedIps.ToResources(), .. Routes.ToResources()];

    /// <summary>A user reserves ranges for itself; a dynamic range changes what the DHCP server does.</summary>
    private static ApiResult? DenyRange(ApiRequest request, IpRange range)
    {
        if (request.User.Has(ApiRight.EditGlobalEntities)) return null;
        if (range.Type == IpRangeType.Dynamic)
            return ApiResults.Forbidden("Unable to create dynamic IP range. You don't have sufficient privileges.");
        return range.User == request.User.Name ? null
            : ApiResults.Forbidden("Unable to modify IP range. You don't own the IP range.");
    }

    private static IpRange ChooseSubnet(IpRange range, IpRange? before, FormReader form, ApiRequest request)
    {
        if (before is not null || form.Optional("subnet") is not null) return range;
        if (request.Topology.FindSubnet(range.Start) is { } subnet) return range with { SubnetId = subnet.Id };
        if (!form.HasErrors) form.Refuse("subnet", "This field is required.");
        return range;
    }

    private static void WriteUser(Utf8JsonWriter json, IpRange range, ApiView view)
    {
        if (range.User is null)
        {
            json.WriteNull("user");
            return;
        }

        json.WriteStartObject("user");
        json.WriteString("username", range.User);
        json.WriteString("resource_uri", view.Api("users", range.User));
        json.WriteEndObject();
    }
}
