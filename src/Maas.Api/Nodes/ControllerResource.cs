using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Api.Nodes;

/// <summary>One controller.</summary>
internal static class ControllerResource
{
    private const string NoPower = "The power of a controller is not controlled by this server.";
    private const string NoTests = "This server runs no scripts on controllers.";

    private static readonly ApiArgument[] Fields =
    [
        ApiArgument.Text("domain", "its DNS domain."),
        ApiArgument.Text("description", "free text."),
        ApiArgument.Text("zone", "its zone."),
    ];

    private static readonly Dictionary<string, string> NotChanged = new()
    {
        ["power_type"] = NoPower, ["power_parameters"] = NoPower, ["power_parameters_skip_check"] = NoPower,
    };

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/rackcontrollers/{system_id}/", "RackControllerHandler", "A rack controller.",
        [
            Read(ControllerJson.WriteRack, "Read a rack controller."),
            Update(ControllerJson.WriteRack, "Change what is known about a rack controller."),
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Forget a controller. The one that answers stays.").With(
                ApiArgument.Flag("force", "although it serves DHCP where no other controller can; DHCP is then off."))
                with { Right = ApiRight.EditControllers },
            .. OfBoth(),
            ApiAction.Get("query_power_state", ApiAccess.User, QueryPowerStateAsync, "Read the power state: that of the host is on.")
                with { Right = ApiRight.ViewControllers },
            ApiAction.Get("list_boot_images", ApiAccess.Administrator, ListImagesAsync, "List the images that a controller serves."),
            ApiAction.Post("import_boot_images", ApiAccess.Administrator, ImportAsync,
                "Accepted, and without meaning here: a controller serves the images of the store."),
            Refused("abort", "Stop what a controller is busy with: nothing.", "This controller is busy with nothing that can be aborted."),
            Refused("override_failed_testing", "Ignore failed tests: there are none.", NoTests),
            Refused("power_on", "Not supported: the answer is 409.", NoPower, ApiArgument.Text("user_data", "not used.")),
            Refused("power_off", "Not supported: the answer is 409.", NoPower, ApiArgument.Text("stop_mode", "not used.")),
            Refused("test", "Not supported: the answer is 409.", NoTests, ApiArgument.Texts("testing_scripts", "not used."),
                ApiArgument.Flag("enable_ssh", "not used.")),
        ]),
        new("api/2.0/regioncontrollers/{system_id}/", "RegionControllerHandler", "A region controller.",
        [
            Read(ControllerJson.WriteRegion, "Read a region controller."),
            Update(ControllerJson.WriteRegion, "Change what is known about a region controller."),
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Forget a controller. The one that answers stays.").With(
                ApiArgument.Flag("force", "although it serves DHCP where no other controller can; DHCP is then off."))
                with { Right = ApiRight.EditControllers },
            .. OfBoth(),
        ]),
    ];

    /// <summary>Deletes the controller in the path.</summary>
    public static Task<ApiResult> DeleteAsync(ApiRequest request) => WithAsync(request, async controller =>
    {
        var form = request.Reader();
        var force = request.Endpoint.Action.Accepts("force") && form.Boolean("force") == true;
        if (form.HasErrors) return form.BadRequest();
        return Of(
            request,
            await request.Core.Controllers.Records.DeleteAsync(controller.Id, request.User.Name, force, request.Aborted)
                .ConfigureAwait(false),
            _ => ApiResults.NoContent);
    });

    private static ApiAction[] OfBoth() =>
    [
        ApiAction.Get("details", ApiAccess.User, request => WithAsync(request, _ => Task.FromResult(NodeOperations.NoDetails)),
            "Read the inventory as BSON; a controller has none.") with { Right = ApiRight.ViewControllers },
        ApiAction.Get("power_parameters", ApiAccess.Administrator,
            request => WithAsync(request, _ => Task.FromResult(NodeOperations.NoPowerParameters)),
            "Read the power parameters; a controller has none."),
    ];

    private static ApiAction Read(Action<System.Text.Json.Utf8JsonWriter, Controller, ApiRequest> write, string doc) => ApiAction.Read(
        ApiAccess.User,
        request => WithAsync(request, controller => Task.FromResult(ApiResults.Json(json => write(json, controller, request)))),
        doc) with { Right = ApiRight.ViewControllers };

    private static ApiAction Update(Action<System.Text.Json.Utf8JsonWriter, Controller, ApiRequest> write, string doc) => ApiAction.Update(
        ApiAccess.User, request => UpdateAsync(request, write), doc).With(Fields) with
    {
        Right = ApiRight.EditControllers,
        Unsupported = NotChanged,
    };

    private static ApiAction Refused(string op, string doc, string reason, params IEnumerable<ApiArgument> arguments) => ApiAction.Post(
        op, ApiAccess.Administrator, request => WithAsync(request, _ => Task.FromResult(ApiResults.Conflict(reason))), doc)
        .With([ApiArgument.Text("comment", "a reason, for the journal."), .. arguments]);

    private static Task<ApiResult> UpdateAsync(
        ApiRequest request, Action<System.Text.Json.Utf8JsonWriter, Controller, ApiRequest> write) => WithAsync(request, async controller =>
        {
            var form = request.Reader();
            var (zone, domain) = (form.Zone(request.Topology), form.Domain(request.Topology));
            if (form.HasErrors) return form.BadRequest();
            return Of(
                request,
                await request.Core.Controllers.Records.UpdateAsync(controller.Id, each => each with
                {
                    Domain = domain ?? each.Domain,
                    Description = form.Form["description"] ?? each.Description,
                    ZoneId = zone ?? each.ZoneId,
                }, request.User.Name, request.Aborted).ConfigureAwait(false),
                changed => ApiResults.Json(json => write(json, changed, request)));
        });

    private static Task<ApiResult> QueryPowerStateAsync(ApiRequest request) => WithAsync(request, controller =>
    {
        var isSelf = controller.SystemId == request.Core.Controllers.Self.SystemId;
        return Task.FromResult(ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("state", isSelf ? "on" : "unknown");
            json.WriteEndObject();
        }));
    });

    private static Task<ApiResult> ListImagesAsync(ApiRequest request) => WithAsync(request, async controller =>
    {
        var images = await request.Core.BootResources.ListAsync(request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("connected", controller.SystemId == request.Core.Controllers.Self.SystemId);
            json.WriteString("status", "synced");
            json.WriteStartArray("images");
            foreach (var image in images)
            {
                json.WriteStartObject();
                json.WriteString("name", image.Name);
                json.WriteString("architecture", image.Architecture.Split('/')[0]);
                json.WriteStartArray("subarches");
                json.WriteStringValue(image.Architecture.Split('/', 2) is [_, var sub] ? sub : "generic");
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    private static Task<ApiResult> ImportAsync(ApiRequest request) =>
        WithAsync(request, _ => Task.FromResult(ControllersResource.Accepted));

    private static ApiResult Of(ApiRequest request, RecordEdit<Controller> edit, Func<Controller, ApiResult> show) => edit switch
    {
        RecordEdit<Controller>.Done done => show(done.Record),
        RecordEdit<Controller>.Refused refused => request.Reader().BadRequest(refused.Field, refused.Reason),
        RecordEdit<Controller>.InUse used => ApiResults.BadRequest(used.Reason),
        _ => ApiResults.NotFound("Controller"),
    };

    private static async Task<ApiResult> WithAsync(ApiRequest request, Func<Controller, Task<ApiResult>> then) =>
        await request.FindControllerAsync().ConfigureAwait(false) is { } controller
            ? await then(controller).ConfigureAwait(false)
            : ApiResults.NotFound(NameOf(request));

    private static string NameOf(ApiRequest request) =>
        request.Endpoint.Resource is { Path: var path } && path.Contains("regioncontrollers", StringComparison.Ordinal)
            ? "RegionController" : "RackController";
}
