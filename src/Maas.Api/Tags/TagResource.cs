using System.Diagnostics;
using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Nodes;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Api.Tags;

/// <summary>Tags, put on machines by hand or by a definition.</summary>
internal static class TagResource
{
    private static readonly ApiArgument[] Fields =
    [
        ApiArgument.Text("name", "its name."),
        ApiArgument.Text("comment", "free text."),
        ApiArgument.Text("kernel_opts", "appended to the kernel's command line when a machine with the tag boots from the network."),
        ApiArgument.Text(
            "definition", "XPath 1.0 over the inventory as lshw -xml shows it. The tag is then put on the machines that match."),
    ];

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/tags/", "TagsHandler", "All tags.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List tags."),
            ApiAction.Create(ApiAccess.Administrator, CreateAsync, "Make a tag.").With(Fields),
        ]),
        new("api/2.0/tags/{name}/", "TagHandler", "A tag.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a tag."),
            ApiAction.Update(ApiAccess.Administrator, UpdateAsync, "Change a tag.").With(Fields),
            ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Remove a tag, from all nodes too."),
            ApiAction.Get("machines", ApiAccess.User, MachinesAsync, "List the machines that have the tag."),
            ApiAction.Get("nodes", ApiAccess.User, NodesAsync, "List the nodes of all types that have the tag."),
            ApiAction.Get("devices", ApiAccess.User, DevicesAsync, "List the devices that have the tag."),
            ApiAction.Get("rack_controllers", ApiAccess.User,
                request => ControllersAsync(request, ControllerJson.WriteRack), "List the rack controllers that have the tag."),
            ApiAction.Get("region_controllers", ApiAccess.User,
                request => ControllersAsync(request, ControllerJson.WriteRegion), "List the region controllers that have the tag."),
            ApiAction.Post("update_nodes", ApiAccess.Administrator, UpdateNodesAsync,
                "Put the tag on nodes of any type and take it off others.")
                .With(
                    ApiArgument.Texts("add", "system ids."),
                    ApiArgument.Texts("remove", "system ids."),
                    ApiArgument.Text("definition", "the definition the caller believes the tag to have.")) with
            {
                Unsupported = new Dictionary<string, string> { ["rack_controller"] = "Rack controllers evaluate no tags here." },
            },
            ApiAction.Post(
                "rebuild", ApiAccess.Administrator, RebuildAsync, "Evaluate the definition on all machines again, in the background."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request) =>
        ApiResults.List(
            await request.Core.Tags.ListAsync(request.Aborted).ConfigureAwait(false), (json, tag) => Write(json, tag, request.View));

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var tag = new Tag(
            form.Required("name"), form.Optional("comment") ?? "", form.Optional("kernel_opts") ?? "", form.Optional("definition") ?? "");
        if (form.HasErrors) return form.BadRequest();
        return Show(request, await request.Core.Tags.CreateAsync(tag, request.User.Name, request.Aborted).ConfigureAwait(false));
    }

    private static async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        var form = request.Reader();
        // An argument that is there and empty empties its field, except the name.
        var (name, comment, options, definition) = (
            form.Optional("name"), form.Form["comment"], form.Form["kernel_opts"], form.Form["definition"]);
        var result = await request.Core.Tags.UpdateAsync(
            request.Route["name"],
            tag => tag with
            {
                Name = name ?? tag.Name,
                Comment = comment ?? tag.Comment,
                KernelOptions = options ?? tag.KernelOptions,
                Definition = definition ?? tag.Definition,
            },
            request.User.Name,
            request.Aborted).ConfigureAwait(false);
        return Show(request, result);
    }

    private static ApiResult Show(ApiRequest request, RecordEdit<Tag> result) => result switch
    {
        RecordEdit<Tag>.Done done => ApiResults.Json(json => Write(json, done.Record, request.View)),
        RecordEdit<Tag>.Refused refused => CommandResults.BadField(refused.Field, refused.Reason),
        RecordEdit<Tag>.NotFound => ApiResults.NotFound("Tag"),
        _ => throw new UnreachableException(),
    };

    private static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        await FindAsync(request).ConfigureAwait(false) is { } tag
            ? ApiResults.Json(json => Write(json, tag, request.View))
            : ApiResults.NotFound("Tag");

    private static async Task<ApiResult> DeleteAsync(ApiRequest request) =>
        await request.Core.Tags.DeleteAsync(request.Route["name"], request.User.Name, request.Aborted).ConfigureAwait(false)
            is RecordEdit<Tag>.Done
            ? ApiResults.NoContent
            : ApiResults.NotFound("Tag");

    private static async Task<ApiResult> MachinesAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } tag) return ApiResults.NotFound("Tag");
        var machines =
            await request.Core.Machines.ListAsync(new MachineFilter { Tags = [tag.Name] }, request.Aborted).ConfigureAwait(false);
        return request.ShowAll(machines.Where(request.User.MaySee));
    }

    private static async Task<ApiResult> DevicesAsync(ApiRequest request) =>
        await FindAsync(request).ConfigureAwait(false) is { } tag
            ? ApiResults.List(
                await TaggedDevicesAsync(request, tag).ConfigureAwait(false),
                (json, device) => DeviceJson.Write(json, device, request.View))
            : ApiResults.NotFound("Tag");

    private static async Task<ApiResult> ControllersAsync(ApiRequest request, Action<Utf8JsonWriter, Controller, ApiRequest> write) =>
        await FindAsync(request).ConfigureAwait(false) is { } tag
            ? ApiResults.List(
                await TaggedControllersAsync(request, tag).ConfigureAwait(false), (json, controller) => write(json, controller, request))
            : ApiResults.NotFound("Tag");

    private static async Task<ApiResult> NodesAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } tag) return ApiResults.NotFound("Tag");
        var machines =
            await request.Core.Machines.ListAsync(new MachineFilter { Tags = [tag.Name] }, request.Aborted).ConfigureAwait(false);
        return await request.ShowNodesAsync(
            [.. machines.Where(request.User.MaySee)],
            await TaggedDevicesAsync(request, tag).ConfigureAwait(false),
            await TaggedControllersAsync(request, tag).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static Task<IReadOnlyList<Device>> TaggedDevicesAsync(ApiRequest request, Tag tag) => request.Core.Devices.ListAsync(
        new DeviceFilter { Tags = [tag.Name], VisibleTo = request.User.IsAdministrator ? null : request.User.Name }, request.Aborted);

    private static async Task<IReadOnlyList<Controller>> TaggedControllersAsync(ApiRequest request, Tag tag) =>
        [.. (await request.Core.Controllers.ListAsync(request.Aborted).ConfigureAwait(false))
            .Where(controller => controller.Tags.Contains(tag.Name))];

    private static async Task<ApiResult> UpdateNodesAsync(ApiRequest request)
    {
        var definition = request.Form["definition"];
        var result = await request.Core.Tags.UpdateMachinesAsync(
            request.Route["name"], Ids(request, "add"), Ids(request, "remove"), definition, request.User.Name, request.Aborted)
            .ConfigureAwait(false);
        return result switch
        {
            TagUpdateResult.Done done => ApiResults.Json(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("added", done.Added);
                json.WriteNumber("removed", done.Removed);
                json.WriteEndObject();
            }),
            TagUpdateResult.DefinitionDiffers differs => ApiResults.Conflict(
                $"Definition supplied '{LogText.From(definition, 100)}' doesn't match current definition '{differs.Definition}'"),
            TagUpdateResult.Refused refused => ApiResults.BadRequest(refused.Reason),
            TagUpdateResult.NotFound => ApiResults.NotFound("Tag"),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>MAAS's object, and how many machines are to be evaluated.</summary>
    private static async Task<ApiResult> RebuildAsync(ApiRequest request)
    {
        var name = request.Route["name"];
        if (await request.Core.Tags.RebuildAsync(name, request.User.Name, request.Aborted).ConfigureAwait(false)
            is not RecordEdit<Tag>.Done) return ApiResults.NotFound("Tag");
        var progress = await request.Core.Tags.GetProgressAsync(name, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("rebuilding", name);
            if (progress is not null)
            {
                json.WriteNumber("machines", progress.Machines);
                json.WriteNumber("evaluated", progress.Evaluated);
                json.WriteNumber("matching", progress.Matching);
            }

            json.WriteEndObject();
        });
    }

    private static Task<Tag?> FindAsync(ApiRequest request) => request.Core.Tags.GetAsync(request.Route["name"], request.Aborted);

    private static IReadOnlyList<SystemId> Ids(ApiRequest request, string name) =>
        [.. request.Form.All(name).Select(text => SystemId.TryParse(text, out var id) ? id : default).Where(id => id != default)];

    private static void Write(Utf8JsonWriter json, Tag tag, ApiView view)
    {
        json.WriteStartObject();
        json.WriteString("name", tag.Name);
        json.WriteString("comment", tag.Comment);
        json.WriteString("definition", tag.Definition);
        json.WriteString("kernel_opts", tag.KernelOptions);
        json.WriteString("resource_uri", view.Api("tags", tag.Name));
        json.WriteEndObject();
    }
}
