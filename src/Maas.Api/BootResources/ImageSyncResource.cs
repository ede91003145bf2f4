using System.Globalization;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;

namespace Maas.Api.BootResources;

/// <summary>
/// How much of each image's file a controller has, which MAAS's controllers report to each other while they copy images. Here a controller
/// serves the images of the store and copies none: what it has is counted, and a report must agree with it.
/// </summary>
internal static class ImageSyncResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/images-sync-progress/", "ImagesSyncProgressHandler", "Which controllers have which files of images.",
        [
            ApiAction.Read(ApiAccess.Administrator, ListAsync, "List the complete files of images by number.").With(
                ApiArgument.Flag("sources", "whether to list the controllers that have them; by default, yes.")),
            ApiAction.Create(ApiAccess.Administrator, ReportAllAsync, "Report how much of some files a controller has.").With(
                ApiArgument.Text("system_id", "the controller.").Required(),
                ApiArgument.Integer("size", "how many bytes of each.").Required(),
                ApiArgument.Texts("ids", "the files; those that do not exist are passed over.")),
        ]),
        new("api/2.0/images-sync-progress/{file_id}/{system_id}/", "ImageSyncProgressHandler", "How much of a file a controller has.",
        [
            ApiAction.Read(ApiAccess.Administrator, ReadAsync, "Read how many bytes of a file a controller has."),
            ApiAction.Update(ApiAccess.Administrator, ReportAsync, "Report how many bytes of a file a controller has.").With(
                ApiArgument.Integer("size", "how many bytes.")),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        var withSources = form.Boolean("sources") ?? true;
        if (form.HasErrors) return form.BadRequest();
        var files = await FilesAsync(request).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            foreach (var file in files.Where(file => file.IsComplete))
            {
                json.WriteStartObject(file.Id.ToString(CultureInfo.InvariantCulture));
                json.WriteString("sha256", file.Sha256);
                json.WriteString("filename_on_disk", file.Sha256);
                json.WriteNumber("size", file.Size);
                json.WriteTexts("sources", withSources ? [request.Core.Controllers.Self.SystemId.ToString()] : []);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    private static async Task<ApiResult> ReportAllAsync(ApiRequest request)
    {
        var form = request.Reader();
        var id = form.Required("system_id");
        var size = form.Integer("size", 0, long.MaxValue);
        if (size is null && !form.HasErrors) form.Refuse("size", "This field is required.");
        var ids = form.List("ids");
        if (form.HasErrors) return form.BadRequest();
        if (await ControllerAsync(request, id).ConfigureAwait(false) is not { } controller)
            return ApiResults.NotFound("RegionController");
        foreach (var file in await FilesAsync(request).ConfigureAwait(false))
        {
            if (ids.Contains(file.Id.ToString(CultureInfo.InvariantCulture))
                && Disagrees(request, file, controller, size ?? 0) is { } wrong) return wrong;
        }

        return Nothing;
    }

    private static Task<ApiResult> ReadAsync(ApiRequest request) => WithAsync(request, (file, controller) =>
        ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("size", SizeAt(request, file, controller));
            json.WriteEndObject();
        }));

    private static async Task<ApiResult> ReportAsync(ApiRequest request)
    {
        var form = request.Reader();
        var size = form.Integer("size", 0, long.MaxValue) ?? 0;
        return form.HasErrors
            ? form.BadRequest()
            : await WithAsync(request, (file, controller) => Disagrees(request, file, controller, size) ?? Nothing).ConfigureAwait(false);
    }

    private static ApiResult Nothing => ApiResults.Json(json => json.WriteNullValue());

    private static ApiResult? Disagrees(ApiRequest request, BootResourceFile file, Controller controller, long size) =>
        SizeAt(request, file, controller) == size
            ? null
            : ApiResults.Conflict($"Controller {controller.SystemId} has {SizeAt(request, file, controller)} bytes of file {file.Id}.");

    /// <summary>What this controller has is in the store; of another one it is not known.</summary>
    private static long SizeAt(ApiRequest request, BootResourceFile file, Controller controller) =>
        controller.SystemId == request.Core.Controllers.Self.SystemId ? file.Received : 0;

    private static async Task<IReadOnlyList<BootResourceFile>> FilesAsync(ApiRequest request) =>
    [
        .. (await request.Core.BootResources.ListAsync(request.Aborted).ConfigureAwait(false))
            .SelectMany(resource => resource.Sets).Select(set => set.File).OrderBy(file => file.Id),
    ];

    private static async Task<Controller?> ControllerAsync(ApiRequest request, string text) => SystemId.TryParse(text, out var id)
        ? await request.Core.Controllers.GetAsync(id, request.Aborted).ConfigureAwait(false)
        : null;

    private static async Task<ApiResult> WithAsync(ApiRequest request, Func<BootResourceFile, Controller, ApiResult> then)
    {
        var isNumber = long.TryParse(request.Route["file_id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        var file = isNumber ? (await FilesAsync(request).ConfigureAwait(false)).FirstOrDefault(each => each.Id == id) : null;
        if (file is null) return ApiResults.NotFound("BootResourceFile");
        return await ControllerAsync(request, request.Route["system_id"]).ConfigureAwait(false) is { } controller
            ? then(file, controller)
            : ApiResults.NotFound("RegionController");
    }
}
