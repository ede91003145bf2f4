using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Nodes;

/// <summary>All devices.</summary>
internal static class DevicesResource
{
    /// <summary>What a form says of a device, but for its addresses.</summary>
    public static IReadOnlyList<ApiArgument> Fields { get; } =
    [
        ApiArgument.Text("hostname", "its host name; without it, one is made."),
        ApiArgument.Text("domain", "its DNS domain."),
        ApiArgument.Text("description", "free text."),
        ApiArgument.Text("zone", "its zone."),
        ApiArgument.Text("parent", "the node that it belongs to, and with which it is deleted."),
    ];

    public static ApiResource Definition { get; } = new("api/2.0/devices/", "DevicesHandler", "All devices: nodes that are not installed.",
    [
        ApiAction.Read(ApiAccess.User, ListAsync, "List devices.").With(NodeFilter.Arguments) with { AlsoTakes = NodeFilter.MoreArguments },
        ApiAction.Create(ApiAccess.User, CreateAsync, "Make a device known. It is its creator's.").With(
            [.. Fields, ApiArgument.Texts("mac_addresses", "its network interfaces' addresses.").Required()]),
        .. NodeOperations.OfList(),
    ]);

    /// <summary>The devices that fit the query and the user sees.</summary>
    public static async Task<IReadOnlyList<Device>> SelectAsync(ApiRequest request, NodeFilter filter)
    {
        var seen = filter.Devices with { VisibleTo = request.User.IsAdministrator ? null : request.User.Name };
        var devices = await request.Core.Devices.ListAsync(seen, request.Aborted).ConfigureAwait(false);
        return [.. devices.Where(device => request.Actor.MaySee(device) && filter.Matches(device))];
    }

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        var filter = await request.NodeFilterAsync(form).ConfigureAwait(false);
        return form.HasErrors
            ? form.BadRequest()
            : ApiResults.List(
                await SelectAsync(request, filter).ConfigureAwait(false), (json, device) => DeviceJson.Write(json, device, request.View));
    }

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var addresses = form.MacAddresses("mac_addresses");
        if (addresses.Count == 0 && !form.HasErrors) form.Refuse("mac_addresses", "This field is required.");
        var (zone, domain) = (form.Zone(request.Topology), form.Domain(request.Topology));
        var parent = await ParentAsync(request, form).ConfigureAwait(false);
        if (form.HasErrors) return form.BadRequest();
        var device = new NewDevice
        {
            Hostname = form.Optional("hostname"),
            Domain = domain,
            MacAddresses = addresses,
            Description = form.Optional("description") ?? "",
            Parent = parent,
        };
        if (zone is { } id) device = device with { ZoneId = id };
        return NodeRequests.Of(
            await request.Core.Devices.CreateAsync(device, request.User.Name, request.Aborted).ConfigureAwait(false),
            done => ApiResults.Json(json => DeviceJson.Write(json, done.Device, request.View)));
    }

    /// <summary>The node that a form names as parent, if the user sees it; an error of the form for another one.</summary>
    public static async Task<SystemId?> ParentAsync(ApiRequest request, FormReader form)
    {
        if (form.Optional("parent") is not { } text) return null;
        if (SystemId.TryParse(text, out var id) && await IsSeenAsync(request, id).ConfigureAwait(false)) return id;
        form.Refuse("parent", "Select a valid choice. That choice is not one of the available choices.");
        return null;
    }

    private static async Task<bool> IsSeenAsync(ApiRequest request, SystemId id) =>
        await request.Core.Machines.GetAsync(id, request.Aborted).ConfigureAwait(false) is { } machine
            ? request.User.MaySee(machine)
            : await request.Core.Devices.GetAsync(id, request.Aborted).ConfigureAwait(false) is { } device
                ? request.Actor.MaySee(device)
                : await request.Core.Controllers.GetAsync(id, request.Aborted).ConfigureAwait(false) is not null;
}
