using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Files;

namespace Maas.Api.Files;

/// <summary>
/// Files that users keep here: Juju's state. A file belongs to its user; every caller that has its unguessable key may read it.
/// </summary>
internal static class FileResource
{
    internal const string AddSummary = "Keep a file, in the place of the one of that name.";

    internal static readonly ApiArgument[] AddArguments =
        [ApiArgument.Text("filename", "its name."), ApiArgument.File("file", "its bytes.")];

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/files/", "FilesHandler", "Your files.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List your files.")
                .With(ApiArgument.Text("prefix", "only files whose names begin so.")),
            ApiAction.Create(ApiAccess.User, AddAsync, AddSummary).With(AddArguments)
                with { TakesAnyFile = true, LongestForm = int.MaxValue },
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Remove a file.").With(ApiArgument.Text("filename", "its name.")),
            ApiAction.Get("get", ApiAccess.User, GetAsync, "Read a file.").With(ApiArgument.Text("filename", "its name.")),
            ApiAction.Get("get_by_key", ApiAccess.Public, GetByKeyAsync, "Read a file by its key.")
                .With(ApiArgument.Text("key", "the key.")),
        ]),
        new("api/2.0/files/{filename*}", "FileHandler", "One of your files.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a file with its content in base64."),
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Remove a file."),
        ]),
    ];

    internal static async Task<ApiResult> AddAsync(ApiRequest request)
    {
        if (request.Form["filename"] is not { Length: > 0 } name) return ApiResults.BadRequest("Filename not supplied");
        if (name.Length > FileStorage.LongestName)
            return ApiResults.BadRequest($"A file name has at most {FileStorage.LongestName} characters.");
        if (request.Body.Files.Count == 0) return ApiResults.BadRequest("File not supplied");
        if (request.Body.Files is not [var file]) return ApiResults.BadRequest("Exactly one file must be supplied");
        if (file.Content.Length > FileStorage.MaximumSize) return ApiResults.TooLarge(FileStorage.MaximumSize);
        await request.Core.Files.PutAsync(request.User.Name, name, file.Content, request.Aborted).ConfigureAwait(false);
        return ApiResults.Text("", 201);
    }

    internal static async Task<ApiResult> ListAsync(ApiRequest request) =>
        ApiResults.List(
            await request.Core.Files.ListAsync(request.User.Name, request.Form["prefix"] ?? "", request.Aborted).ConfigureAwait(false),
            (json, file) => Write(json, file, request, withContent: false));

    internal static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        await request.Core.Files.FindAsync(request.User.Name, request.Route["filename"], request.Aborted)
            .ConfigureAwait(false) is { } file
            ? ApiResults.Json(json => Write(json, file, request, withContent: true))
            : ApiResults.Text("Not Found", 404) with { Headers = [new("Workaround", "bug1123986")] };

    internal static async Task<ApiResult> GetAsync(ApiRequest request)
    {
        if (request.Form["filename"] is not { Length: > 0 } name) return ApiResults.BadRequest("No provided filename!");
        return Raw(await request.Core.Files.FindAsync(request.User.Name, name, request.Aborted).ConfigureAwait(false));
    }

    internal static async Task<ApiResult> GetByKeyAsync(ApiRequest request)
    {
        if (request.Form["key"] is not { Length: > 0 } key) return ApiResults.BadRequest("No provided key!");
        return Raw(await request.Core.Files.FindByKeyAsync(key, request.Aborted).ConfigureAwait(false));
    }

    internal static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        var name = request.Route.Find("filename") ?? request.Form["filename"];
        if (string.IsNullOrEmpty(name)) return ApiResults.BadRequest("Filename not supplied");
        return await request.Core.Files.DeleteAsync(request.User.Name, name, request.Aborted).ConfigureAwait(false)
            ? ApiResults.NoContent
            : ApiResults.Text("Not Found", 404);
    }

    private static ApiResult Raw(StoredFile? file) =>
        file is null ? ApiResults.Text("File not found", 404) : new ApiResult.Bytes(file.Content);

    private static void Write(Utf8JsonWriter json, StoredFile file, ApiRequest request, bool withContent)
    {
        json.WriteStartObject();
        json.WriteString("filename", file.Name);
        json.WriteString("anon_resource_uri", $"{request.View.Api("files")}?op=get_by_key&key={Uri.EscapeDataString(file.Key)}");
        json.WriteString("resource_uri", request.View.Api(["files", .. file.Name.Split('/')]));
        if (withContent) json.WriteBase64String("content", file.Content.Span);
        json.WriteEndObject();
    }
}
