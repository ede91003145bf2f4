using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Images;

namespace Maas.Api.BootResources;

/// <summary>Images: how they are listed, and how one gets in: announced with size and hash, then sent in pieces.</summary>
internal static class BootResourcesResource
{
    private static readonly TimeSpan RetryUpload = TimeSpan.FromSeconds(15); // hosts announce their addresses as often

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/boot-resources/", "BootResourcesHandler", "All images.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List images.")
                .With(ApiArgument.Text("type", "synced or uploaded; by default, all.")),
            ApiAction.Create(ApiAccess.User, CreateAsync, "Announce an image; its bytes follow.")
                .With(
                    ApiArgument.Text("name", "custom/NAME, or OS/SERIES."),
                    ApiArgument.Text("architecture", "amd64, or amd64/generic."),
                    ApiArgument.Text("sha256", "hash of all bytes."),
                    ApiArgument.Text("size", "how many bytes."),
                    ApiArgument.Text("title", "in words, for people."),
                    ApiArgument.Text("filetype", "ddraw, ddgz, ddxz, ddbz2, ddzst, tgz and so on."),
                    ApiArgument.Text("base_image", "the name of the image it was made from."),
                    ApiArgument.Text("content", "the file, when it comes at once; size and sha256 are not needed then."))
                with { Right = ApiRight.EditBootEntities },
            .. ImageImportActions.All,
        ]),
        new("api/2.0/boot-resources/{id}/", "BootResourceHandler", "An image.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read an image with its versions."),
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Remove an image.") with { Right = ApiRight.EditBootEntities },
        ]),
        new("api/2.0/boot-resources/{resource_id}/upload/{id}/", "BootResourceFileUploadHandler", "The bytes of an image.",
            ApiAction.Update(ApiAccess.User, UploadAsync, "Send the next bytes.")
                with { Right = ApiRight.EditBootEntities, ReadsBody = true }),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var type = request.Form["type"];
        if (type is not (null or "" or "synced" or "uploaded"))
            return ApiResults.BadRequest($"'{type}' is not a valid boot resource type. Available types: synced, uploaded");
        var resources = await request.Core.BootResources.ListAsync(request.Aborted).ConfigureAwait(false);
        if (type is "synced" or "uploaded") resources = [.. resources.Where(each => (each.Origin is not null) == (type == "synced"))];
        return ApiResults.List(resources, (json, resource) => Write(json, resource, request.View, []));
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        IdOf(request, "id") is { } id
            && await request.Core.BootResources.GetAsync(id, request.Aborted).ConfigureAwait(false) is { } resource
            ? ApiResults.Json(json => Write(json, resource, request.View, resource.Sets))
            : ApiResults.NotFound("BootResource");

    private static async Task<ApiResult> DeleteAsync(ApiRequest request) =>
        IdOf(request, "id") is { } id && await request.Core.BootResources.DeleteAsync(id, request.Aborted).ConfigureAwait(false)
            ? ApiResults.NoContent
            : ApiResults.NotFound("BootResource");

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var content = request.Body.Bytes("content") is { Length: > 0 } sent ? sent : (ReadOnlyMemory<byte>?)null;
        var wanted = new NewBootResource
        {
            Name = form.Required("name"),
            Architecture = form.Required("architecture"),
            FileType = form.Optional("filetype") ?? "tgz",
            Size = form.Integer("size", 1, long.MaxValue) ?? content?.Length ?? Missing(form, "size"),
            Sha256 = form.Optional("sha256")
                ?? (content is { } hashed ? Convert.ToHexStringLower(SHA256.HashData(hashed.Span)) : form.Required("sha256")),
            Title = form.Optional("title") ?? "",
            BaseImage = form.Optional("base_image") ?? "",
        };
        if (form.HasErrors) return form.BadRequest();

        return await request.Core.BootResources.CreateAsync(wanted, request.Aborted).ConfigureAwait(false) switch
        {
            UploadResult.Taken { Resource: var resource } when content is { } bytes && !resource.Sets[^1].File.IsComplete =>
                await FillAsync(request, resource, bytes).ConfigureAwait(false),
            // Clients take the newest version's one file and send its bytes.
            UploadResult.Taken { Resource: var resource } =>
                ApiResults.Json(json => Write(json, resource, request.View, [resource.Sets[^1]]), 201),
            UploadResult.Refused refused => CommandResults.BadField(refused.Field, refused.Reason),
            UploadResult.NotFound => ApiResults.NotFound("BootResource"),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Stores the bytes that came with the announcement.</summary>
    private static async Task<ApiResult> FillAsync(ApiRequest request, BootResource announced, ReadOnlyMemory<byte> content)
    {
        var result = await request.Core.BootResources
            .AppendAsync(announced.Id, announced.Sets[^1].File.Id, new MemoryStream(content.ToArray(), writable: false), request.Aborted)
                .ConfigureAwait(false);
        if (result is UploadResult.Refused refused) return ApiResults.BadRequest(refused.Reason);
        if (result is UploadResult.Unavailable unavailable) return ApiResults.Busy(unavailable.Reason, RetryUpload);
        return await request.Core.BootResources.GetAsync(announced.Id, request.Aborted).ConfigureAwait(false) is { } resource
            ? ApiResults.Json(json => Write(json, resource, request.View, [resource.Sets[^1]]), 201)
            : ApiResults.NotFound("BootResource");
    }

    private static long Missing(FormReader form, string name)
    {
        if (form.Optional(name) is null) _ = form.Required(name);
        return 0;
    }

    private static async Task<ApiResult> UploadAsync(ApiRequest request)
    {
        if (IdOf(request, "resource_id") is not { } resourceId || IdOf(request, "id") is not { } fileId)
            return ApiResults.NotFound("BootResourceFile");
        if ((await request.Core.BootResources.GetAsync(resourceId, request.Aborted).ConfigureAwait(false))?.Origin is not null)
            return ApiResults.Forbidden("Cannot upload to a synced resource.");
        var body = request.Http.Request;
        if (body.ContentLength > request.Services.Options.UploadChunkLimit)
            return ApiResults.TooLarge(request.Services.Options.UploadChunkLimit);
        RequestBody.Allow(body, request.Services.Options.UploadChunkLimit);
        return await request.Core.BootResources.AppendAsync(resourceId, fileId, body.Body, request.Aborted).ConfigureAwait(false) switch
        {
            UploadResult.Taken => ApiResults.Ok,
            UploadResult.Refused refused => ApiResults.BadRequest(refused.Reason),
            UploadResult.Unavailable unavailable => ApiResults.Busy(unavailable.Reason, RetryUpload),
            UploadResult.NotFound => ApiResults.NotFound("BootResourceFile"),
            _ => throw new UnreachableException(),
        };
    }

    private static long? IdOf(ApiRequest request, string name) =>
        long.TryParse(request.Route[name], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, BootResource resource, ApiView view, IReadOnlyList<BootResourceSet> sets)
    {
        json.WriteStartObject();
        json.WriteNumber("id", resource.Id);
        json.WriteString("type", resource.Origin is null ? "Uploaded" : "Synced");
        json.WriteString("name", resource.Name);
        json.WriteString("architecture", resource.Architecture);
        json.WriteString("subarches", resource.Architecture.Split('/')[^1]);
        json.WriteString("title", resource.Title);
        json.WriteString("base_image", resource.BaseImage);
        json.WriteNull("last_deployed");
        json.WriteString("resource_uri", view.Api("boot-resources", Text(resource.Id)));
        if (sets.Count > 0)
        {
            json.WriteStartObject("sets");
            foreach (var set in sets) Write(json, set, resource, view);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, BootResourceSet set, BootResource resource, ApiView view)
    {
        json.WriteStartObject(set.Version);
        json.WriteString("version", set.Version);
        json.WriteString("label", resource.Origin?.Label ?? "uploaded");
        json.WriteNumber("size", set.File.Size);
        json.WriteBoolean("complete", set.File.IsComplete);
        json.WriteStartObject("files");
        json.WriteStartObject(set.File.FileType);
        json.WriteString("filename", set.File.FileType);
        json.WriteString("filetype", set.File.FileType);
        json.WriteNumber("size", set.File.Size);
        json.WriteString("sha256", set.File.Sha256);
        json.WriteBoolean("complete", set.File.IsComplete);
        if (!set.File.IsComplete)
        {
            json.WriteNumber("progress", set.File.Size == 0 ? 0 : (double)set.File.Received / set.File.Size);
            if (resource.Origin is null)
                json.WriteString(
                    "upload_uri", view.Api("boot-resources", Text(resource.Id), "upload", Text(set.File.Id)));
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
