using System.Globalization;
using System.Text.Json;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Records;

namespace Maas.Api.Collections;

/// <summary>
/// List, create, read, update and delete for a plain resource, from the declaration of its fields. What is no plain collection is written
/// by hand.
/// </summary>
/// <typeparam name="T">The type of the records.</typeparam>
internal sealed record Collection<T>
    where T : StoredRecord
{
    /// <summary>The path of the list: <c>subnets/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The path of one record: <c>subnets/{id}/</c>.</summary>
    public required string ItemPath { get; init; }

    /// <summary>MAAS's word for a record: <c>Subnet</c>.</summary>
    public required string Noun { get; init; }

    /// <summary>The records in plain English: <c>subnets</c>.</summary>
    public required string Plural { get; init; }

    /// <summary>MAAS's names of the handlers of the list and of one record, from which clients derive theirs.</summary>
    public (string List, string Item) Handlers { get => field.List is null ? ($"{Noun}sHandler", $"{Noun}Handler") : field; init; }

    /// <summary>The records.</summary>
    public required Func<MaasCore, RecordSet<T>> In { get; init; }

    /// <summary>A new record before its fields are read.</summary>
    public required Func<ApiRequest, T> New { get; init; }

    /// <summary>The fields, in the order of the answer.</summary>
    public required IReadOnlyList<Field<T>> Fields { get; init; }

    /// <summary>The right to see the records.</summary>
    public ApiRight View { get; init; } = ApiRight.ViewGlobalEntities;

    /// <summary>The right to change the records.</summary>
    public ApiRight Edit { get; init; } = ApiRight.EditGlobalEntities;

    /// <summary>What is subtracted from a record's id to get the number that clients know.</summary>
    public int IdOffset { get; init; }

    /// <summary>The path segments of a record's <c>resource_uri</c>.</summary>
    public required Func<T, ApiView, string> Uri { get; init; }

    /// <summary>The records that a list contains, in its order; null for all by id.</summary>
    public Func<ApiRequest, Task<IReadOnlyList<T>>>? ListOf { get; init; }

    /// <summary>Finds the record that the path names; null to find it by its number.</summary>
    public Func<ApiRequest, Task<T?>>? Find { get; init; }

    /// <summary>Completes and checks a record after its fields were read, as it is saved over another or over nothing.</summary>
    public Func<T, T?, FormReader, ApiRequest, T>? Complete { get; init; }

    /// <summary>The refusal when what contains the records does not exist; null when they are contained in nothing.</summary>
    public Func<ApiRequest, Task<ApiResult?>>? Within { get; init; }

    /// <summary>Refuses a caller who may not change a record; null when the right suffices.</summary>
    public Func<ApiRequest, T, ApiResult?>? Deny { get; init; }

    /// <summary>Arguments of the list.</summary>
    public IReadOnlyList<ApiArgument> Filters { get; init; } = [];

    /// <summary>Arguments of the deletion.</summary>
    public IReadOnlyList<ApiArgument> DeleteArguments { get; init; } = [];

    /// <summary>The status of a creation.</summary>
    public int CreatedStatus { get; init; } = 200;

    /// <summary>More operations of the list.</summary>
    public IReadOnlyList<ApiAction> ListActions { get; init; } = [];

    /// <summary>More operations of a record.</summary>
    public IReadOnlyList<ApiAction> ItemActions { get; init; } = [];

    /// <summary>Further paths of one record: served, but not described.</summary>
    public IReadOnlyList<string> ItemAliases { get; init; } = [];

    /// <summary>Further paths of the list: served, but not described.</summary>
    public IReadOnlyList<string> ListAliases { get; init; } = [];

    /// <summary>Whether records can be created over the API.</summary>
    public bool CanCreate { get; init; } = true;

    /// <summary>Whether records can be changed over the API.</summary>
    public bool CanUpdate { get; init; } = true;

    /// <summary>The entries of the route table.</summary>
    public IEnumerable<ApiResource> ToResources()
    {
        var arguments = Fields.Where(each => each.Read is not null).Select(each => each.Argument).ToList();
        yield return List(Path);
        foreach (var alias in ListAliases) yield return List(alias) with { IsAlias = true };
        yield return Item(ItemPath);
        foreach (var alias in ItemAliases) yield return Item(alias) with { IsAlias = true };

        // An endpoint belongs to one action of one resource, so each path has its own.
        ApiResource List(string path)
        {
            List<ApiAction> list = [ApiAction.Read(ApiAccess.User, ListAsync, $"List {Plural}.").With(Filters) with { Right = View }];
            if (CanCreate)
            {
                list.Add(
                    ApiAction.Create(ApiAccess.User, CreateAsync, $"Create one of the {Plural}.").With(arguments) with { Right = Edit });
            }

            return new ApiResource(
                $"api/2.0/{path}", Handlers.List, $"All {Plural}.", [.. list, .. ListActions.Select(action => action with { })]);
        }

        ApiResource Item(string path)
        {
            List<ApiAction> item = [ApiAction.Read(ApiAccess.User, ReadAsync, $"Read one of the {Plural}.") with { Right = View }];
            if (CanUpdate)
            {
                item.Add(ApiAction.Update(ApiAccess.User, UpdateAsync, $"Change one of the {Plural}.")
                    .With(arguments.Select(argument => argument with { IsRequired = false })) with { Right = Edit });
            }

            item.Add(
                ApiAction.Delete(ApiAccess.User, DeleteAsync, $"Delete one of the {Plural}.").With(DeleteArguments) with { Right = Edit });
            return new ApiResource(
                $"api/2.0/{path}", Handlers.Item, $"One of the {Plural}.", [.. item, .. ItemActions.Select(action => action with { })]);
        }
    }

    /// <summary>The record that the path of a request names.</summary>
    public async Task<T?> FindAsync(ApiRequest request)
    {
        if (Find is not null) return await Find(request).ConfigureAwait(false);
        return long.TryParse(request.Route["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && id < long.MaxValue - IdOffset
            ? await In(request.Core).GetAsync(id + IdOffset, request.Aborted).ConfigureAwait(false)
            : null;
    }

    /// <summary>Writes a record.</summary>
    public void Write(Utf8JsonWriter json, T record, ApiView view)
    {
        json.WriteStartObject();
        json.WriteNumber("id", record.Id - IdOffset);
        foreach (var field in Fields) field.Write?.Invoke(json, record, view);
        json.WriteString("resource_uri", Uri(record, view));
        json.WriteEndObject();
    }

    /// <summary>The answer that shows a record, with the shared nouns as they are after it was changed.</summary>
    public async Task<ApiResult> ShowAsync(ApiRequest request, T record, int status = 200)
    {
        var view = request.View.With(await request.Core.Dns.GetAsync(request.Aborted).ConfigureAwait(false));
        return ApiResults.Json(json => Write(json, record, view), status);
    }

    /// <summary>The answer to a change.</summary>
    public async Task<ApiResult> AnswerAsync(ApiRequest request, RecordEdit<T> edit, int status = 200) => edit switch
    {
        RecordEdit<T>.Done done => await ShowAsync(request, done.Record, status).ConfigureAwait(false),
        RecordEdit<T>.Refused { Field: "", Reason: var reason } => ApiResults.BadRequest(reason),
        RecordEdit<T>.Refused refused => request.Reader().BadRequest(refused.Field, refused.Reason),
        RecordEdit<T>.InUse used => ApiResults.BadRequest(used.Reason),
        _ => ApiResults.NotFound(Noun),
    };

    /// <summary>The list.</summary>
    public async Task<ApiResult> ListAsync(ApiRequest request)
    {
        if (await OutsideAsync(request).ConfigureAwait(false) is { } outside) return outside;
        var records = ListOf is null
            ? await In(request.Core).ListAsync(request.Aborted).ConfigureAwait(false)
            : await ListOf(request).ConfigureAwait(false);
        return ApiResults.List(records, (json, record) => Write(json, record, request.View));
    }

    private async Task<ApiResult> ReadAsync(ApiRequest request) => await FindAsync(request).ConfigureAwait(false) is { } record
        ? ApiResults.Json(json => Write(json, record, request.View))
        : ApiResults.NotFound(Noun);

    private async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        if (await OutsideAsync(request).ConfigureAwait(false) is { } outside) return outside;
        var form = request.Reader();
        var record = Apply(New(request), null, form, request);
        if (form.HasErrors) return form.BadRequest();
        if (Deny?.Invoke(request, record) is { } denied) return denied;
        var edit = await In(request.Core).CreateAsync(record, request.User.Name, request.Aborted).ConfigureAwait(false);
        return await AnswerAsync(request, edit, CreatedStatus).ConfigureAwait(false);
    }

    private async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound(Noun);
        if (Deny?.Invoke(request, found) is { } denied) return denied;
        var form = request.Reader();
        var wanted = Apply(found, found, form, request);
        if (form.HasErrors) return form.BadRequest();
        if (Deny?.Invoke(request, wanted) is { } deniedAfter) return deniedAfter;
        var edit = await In(request.Core).UpdateAsync(
            found.Id, record => Apply(record, record, request.Reader(), request), request.User.Name, request.Aborted).ConfigureAwait(false);
        return await AnswerAsync(request, edit).ConfigureAwait(false);
    }

    private async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound(Noun);
        if (Deny?.Invoke(request, found) is { } denied) return denied;
        var form = request.Reader();
        var force = DeleteArguments.Any(argument => argument.Name == "force") && form.Boolean("force") == true;
        if (form.HasErrors) return form.BadRequest();
        return await In(request.Core).DeleteAsync(found.Id, request.User.Name, force, request.Aborted).ConfigureAwait(false) switch
        {
            RecordEdit<T>.Done => ApiResults.NoContent,
            var refused => await AnswerAsync(request, refused).ConfigureAwait(false),
        };
    }

    private async Task<ApiResult?> OutsideAsync(ApiRequest request) =>
        Within is null ? null : await Within(request).ConfigureAwait(false);

    private T Apply(T record, T? before, FormReader form, ApiRequest request)
    {
        foreach (var field in Fields)
        {
            if (field.Read is null) continue;
            if (form.Form.Has(field.Name))
            {
                if (field.Argument.IsRequired && form.Optional(field.Name) is null) _ = form.Required(field.Name);
                else record = field.Read(record, form, request.View);
            }
            else if (before is null && field.Argument.IsRequired)
            {
                _ = form.Required(field.Name);
            }
        }

        return Complete is null ? record : Complete(record, before, form, request);
    }
}
