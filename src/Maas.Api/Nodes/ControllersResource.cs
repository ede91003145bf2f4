using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Nodes;

/// <summary>All controllers: the hosts that run this server. Each is a rack controller and a region controller.</summary>
internal static class ControllersResource
{
    /// <summary>The answer to a wish that is met already.</summary>
    public static ApiResult Accepted { get; } = ApiResults.Text("Accepted", StatusCodes.Status202Accepted);

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/rackcontrollers/", "RackControllersHandler", "All rack controllers: the hosts that run this server.",
        [
            List(request => ListAsync(request, ControllerJson.WriteRack), "List rack controllers."),
            .. NodeOperations.OfList(),
            ApiAction.Get("power_parameters", ApiAccess.Administrator, PowerParametersAsync,
                "Read how controllers are turned on and off; they are not.").With(NodeFilter.Arguments)
                with { AlsoTakes = NodeFilter.MoreArguments },
            ApiAction.Get("describe_power_types", ApiAccess.Administrator, DescribePowerTypesAsync,
                "List the power types with their parameters."),
            ApiAction.Post("import_boot_images", ApiAccess.Administrator, _ => Task.FromResult(Accepted),
                "Accepted, and without meaning here: a controller serves the images of the store."),
        ]),
        new("api/2.0/regioncontrollers/", "RegionControllersHandler", "All region controllers: the hosts that run this server.",
        [
            List(request => ListAsync(request, ControllerJson.WriteRegion), "List region controllers."),
            .. NodeOperations.OfList(),
        ]),
    ];

    /// <summary>The controllers that fit the query.</summary>
    public static async Task<IReadOnlyList<Controller>> SelectAsync(ApiRequest request, NodeFilter filter) =>
        [.. (await request.Core.Controllers.ListAsync(request.Aborted).ConfigureAwait(false)).Where(filter.Matches)];

    private static ApiAction List(ApiHandler handler, string doc) =>
        ApiAction.Read(ApiAccess.User, handler, doc).With(NodeFilter.Arguments) with
        {
            AlsoTakes = NodeFilter.MoreArguments,
            Right = ApiRight.ViewControllers,
        };

    private static async Task<ApiResult> ListAsync(
        ApiRequest request, Action<System.Text.Json.Utf8JsonWriter, Controller, ApiRequest> write)
    {
        var form = request.Reader();
        var filter = await request.NodeFilterAsync(form).ConfigureAwait(false);
        return form.HasErrors
            ? form.BadRequest()
            : ApiResults.List(
                await SelectAsync(request, filter).ConfigureAwait(false), (json, controller) => write(json, controller, request));
    }

    private static async Task<ApiResult> PowerParametersAsync(ApiRequest request)
    {
        var form = request.Reader();
        var filter = await request.NodeFilterAsync(form).ConfigureAwait(false);
        if (form.HasErrors) return form.BadRequest();
        var controllers = await SelectAsync(request, filter).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            foreach (var controller in controllers)
            {
                json.WriteStartObject(controller.SystemId.ToString());
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    private static Task<ApiResult> DescribePowerTypesAsync(ApiRequest request)
    {
        var served = request.Core.Machines.PowerTypes;
        return Task.FromResult(ApiResults.List(
            PowerTypeTable.All.Where(type => served is null || served.Contains(type.Name, StringComparer.OrdinalIgnoreCase)),
            (json, type) => type.Write(json)));
    }
}
