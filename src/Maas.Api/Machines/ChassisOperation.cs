using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Machines;

/// <summary>
/// <c>op=add_chassis</c>: machines that a chassis or a hypervisor lists. No power driver of this server lists machines, so a request that
/// MAAS would accept is refused, after the checks that MAAS makes.
/// </summary>
internal static class ChassisOperation
{
    /// <summary>The power types of MAAS that list machines, and the older names of two of them.</summary>
    private static readonly string[] Types =
    [
        "hmcz", "mscm", "msftocs", "proxmox", "recs_box", "sm15k", "ucsm", "virsh", "vmware", "powerkvm", "seamicro15k",
    ];

    public static ApiAction Action { get; } = ApiAction.Post("add_chassis", ApiAccess.Administrator, AddAsync,
        "Refused: no power driver of this server lists the machines of a chassis.")
        .With(
            ApiArgument.Choice("chassis_type", "the type of the chassis.", Types).Required(),
            ApiArgument.Text("hostname", "its URL, host name or address.").Required(),
            ApiArgument.Text("username", "the user name with which it is accessed."),
            ApiArgument.Text("password", "the password with which it is accessed."),
            ApiArgument.Text("accept_all", "whether to commission the machines."),
            ApiArgument.Text("rack_controller", "the rack controller that accesses it."),
            ApiArgument.Text("domain", "the domain of the machines."),
            ApiArgument.Text("prefix_filter", "only machines whose names begin so."),
            ApiArgument.Choice("power_control", "how a seamicro15k is controlled.", "ipmi", "restapi", "restapi2"),
            ApiArgument.Text("token_name", "the name of a proxmox token."),
            ApiArgument.Text("token_secret", "the secret of a proxmox token."),
            ApiArgument.Flag("verify_ssl", "whether certificates are verified."),
            ApiArgument.Integer("port", "the port."),
            ApiArgument.Text("protocol", "the protocol of vmware."));

    private static Task<ApiResult> AddAsync(ApiRequest request)
    {
        var form = request.Reader();
        return Task.FromResult(Refuse(form, request) ?? ApiResults.BadRequest(
            $"No power driver of this server lists the machines of a {form.Optional("chassis_type")} chassis: create each machine."));
    }

    private static ApiResult? Refuse(FormReader form, ApiRequest request)
    {
        if (form.Optional("chassis_type") is not { } type) return Missing("chassis_type");
        if (!Types.Contains(type))
            return ApiResults.BadRequest(
                $"Invalid chassis_type: Value must be one of: {string.Join("; ", Types)} (not '{LogText.From(type, 64)}')"); // MAAS-WORDING
        if (form.Optional("hostname") is null) return Missing("hostname");
        if (RefuseCredentials(form, type) is { } credentials) return credentials;
        if (RefuseUnavailable(form, type) is { } unavailable) return unavailable;
        _ = form.Boolean("verify_ssl");
        _ = form.Integer("port", 1, 65535);
        if (form.HasErrors) return form.BadRequest();
        if (form.Optional("domain") is { } domain
            && request.Topology.Domains.All(each => each.Name != domain && $"{each.Id - 1}" != domain))
            return ApiResults.Text($"Unable to find specified domain {LogText.From(domain, 100)}", StatusCodes.Status404NotFound);
        return form.Optional("rack_controller") is { } rack && request.Core.Controllers.Self is var self
            && rack != self.SystemId.ToString() && rack != self.Hostname
            ? ApiResults.Text($"Unable to find specified rack {LogText.From(rack, 100)}", StatusCodes.Status404NotFound) : null;
    }

    private static ApiResult? RefuseCredentials(FormReader form, string type)
    {
        var (password, name, secret) = (form.Optional("password"), form.Optional("token_name"), form.Optional("token_secret"));
        if (type is "powerkvm" or "virsh")
            return form.Optional("username") is null ? null
                : ApiResults.BadRequest($"username can not be specified when using the {type} chassis.");
        if (type == "hmcz") return null;
        if (form.Optional("username") is null) return Missing("username");
        if (type != "proxmox") return password is null ? Missing("password") : null;
        return (password, name, secret) switch
        {
            (null, null, null) => ApiResults.BadRequest("You must use a password or token with Proxmox."),
            (not null, not null, not null) =>
                ApiResults.BadRequest("You may only use a password or token with Proxmox, not both."),
            (null, _, null) or (null, null, _) => ApiResults.BadRequest("Proxmox requires both a token_name and token_secret."),
            _ => null,
        };
    }

    private static ApiResult? RefuseUnavailable(FormReader form, string type)
    {
        (string Field, string[] Types)[] limited =
        [
            ("prefix_filter", ["powerkvm", "virsh", "vmware", "proxmox"]), ("power_control", ["seamicro15k", "sm15k"]),
            ("port", ["msftocs", "recs_box", "vmware"]), ("protocol", ["vmware"]),
        ];
        foreach (var (field, types) in limited)
        {
            if (form.Optional(field) is not null && !types.Contains(type))
                return ApiResults.BadRequest($"{field} is unavailable with the {type} chassis type");
        }

        return form.Optional("power_control") is null or "ipmi" or "restapi" or "restapi2" ? null
            : ApiResults.BadRequest("Invalid power_control: Value must be one of: ipmi; restapi; restapi2"); // MAAS-WORDING
    }

    private static ApiResult Missing(string name) => ApiResults.BadRequest($"No provided {name}!");
}
