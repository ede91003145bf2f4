using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Tags;

/// <summary>Tags, put on machines by hand.</summary>
internal static class TagResource
{
    private const string Fields = """
        :param name: its name.
        :param comment: free words.
        :param kernel_opts: words for the kernel's command line; must be empty here, for nothing would add them.
        :param definition: an XPath over the inventory; must be empty here, for nothing would evaluate it.
        """;

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/tags/", "TagsHandler", "All tags.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List tags."),
            ApiAction.Create(ApiAccess.Administrator, CreateAsync, $"Make a tag.\n\n{Fields}"),
        ]),
        new("api/2.0/tags/{name}/", "TagHandler", "A tag.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a tag."),
            ApiAction.Update(ApiAccess.Administrator, UpdateAsync, $"Change a tag.\n\n{Fields}"),
            ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Remove a tag, from all machines too."),
            ApiAction.Get("machines", ApiAccess.User, MachinesAsync, "List the machines that have the tag."),
            ApiAction.Get("nodes", ApiAccess.User, MachinesAsync, "List the machines that have the tag."),
            .. new[] { "devices", "rack_controllers", "region_controllers" }.Select(op =>
                ApiAction.Get(op, ApiAccess.User, NoneAsync, $"List the {op} that have the tag: there are none.")),
            ApiAction.Post("update_nodes", ApiAccess.Administrator, UpdateNodesAsync, """
                Put the tag on machines and take it off others.

                :param add: system ids.
                :param remove: system ids.
                :param definition: the definition the caller believes the tag to have.
                """) with { Unsupported = new Dictionary<string, string> { ["rack_controller"] = "This server has no rack controllers." } },
            ApiAction.Post("rebuild", ApiAccess.Administrator, RebuildAsync, "Evaluate the definition again; there is none."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request) =>
        ApiResults.List(
            await request.Core.Tags.ListAsync(request.Aborted).ConfigureAwait(false), (json, tag) => Write(json, tag, request.Links));

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var tag = new Tag(form.Required("name"), form.Optional("comment") ?? "");
        RefuseKernelOptions(form);
        if (form.Optional("definition") is not null)
            form.Refuse("definition", "Definitions are not evaluated by this server; put the tag on machines with update_nodes.");
        if (!form.HasErrors && await request.Core.Tags.GetAsync(tag.Name, request.Aborted).ConfigureAwait(false) is not null)
            form.Refuse("name", "Tag with this Name already exists.");
        if (form.HasErrors) return form.BadRequest();
        return await SaveAsync(request, tag).ConfigureAwait(false);
    }

    private static async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } tag) return ApiResults.NotFound("Tag");
        var form = request.Reader();
        var name = form.Optional("name") ?? tag.Name;
        if (name != tag.Name && await request.Core.Tags.GetAsync(name, request.Aborted).ConfigureAwait(false) is not null)
            form.Refuse("name", "Tag with this Name already exists.");
        if (form.Optional("definition") is not null) form.Refuse("definition", "Definitions are not evaluated by this server.");
        RefuseKernelOptions(form);
        if (form.HasErrors) return form.BadRequest();
        var changed = tag with { Name = name, Comment = form.Form["comment"] ?? tag.Comment, KernelOptions = form.Form["kernel_opts"]
            ?? tag.KernelOptions };
        if (name == tag.Name) return await SaveAsync(request, changed).ConfigureAwait(false);
        return await request.Core.Tags.RenameAsync(tag.Name, changed, request.Aborted).ConfigureAwait(false)
            ? ApiResults.Json(json => Write(json, changed, request.Links))
            : CommandResults.BadField("name", "Invalid tag name.");
    }

    /// <summary>Taken and kept, they would promise what no boot does.</summary>
    private static void RefuseKernelOptions(FormReader form)
    {
        if (form.Optional("kernel_opts") is not null)
            form.Refuse("kernel_opts", "Kernel options of tags are not added to any boot by this server.");
    }

    private static async Task<ApiResult> SaveAsync(ApiRequest request, Tag tag) =>
        await request.Core.Tags.SaveAsync(tag, request.Aborted).ConfigureAwait(false)
            ? ApiResults.Json(json => Write(json, tag, request.Links))
            : CommandResults.BadField("name", "Invalid tag name.");

    private static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        await FindAsync(request).ConfigureAwait(false) is { } tag
            ? ApiResults.Json(json => Write(json, tag, request.Links))
            : ApiResults.NotFound("Tag");

    private static async Task<ApiResult> DeleteAsync(ApiRequest request) =>
        await request.Core.Tags.DeleteAsync(request.Route["name"], request.Aborted).ConfigureAwait(false)
            ? ApiResults.NoContent
            : ApiResults.NotFound("Tag");

    private static async Task<ApiResult> MachinesAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } tag) return ApiResults.NotFound("Tag");
        var machines =
            await request.Core.Machines.ListAsync(new MachineFilter { Tags = [tag.Name] }, request.Aborted).ConfigureAwait(false);
        return request.ShowAll(machines.Where(request.User.MaySee));
    }

    private static async Task<ApiResult> NoneAsync(ApiRequest request) =>
        await FindAsync(request).ConfigureAwait(false) is null ? ApiResults.NotFound("Tag") : ApiResults.List<int>([], (_, _) => { });

    private static async Task<ApiResult> UpdateNodesAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } tag) return ApiResults.NotFound("Tag");
        if (request.Form["definition"] is { Length: > 0 } definition)
            return ApiResults.Conflict($"Definition supplied '{LogText.From(definition, 100)}' doesn't match current definition ''");
        var (added, removed) = await request.Core.Tags.UpdateMachinesAsync(
            tag.Name, Ids(request, "add"), Ids(request, "remove"), request.User.Name, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("added", added);
            json.WriteNumber("removed", removed);
            json.WriteEndObject();
        });
    }

    private static async Task<ApiResult> RebuildAsync(ApiRequest request) =>
        await FindAsync(request).ConfigureAwait(false) is not { } tag
            ? ApiResults.NotFound("Tag")
            : ApiResults.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("rebuilding", tag.Name);
                json.WriteEndObject();
            });

    private static Task<Tag?> FindAsync(ApiRequest request) => request.Core.Tags.GetAsync(request.Route["name"], request.Aborted);

    private static IReadOnlyList<SystemId> Ids(ApiRequest request, string name) =>
        [.. request.Form.All(name).Select(text => SystemId.TryParse(text, out var id) ? id : default).Where(id => id != default)];

    private static void Write(Utf8JsonWriter json, Tag tag, Links links)
    {
        json.WriteStartObject();
        json.WriteString("name", tag.Name);
        json.WriteString("comment", tag.Comment);
        json.WriteString("definition", "");
        json.WriteString("kernel_opts", tag.KernelOptions);
        json.WriteString("resource_uri", links.Api("tags", tag.Name));
        json.WriteEndObject();
    }
}
