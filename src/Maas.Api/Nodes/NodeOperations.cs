using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;

namespace Maas.Api.Nodes;

/// <summary>What the lists of nodes of every type have in common.</summary>
internal static class NodeOperations
{
    /// <summary>The inventory of a node that has none: BSON with two nulls.</summary>
    public static ApiResult NoDetails { get; } =
        new ApiResult.Bytes(Bson.Document([("lshw", null), ("lldp", null)]), "application/bson");

    /// <summary>The power parameters of a node that has none.</summary>
    public static ApiResult NoPowerParameters { get; } = ApiResults.Json(json =>
    {
        json.WriteStartObject();
        json.WriteEndObject();
    });

    /// <summary>The operations of a list of nodes. An operation belongs to one list, so that each call makes new ones.</summary>
    public static IReadOnlyList<ApiAction> OfList() =>
    [
        ApiAction.Get("is_registered", ApiAccess.UserOrAnonymous, MachinesResource.IsRegisteredAsync,
            "Ask whether an address belongs to a node.").With(ApiArgument.Text("mac_address", "the address.").Required()),
        NodeBatches.IsActionInProgress(),
        NodeBatches.SetZone(),
    ];

    extension(ApiRequest request)
    {
        /// <summary>The filters of the query; what is wrong with them is an error of the form.</summary>
        public async Task<NodeFilter> NodeFilterAsync(FormReader form)
        {
            var filter = NodeFilter.Read(form, request.Topology);
            if (filter.Tags.Values.Any(tags => tags.Count > 0))
                await MachinesResource.RefuseUnknownTagsAsync(request, form, filter.Tags).ConfigureAwait(false);
            return filter;
        }

        /// <summary>Nodes of all types: devices, then machines, then controllers.</summary>
        public async Task<ApiResult> ShowNodesAsync(
            IReadOnlyList<Machine> machines, IReadOnlyList<Device> devices, IReadOnlyList<Controller> controllers) =>
            new ApiResult.JsonList(
            [
                .. devices.Select(device => (Action<Utf8JsonWriter>)(json => DeviceJson.Write(json, device, request.View))),
                .. await request.WritersAsync(machines, request.Aborted).ConfigureAwait(false),
                .. controllers.Select(each => (Action<Utf8JsonWriter>)(json => ControllerJson.WriteRack(json, each, request))),
            ]);
    }
}
