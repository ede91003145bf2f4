using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core.Nodes;

namespace Maas.Api.Nodes;

/// <summary>One device.</summary>
internal static class DeviceResource
{
    private const int MaximumOwnerData = 256;

    private const string OwnerDataDoc = """
        Set or remove keys of the owner's own data.

        :param key: the value of the key; an empty one removes it. Any number of keys may be given.
        """;

    public static ApiResource Definition { get; } = new("api/2.0/devices/{system_id}/", "DeviceHandler", "A device.",
    [
        ApiAction.Read(ApiAccess.User, ReadAsync, "Read a device."),
        ApiAction.Update(ApiAccess.User, UpdateAsync, "Change what is known about a device.").With(DevicesResource.Fields),
        ApiAction.Delete(ApiAccess.User, DeleteAsync, "Forget a device, and the devices that belong to it."),
        ApiAction.Get("details", ApiAccess.User, DetailsAsync, "Read the inventory as BSON; a device has none."),
        ApiAction.Get("power_parameters", ApiAccess.Administrator, PowerParametersAsync, "Read the power parameters; a device has none."),
        ApiAction.Post(
            "restore_networking_configuration", ApiAccess.User, RestoreAsync, "Replace the links of all interfaces by the default ones."),
        ApiAction.Post(
            "restore_default_configuration", ApiAccess.User, RestoreAsync, "Replace the links of all interfaces by the default ones."),
        ApiAction.Post("set_owner_data", ApiAccess.User, SetOwnerDataAsync, OwnerDataDoc) with { TakesAnyArgument = true },
        ApiAction.Post("set_workload_annotations", ApiAccess.User, SetOwnerDataAsync, OwnerDataDoc) with { TakesAnyArgument = true },
    ]);

    private static Task<ApiResult> ReadAsync(ApiRequest request) => WithAsync(request, device => Task.FromResult(Show(request, device)));

    private static Task<ApiResult> UpdateAsync(ApiRequest request) => WithOwnAsync(request, async device =>
    {
        var form = request.Reader();
        var (hostname, zone) = (form.Optional("hostname"), form.Zone(request.Topology));
        var domain = form.Domain(request.Topology);
        var parent = await DevicesResource.ParentAsync(request, form).ConfigureAwait(false);
        if (form.HasErrors) return form.BadRequest();
        var hasParent = form.Form.Has("parent");
        // A name with dots has its domain in it.
        if (hostname?.Split('.', 2) is [var label, var rest]) (hostname, domain) = (label, domain ?? rest.ToLowerInvariant());
        return NodeRequests.Of(
            await request.Core.Devices.UpdateAsync(device.SystemId, request.Actor, each => each with
            {
                Hostname = hostname ?? each.Hostname,
                Domain = domain ?? each.Domain,
                Description = form.Form["description"] ?? each.Description,
                ZoneId = zone ?? each.ZoneId,
                Parent = hasParent ? parent : each.Parent,
            }, request.Aborted).ConfigureAwait(false),
            done => Show(request, done.Device));
    });

    /// <summary>Deletes the device in the path.</summary>
    public static Task<ApiResult> DeleteAsync(ApiRequest request) => WithOwnAsync(request, async device => NodeRequests.Of(
        await request.Core.Devices.DeleteAsync(device.SystemId, request.Actor, request.Aborted).ConfigureAwait(false),
        _ => ApiResults.NoContent));

    private static Task<ApiResult> DetailsAsync(ApiRequest request) => WithAsync(request, _ => Task.FromResult(NodeOperations.NoDetails));

    private static Task<ApiResult> PowerParametersAsync(ApiRequest request) =>
        WithAsync(request, _ => Task.FromResult(NodeOperations.NoPowerParameters));

    private static Task<ApiResult> RestoreAsync(ApiRequest request) => WithOwnAsync(request, async device => NodeRequests.Of(
        await request.Core.Devices.RestoreNetworkAsync(device.SystemId, request.Actor, request.Aborted).ConfigureAwait(false),
        done => Show(request, done.Device)));

    private static Task<ApiResult> SetOwnerDataAsync(ApiRequest request) => WithOwnAsync(request, async device =>
    {
        var changes = request.Form.Fields.Where(field => field.Key is not ("op" or "")).ToList();
        return NodeRequests.Of(
            await request.Core.Devices.UpdateAsync(
                device.SystemId, request.Actor, each => each with { OwnerData = Changed(each, changes) }, request.Aborted)
                .ConfigureAwait(false),
            done => Show(request, done.Device));
    });

    private static Dictionary<string, string> Changed(Device device, List<KeyValuePair<string, string>> changes)
    {
        Dictionary<string, string> data = new(device.OwnerData);
        foreach (var (key, value) in changes)
        {
            if (value.Length == 0) data.Remove(key);
            else if (data.Count < MaximumOwnerData || data.ContainsKey(key)) data[key] = value;
        }

        return data;
    }

    private static ApiResult Show(ApiRequest request, Device device) =>
        ApiResults.Json(json => DeviceJson.Write(json, device, request.View));

    private static async Task<ApiResult> WithAsync(ApiRequest request, Func<Device, Task<ApiResult>> then) =>
        await request.FindDeviceAsync().ConfigureAwait(false) is { } device
            ? await then(device).ConfigureAwait(false)
            : ApiResults.NotFound("Device");

    private static Task<ApiResult> WithOwnAsync(ApiRequest request, Func<Device, Task<ApiResult>> then) => WithAsync(
        request, device => request.Actor.MayEdit(device) ? then(device) : Task.FromResult(NodeRequests.NotTheDevices));
}
