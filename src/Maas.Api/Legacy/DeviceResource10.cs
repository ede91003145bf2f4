using System.Net;
using Maas.Api.Collections;
using Maas.Api.Machines;
using Maas.Api.Nodes;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Legacy;

/// <summary>What API 1.0 asks of a device beside the operations of 2.0: Juju 1.x gives containers their addresses by it.</summary>
internal static class DeviceResource10
{
    private const string NoAddress = "An IP address could not be claimed at this time.";

    /// <summary>The operations. They belong to one resource, so that each call makes new ones.</summary>
    public static IReadOnlyList<ApiAction> Actions() =>
    [
        ApiAction.Post("claim_sticky_ip_address", ApiAccess.User, ClaimAsync, "Give an interface of a device an address.").With(
            ApiArgument.Text("mac_address", "the interface; the first one if absent."),
            ApiArgument.Text("requested_address", "the address; the next free one of the interface's VLAN if absent.")),
        ApiAction.Post("release_sticky_ip_address", ApiAccess.User, ReleaseAsync, "Take addresses from a device.").With(
            ApiArgument.Text("address", "the address; all of them if absent.")),
    ];

    private static Task<ApiResult> ClaimAsync(ApiRequest request) => WithAsync(request, async (device, form) =>
    {
        var macs = form.MacAddresses("mac_address");
        var address = form.Address("requested_address");
        if (form.HasErrors) return form.BadRequest();
        var one = device.Network.Interfaces.FirstOrDefault(each => macs.Count == 0 || each.MacAddress == macs[0]);
        if (one is null) return ApiResults.BadRequest($"mac_address {string.Join(", ", macs)} not found on the device");
        var subnet = address is null
            ? request.Topology.Subnets.FirstOrDefault(each => each.VlanId == one.Vlan) : request.Topology.FindSubnet(address);
        if (subnet is null) return ApiResults.Text($"{device.Hostname}: {NoAddress}", StatusCodes.Status503ServiceUnavailable);
        var wanted = new LinkRequest { Mode = "static", Subnet = subnet.Id, Address = address?.ToString() ?? "" };
        return await EditAsync(request, device, (config, view, ids) => LinkRules.Link(config, one.Id, wanted, view, ids))
            .ConfigureAwait(false);
    });

    private static Task<ApiResult> ReleaseAsync(ApiRequest request) => WithAsync(request, async (device, form) =>
    {
        var address = form.Address("address");
        if (form.HasErrors) return form.BadRequest();
        if (address is not null && !device.IpAddresses.Contains(address))
            return ApiResults.BadRequest($"{address} is not a sticky IP address on device: {device.Hostname}");
        return await EditAsync(request, device, (config, _, ids) => Release(config, address, ids)).ConfigureAwait(false);
    });

    private static NetworkResult Release(NetworkConfig config, IPAddress? address, Core.IIdSource ids)
    {
        var released = config.Interfaces.SelectMany(one => one.Links.Select(link => (one.Id, Link: link)))
            .Where(item => item.Link.Address is { } each && (address is null || each.Equals(address))).ToList();
        foreach (var (id, link) in released)
        {
            if (LinkRules.Unlink(config, id, link.Id, ids) is not NetworkResult.Changed changed) continue;
            config = changed.Config;
        }

        return new NetworkResult.Changed(config, 0);
    }

    private static async Task<ApiResult> EditAsync(
        ApiRequest request, Device device, Func<NetworkConfig, NetworkView, Core.IIdSource, NetworkResult> rule) =>
        await request.Core.Devices.EditNetworkAsync(device.SystemId, request.Actor, rule, request.Aborted).ConfigureAwait(false) switch
        {
            // The address is not free, or not in a network of the interface.
            DeviceResult.Refused refused => ApiResults.Text(refused.Reason, StatusCodes.Status503ServiceUnavailable),
            var result => NodeRequests.Of(result, done => ApiResults.Json(json => DeviceJson.Write(json, done.Device, request.View))),
        };

    private static async Task<ApiResult> WithAsync(ApiRequest request, Func<Device, FormReader, Task<ApiResult>> then)
    {
        if (await request.FindDeviceAsync().ConfigureAwait(false) is not { } device) return ApiResults.NotFound("Device");
        return request.Actor.MayEdit(device)
            ? await then(device, request.Reader()).ConfigureAwait(false) : NodeRequests.NotTheDevices;
    }
}
