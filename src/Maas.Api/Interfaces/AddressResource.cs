using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core.Topology;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Interfaces;

/// <summary>The addresses in use: users reserve some for themselves.</summary>
internal static class AddressResource
{
    public static ApiResource Definition { get; } = new("api/2.0/ipaddresses/", "IPAddressesHandler", "The addresses in use.",
    [
        ApiAction.Read(ApiAccess.User, ListAsync, "List the addresses that you reserved.")
            .With(
                ApiArgument.Flag("all", "(administrators) those of all users and nodes."),
                ApiArgument.Text("owner", "(administrators) those of this user."),
                ApiArgument.Text("ip", "only this address.")),
        ApiAction.Post("reserve", ApiAccess.User, ReserveAsync, "Reserve an address.")
            .With(
                ApiArgument.Text("subnet", "its subnet, by number or specifier; that of the address if absent."),
                ApiArgument.Text("ip", "the address; the next free one of the subnet if absent."),
                ApiArgument.Text("hostname", "a DNS name to keep with it."),
                ApiArgument.Text("mac", "the hardware address that it is for.")) with { AlsoTakes = ["ip_address", "requested_address"] },
        ApiAction.Post("release", ApiAccess.User, ReleaseAsync, "Release an address that you reserved.")
            .With(
                ApiArgument.Text("ip", "the address."),
                ApiArgument.Flag("force", "(administrators) whether to release one of another user."),
                ApiArgument.Text("discovered", "(administrators) accepted; observed addresses are not kept here.")),
    ]);

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (all, owner, ip) = (form.Boolean("all") ?? false, form.Optional("owner"), Address(form, "ip"));
        if (form.HasErrors) return form.BadRequest();
        if ((all || (owner is not null && owner != request.User.Name)) && !request.User.IsAdministrator)
            return ApiResults.Forbidden("Listing all IP addresses is for administrators.");
        var found = await request.Core.Networks.Addresses.ListAsync(all ? null : owner ?? request.User.Name, request.Aborted)
            .ConfigureAwait(false);
        return ApiResults.List(
            found.Where(each => ip is null || each.Ip.Equals(ip)), (json, address) => Write(json, address, request.View));
    }

    private static async Task<ApiResult> ReserveAsync(ApiRequest request)
    {
        var form = request.Reader();
        var subnet = form.Optional("subnet") is { } text ? request.Topology.Subnet(text) : null;
        if (subnet is null && form.Optional("subnet") is not null)
            form.Refuse("subnet", "Select a valid choice. That choice is not one of the available choices.");
        var address = Address(form, "ip") ?? Address(form, "ip_address") ?? Address(form, "requested_address");
        if (form.Optional("subnet") is null && address is null) form.Refuse("ip", "This field is required.");
        var macs = form.MacAddresses("mac");
        if (form.HasErrors) return form.BadRequest();
        return await request.Core.Networks.Addresses.ReserveAsync(
            subnet?.Id, address, form.Optional("hostname") ?? "", macs is [var mac, ..] ? mac : null, request.User.Name, request.Aborted)
            .ConfigureAwait(false) switch
        {
            IPReservationResult.Done done => ApiResults.Json(json => Write(json, done.Address, request.View)),
            IPReservationResult.Refused refused => CommandResults.BadField(refused.Field, refused.Reason),
            IPReservationResult.Unavailable unavailable => ApiResults.Conflict(unavailable.Reason),
            IPReservationResult.Exhausted exhausted => ApiResults.Text(exhausted.Reason, StatusCodes.Status503ServiceUnavailable),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<ApiResult> ReleaseAsync(ApiRequest request)
    {
        var form = request.Reader();
        form.Required("ip");
        var address = Address(form, "ip");
        var (force, discovered) = (form.Boolean("force") ?? false, form.Boolean("discovered") ?? false);
        if (form.HasErrors || address is null) return form.BadRequest();
        if ((force || discovered) && !request.User.IsAdministrator)
            return ApiResults.Forbidden("Force-releasing an IP address is for administrators.");
        var isReleased = await request.Core.Networks.Addresses.ReleaseAsync(
            address, force ? null : request.User.Name, request.User.Name, request.Aborted).ConfigureAwait(false);
        return isReleased ? ApiResults.NoContent : ApiResults.NotFound("StaticIPAddress");
    }

    private static IPAddress? Address(FormReader form, string name)
    {
        if (form.Optional(name) is not { } text) return null;
        var isRead = IPAddress.TryParse(text, out var read) && !text.Contains('%', StringComparison.Ordinal)
            && (text.Contains(':', StringComparison.Ordinal) || read.ToString() == text);
        if (isRead) return read is { IsIPv4MappedToIPv6: true } ? read.MapToIPv4() : read;
        form.Refuse(name, "Enter a valid IPv4 or IPv6 address.");
        return null;
    }

    private static void Write(Utf8JsonWriter json, AllocatedAddress address, ApiView view)
    {
        json.WriteStartObject();
        json.WriteString("ip", address.Ip.ToString());
        json.WriteNumber("alloc_type", (int)address.Kind);
        json.WriteString("alloc_type_name", NameOf(address.Kind));
        json.WriteString("created", address.Created.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture));
        json.WritePropertyName("subnet");
        if (address.SubnetId is { } id && view.Topology.FindSubnet(id) is { } subnet) SubnetResource.Write(json, subnet, view);
        else json.WriteNullValue();
        json.WriteStartArray("interface_set");
        if (address is { Node: { } node, InterfaceId: { } one })
        {
            json.WriteStartObject();
            json.WriteNumber("id", one);
            json.WriteString("system_id", node.ToString());
            json.WriteString("mac_address", address.MacAddress?.ToString());
            json.WriteString("resource_uri", view.Api("nodes", node.ToString(), "interfaces", one.ToString(CultureInfo.InvariantCulture)));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("owner");
        if (address.User is { } user)
        {
            json.WriteStartObject();
            json.WriteString("username", user);
            json.WriteString("resource_uri", view.Api("users", user));
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteString("resource_uri", view.Api("ipaddresses"));
        json.WriteEndObject();
    }

    private static string NameOf(AddressKind kind) => kind switch
    {
        AddressKind.Auto => "Automatic",
        AddressKind.Sticky => "Sticky",
        AddressKind.UserReserved => "User reserved",
        AddressKind.Dhcp => "DHCP",
        _ => "Observed",
    };
}
