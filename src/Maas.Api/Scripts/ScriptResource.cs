using System.Globalization;
using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Records;
using Maas.Core.Scripts;

namespace Maas.Api.Scripts;

/// <summary>
/// Scripts: the built-in ones, which cannot be changed, and those that administrators added. <c>commissioning-scripts/</c> is MAAS's older
/// view of them.
/// </summary>
internal static class ScriptResource
{
    private const int LongestForm = 4 * 1024 * 1024;

    private static readonly ApiArgument IncludeScript = ApiArgument.Flag("include_script", "whether to include the texts, in base64.");
    private static readonly ApiArgument Content = ApiArgument.File("content", "the script.").Required();

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/scripts/", "NodeScriptsHandler", "All scripts.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List scripts.").With(
                ApiArgument.Text("type", "commissioning, testing, release or deployment."),
                ApiArgument.Text("hardware_type", "node, cpu, memory, storage, network or gpu."),
                IncludeScript,
                ApiArgument.Text("filters", "names and tags, with commas between.")) with { Right = ApiRight.ViewConfigurations },
            ApiAction.Create(ApiAccess.User, CreateAsync, "Add a script.").With(ScriptForm.Arguments)
                with { Right = ApiRight.EditConfigurations, TakesAnyFile = true, LongestForm = LongestForm },
        ]),
        new("api/2.0/scripts/{name}", "NodeScriptHandler", "A script, by name or by id.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a script.").With(IncludeScript)
                with { Right = ApiRight.ViewConfigurations },
            ApiAction.Update(ApiAccess.User, UpdateAsync, "Change a script.").With(ScriptForm.Arguments)
                with { Right = ApiRight.EditConfigurations, TakesAnyFile = true, LongestForm = LongestForm },
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Delete a script.") with { Right = ApiRight.EditConfigurations },
            ApiAction.Get("download", ApiAccess.User, DownloadAsync, "Read the text of a script.").With(
                ApiArgument.Integer("revision", "id of an earlier revision."), ApiArgument.Integer("rev", "the same."))
                with { Right = ApiRight.ViewConfigurations },
            ApiAction.Post("revert", ApiAccess.User, RevertAsync, "Go back to an earlier revision.").With(
                ApiArgument.Integer("to", "id of the revision, or how many revisions to go back as a negative number.").Required())
                with { Right = ApiRight.EditConfigurations },
            ApiAction.Post("add_tag", ApiAccess.User, request => TagAsync(request, add: true), "Add a tag.").With(
                ApiArgument.Text("tag", "the tag.").Required()) with { Right = ApiRight.EditConfigurations },
            ApiAction.Post("remove_tag", ApiAccess.User, request => TagAsync(request, add: false), "Remove a tag.").With(
                ApiArgument.Text("tag", "the tag.").Required()) with { Right = ApiRight.EditConfigurations },
        ]),
        new("api/2.0/commissioning-scripts/", "CommissioningScriptsHandler", "Commissioning scripts; deprecated, see scripts/.",
        [
            ApiAction.Read(ApiAccess.User, ListCommissioningAsync, "List the names of commissioning scripts.")
                with { Right = ApiRight.EditConfigurations },
            ApiAction.Create(ApiAccess.User, CreateCommissioningAsync, "Add a commissioning script.").With(
                ApiArgument.Text("name", "its name.").Required(), Content)
                with { Right = ApiRight.EditConfigurations, LongestForm = LongestForm },
        ]),
        new("api/2.0/commissioning-scripts/{name}", "CommissioningScriptHandler", "A commissioning script; deprecated, see scripts/.",
        [
            ApiAction.Read(ApiAccess.User, DownloadAsync, "Read the text of a script.") with { Right = ApiRight.EditConfigurations },
            ApiAction.Update(ApiAccess.User, UpdateCommissioningAsync, "Change the text of a script.").With(Content)
                with { Right = ApiRight.EditConfigurations, LongestForm = LongestForm },
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Delete a script.") with { Right = ApiRight.EditConfigurations },
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        NodeScriptType? type = null;
        if (form.Optional("type") is { } wanted)
        {
            if (ScriptFieldParser.TryReadType(wanted, out var read, out var reason)) type = read;
            else form.Refuse("type", reason);
        }

        ScriptHardwareType? hardware = form.Optional("hardware_type") is { } part ? HardwareTypes.Parse(part, form) : null;
        var includes = form.Boolean("include_script") == true;
        var filters = form.Optional("filters")?.Split(',', StringSplitOptions.TrimEntries);
        if (form.HasErrors) return form.BadRequest();
        var histories = await request.Core.NodeScripts.HistoriesAsync(request.Aborted).ConfigureAwait(false);
        List<Action<Utf8JsonWriter>> items = [];
        foreach (var script in await AllAsync(request).ConfigureAwait(false))
        {
            if ((type is not null && script.Type != type) || (hardware is not null && script.HardwareType != hardware)) continue;
            if (filters is not null && !filters.Contains(script.Name) && !script.Tags.Any(filters.Contains)) continue;
            var history = await WithTextsAsync(
                request, script, script.IsDefault ? [] : [.. histories[script.Id]], includes).ConfigureAwait(false);
            items.Add(json => Write(json, script, history, request.View));
        }

        return new ApiResult.JsonList(items);
    }

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (body, name) = BodyOf(request);
        var read = ScriptForm.Read(form, body, isNew: true, name is null ? [] : [("name", name)]);
        if (form.HasErrors) return form.BadRequest();
        return await AnswerAsync(
            request,
            await request.Core.NodeScripts.CreateAsync(
                read.Apply(new NodeScript { Name = "", Type = NodeScriptType.Testing }), body ?? default, read.Comment,
                request.User.Name, request.Aborted)
                .ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } script) return ApiResults.NotFound("Script");
        var form = request.Reader();
        var includes = form.Boolean("include_script") == true;
        return form.HasErrors ? form.BadRequest() : await ShowAsync(request, script, includes).ConfigureAwait(false);
    }

    private static async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } script) return ApiResults.NotFound("Script");
        var form = request.Reader();
        if (script.IsDefault)
        {
            foreach (var name in request.Form.Fields.Select(field => field.Key).Concat(request.Form.Files.Select(file => file.Name)))
                if (name != "op" && !form.Errors.ContainsKey(name)) form.Refuse(name, "Not allowed to change on default scripts.");
            return form.HasErrors ? form.BadRequest() : await ShowAsync(request, script, includes: false).ConfigureAwait(false);
        }

        var (body, _) = BodyOf(request);
        var read = ScriptForm.Read(form, body, isNew: false);
        if (form.HasErrors) return form.BadRequest();
        return await AnswerAsync(
            request,
            await request.Core.NodeScripts.UpdateAsync(
                script.Id, read.Apply, body, read.Comment, request.User.Name, request.Aborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } script) return ApiResults.NotFound("Script");
        if (script.IsDefault) return ApiResults.BadRequest("Unable to delete default script");
        await request.Core.NodeScripts.DeleteAsync(script.Id, request.User.Name, request.Aborted).ConfigureAwait(false);
        return ApiResults.NoContent;
    }

    private static async Task<ApiResult> DownloadAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } script) return ApiResults.NotFound("Script");
        var form = request.Reader();
        var wanted = request.Endpoint.Action.Op is null ? null
            : form.Integer("revision", 0, long.MaxValue) ?? form.Integer("rev", 0, long.MaxValue);
        if (form.HasErrors) return form.BadRequest();
        if (script.IsDefault && wanted is null) return Text(request.Core.NodeScripts.FindDefinition(script.Name)?.Body ?? default);
        var history = script.IsDefault ? [] : await request.Core.NodeScripts.HistoryAsync(script.Id, request.Aborted).ConfigureAwait(false);
        if (history.FirstOrDefault(each => wanted is null || each.Id == wanted) is not { } revision
            || await request.Core.NodeScripts.ReadAsync(revision, request.Aborted).ConfigureAwait(false) is not { } text)
            return wanted is null ? ApiResults.NotFound("Script") : ApiResults.BadRequest($"{wanted} not found in history");
        return Text(text);

        static ApiResult Text(ReadOnlyMemory<byte> body) => new ApiResult.Bytes(body, "application/binary");
    }

    private static async Task<ApiResult> RevertAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } script) return ApiResults.NotFound("Script");
        var form = request.Reader();
        if (form.Optional("to") is null) return ApiResults.BadRequest("No provided to!");
        var to = form.Integer("to", long.MinValue, long.MaxValue) ?? 0;
        if (form.HasErrors) return form.BadRequest();
        if (script.IsDefault) return ApiResults.BadRequest("Not allowed to change on default scripts.");
        var history = await request.Core.NodeScripts.HistoryAsync(script.Id, request.Aborted).ConfigureAwait(false);
        if (to < 0 && -(decimal)to >= history.Count) return ApiResults.BadRequest("Goes too far back.");
        var revision = to <= 0 ? history.ElementAtOrDefault((int)-to) : history.FirstOrDefault(each => each.Id == to);
        if (revision is null) return ApiResults.BadRequest($"{to} not found in history");
        if (!await request.Core.NodeScripts.RevertAsync(script, revision, request.User.Name, request.Aborted).ConfigureAwait(false))
            return ApiResults.Conflict("The script was changed at the same time: try again.");
        return await FindAsync(request).ConfigureAwait(false) is { } reverted
            ? await ShowAsync(request, reverted, includes: false).ConfigureAwait(false)
            : ApiResults.NotFound("Script");
    }

    private static async Task<ApiResult> TagAsync(ApiRequest request, bool add)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } script) return ApiResults.NotFound("Script");
        var tag = request.Form["tag"]?.Trim() ?? "";
        if (tag.Length == 0) return ApiResults.BadRequest("No provided tag!");
        if (tag.Contains(',', StringComparison.Ordinal)) return request.Reader().BadRequest("tag", "Tag may not contain a \",\".");
        if (script.IsDefault) return request.Reader().BadRequest("tag", "Not allowed to change on default scripts.");
        return await AnswerAsync(
            request,
            await request.Core.NodeScripts.UpdateAsync(
                script.Id,
                each => ScriptFieldParser.WithTags(each with
                {
                    Tags = add ? [.. each.Tags.Where(other => other != tag), tag] : [.. each.Tags.Where(other => other != tag)],
                }),
                null, "", request.User.Name, request.Aborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task<ApiResult> ListCommissioningAsync(ApiRequest request) => ApiResults.List(
        (await AllAsync(request).ConfigureAwait(false)).Where(script => script.Type == NodeScriptType.Commissioning)
            .Select(script => script.Name).Order(StringComparer.Ordinal),
        (json, name) => json.WriteStringValue(name));

    private static async Task<ApiResult> CreateCommissioningAsync(ApiRequest request)
    {
        var form = request.Reader();
        if (request.Form.Bytes("content") is not { } body) return ApiResults.BadRequest("No provided content!");
        var name = form.Required("name");
        if (form.HasErrors) return form.BadRequest();
        var read = ScriptForm.Read(NoFields, body, isNew: true, ("script_type", "commissioning"), ("name", name));
        if (read.Errors is { } wrong) return wrong;
        return await request.Core.NodeScripts.CreateAsync(
            read.Apply(new NodeScript { Name = "" }), body, "", request.User.Name, request.Aborted).ConfigureAwait(false) switch
        {
            RecordEdit<NodeScript>.Done done => ApiResults.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("name", done.Record.Name);
                json.WriteBase64String("content", body.Span);
                json.WriteString("deprecated", "This endpoint is deprecated. Please use scripts/.");
                json.WriteString("resource_uri", request.View.Api("commissioning-scripts", done.Record.Name).TrimEnd('/'));
                json.WriteEndObject();
            }),
            var refused => await AnswerAsync(request, refused).ConfigureAwait(false),
        };
    }

    private static async Task<ApiResult> UpdateCommissioningAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } script) return ApiResults.NotFound("Script");
        if (request.Form.Bytes("content") is not { } body) return ApiResults.BadRequest("No provided content!");
        if (script.IsDefault) return request.Reader().BadRequest("content", "Not allowed to change on default scripts.");
        var read = ScriptForm.Read(NoFields, body, isNew: false, ("script_type", "commissioning"));
        if (read.Errors is { } wrong) return wrong;
        return await request.Core.NodeScripts.UpdateAsync(script.Id, read.Apply, body, "", request.User.Name, request.Aborted)
            .ConfigureAwait(false) switch
        {
            RecordEdit<NodeScript>.Done => ApiResults.Ok,
            var refused => await AnswerAsync(request, refused).ConfigureAwait(false),
        };
    }

    /// <summary>A form without fields: this view has the script's text alone.</summary>
    private static FormReader NoFields => new(RequestForm.Empty);

    /// <summary>The text that a form has: the file <c>script</c>, or the only file, whose field is the script's name then.</summary>
    private static (ReadOnlyMemory<byte>? Body, string? Name) BodyOf(ApiRequest request)
    {
        // A conditional expression would make null the empty text, as which null converts.
        if (request.Form.Bytes("script") is { } sent) return (sent, null);
        if (request.Form.Files is [var only]) return (only.Content, only.Name);
        return (null, null);
    }

    private static async Task<IReadOnlyList<NodeScript>> AllAsync(ApiRequest request) =>
    [
        .. request.Core.NodeScripts.Definitions.Select(each => each.Script),
        .. await request.Core.NodeScripts.ListAsync(request.Aborted).ConfigureAwait(false),
    ];

    private static async Task<NodeScript?> FindAsync(ApiRequest request)
    {
        var name = request.Route["name"];
        var all = await AllAsync(request).ConfigureAwait(false);
        return name.Length > 0 && name.All(char.IsAsciiDigit)
            ? all.FirstOrDefault(script => IdOf(script).ToString(CultureInfo.InvariantCulture) == name)
            : all.FirstOrDefault(script => script.Name == name);
    }

    private static long IdOf(NodeScript script) => script.IsDefault ? script.Id : script.Id + NodeScripts.FirstAddedId;

    private static async Task<ApiResult> AnswerAsync(ApiRequest request, RecordEdit<NodeScript> edit) => edit switch
    {
        RecordEdit<NodeScript>.Done done => await ShowAsync(request, done.Record, includes: false).ConfigureAwait(false),
        RecordEdit<NodeScript>.Refused refused => request.Reader().BadRequest(refused.Field, refused.Reason),
        _ => ApiResults.NotFound("Script"),
    };

    private static async Task<ApiResult> ShowAsync(ApiRequest request, NodeScript script, bool includes)
    {
        var revisions = script.IsDefault ? []
            : await request.Core.NodeScripts.HistoryAsync(script.Id, request.Aborted).ConfigureAwait(false);
        var history = await WithTextsAsync(request, script, revisions, includes).ConfigureAwait(false);
        return ApiResults.Json(json => Write(json, script, history, request.View));
    }

    /// <summary>The revisions, and their texts if they are wanted. A built-in script has one, with the script's id.</summary>
    private static async Task<IReadOnlyList<(NodeScriptRevision Revision, ReadOnlyMemory<byte>? Text)>> WithTextsAsync(
        ApiRequest request, NodeScript script, IReadOnlyList<NodeScriptRevision> revisions, bool includes)
    {
        if (script.IsDefault)
        {
            var builtin = new NodeScriptRevision { Id = script.Id, Comment = "Built in.", Created = DateTimeOffset.UnixEpoch };
            return [(builtin, includes ? request.Core.NodeScripts.FindDefinition(script.Name)?.Body : null)];
        }

        List<(NodeScriptRevision, ReadOnlyMemory<byte>?)> history = [];
        foreach (var revision in revisions)
            history.Add((
                revision,
                includes ? await request.Core.NodeScripts.ReadAsync(revision, request.Aborted).ConfigureAwait(false) : null));
        return history;
    }

    private static void Write(
        Utf8JsonWriter json, NodeScript script, IReadOnlyList<(NodeScriptRevision Revision, ReadOnlyMemory<byte>? Text)> history,
        ApiView view)
    {
        json.WriteStartObject();
        json.WriteNumber("id", IdOf(script));
        json.WriteString("name", script.Name);
        json.WriteString("title", script.Title);
        json.WriteString("description", script.Description);
        json.WriteTexts("tags", script.Tags);
        json.WriteNumber("type", (int)script.Type);
        json.WriteString("type_name", $"{script.Type} script");
        json.WriteNumber("hardware_type", (int)script.HardwareType);
        json.WriteString("hardware_type_name", HardwareTypes.NameOf(script.HardwareType));
        json.WriteNumber("parallel", (int)script.Parallel);
        json.WriteString("parallel_name", script.Parallel switch
        {
            ScriptParallelism.Instance => "Run along other instances of this script",
            ScriptParallelism.Any => "Run along any other script.",
            _ => "Disabled",
        });
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
            [("results", script.Results), ("parameters", script.Parameters), ("packages", script.Packages)])
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }

        json.WriteString("timeout", Duration(TimeSpan.FromSeconds(script.TimeoutSeconds)));
        json.WriteBoolean("destructive", script.Destructive);
        json.WriteTexts("for_hardware", script.ForHardware);
        json.WriteBoolean("may_reboot", script.MayReboot);
        json.WriteBoolean("recommission", script.Recommission);
        json.WriteBoolean("apply_configured_networking", script.ApplyConfiguredNetworking);
        json.WriteBoolean("default", script.IsDefault);
        json.WriteStartArray("history");
        foreach (var (revision, text) in history)
        {
            json.WriteStartObject();
            json.WriteNumber("id", revision.Id);
            json.WriteString("comment", revision.Comment);
            json.WriteString(
                "created", revision.Created.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '-0000'", CultureInfo.InvariantCulture));
            if (text is { } body) json.WriteBase64String("data", body.Span);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        // This path has no slash at its end.
        json.WriteString("resource_uri", view.Api("scripts", script.Name).TrimEnd('/'));
        json.WriteEndObject();
    }

    /// <summary>A duration as Python writes it: <c>0:10:00</c>, <c>1 day, 0:00:00</c>.</summary>
    private static string Duration(TimeSpan time) => time.Days switch
    {
        0 => time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        1 => time.ToString(@"'1 day, 'h\:mm\:ss", CultureInfo.InvariantCulture),
        _ => time.ToString(@"d' days, 'h\:mm\:ss", CultureInfo.InvariantCulture),
    };
}
