using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Images;

namespace Maas.Api.BootResources;

/// <summary>The import of images from their sources.</summary>
internal static class ImageImportActions
{
    public static IEnumerable<ApiAction> All { get; } =
    [
        ApiAction.Get(
            "is_importing",
            ApiAccess.User,
            async request =>
            {
                var isImporting = await request.Core.ImageImports.IsImportingAsync(request.Aborted).ConfigureAwait(false);
                return ApiResults.Json(json => json.WriteBooleanValue(isImporting));
            },
            "Whether images are being imported, or will be."),
        ApiAction.Get(
            "import_progress", ApiAccess.User, ProgressAsync,
            "How far the import of images is, or what came of the last one. Not of MAAS."),
        ApiAction.Post("import", ApiAccess.User, ImportAsync, "Import the selected images of all sources now.")
            with { Right = ApiRight.EditBootEntities },
        ApiAction.Post("stop_import", ApiAccess.User, StopAsync, "Stop importing images.") with { Right = ApiRight.EditBootEntities },
    ];

    private static async Task<ApiResult> ImportAsync(ApiRequest request)
    {
        if (!request.Core.ImageImports.IsSupported)
            return ApiResults.BadRequest("This server imports no images by itself: upload them, or let its host do so.");
        await request.Core.ImageImports.RequestAsync(request.Aborted).ConfigureAwait(false);
        return ApiResults.Text("Import of boot resources started");
    }

    private static async Task<ApiResult> StopAsync(ApiRequest request) => ApiResults.Text(
        await request.Core.ImageImports.StopAsync(request.Aborted).ConfigureAwait(false)
            ? "Import of boot resources is being stopped"
            : "No import of boot resources is running");

    private static async Task<ApiResult> ProgressAsync(ApiRequest request)
    {
        // In this order: an import that ends in between is reported as running, not as one without a result.
        var isImporting = await request.Core.ImageImports.IsImportingAsync(request.Aborted).ConfigureAwait(false);
        var status = await request.Core.ImageImports.GetStatusAsync(request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("importing", isImporting);
            json.WriteString("result", status.Result.ToString().ToLowerInvariant());
            WriteTime(json, "started", status.Started);
            WriteTime(json, "ended", status.Ended);
            json.WriteNumber("size", status.Size);
            json.WriteNumber("received", status.Received);
            json.WriteStartArray("images");
            foreach (var image in status.Images) Write(json, image);
            json.WriteEndArray();
            json.WriteTexts("failures", status.Failures);
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, ImageImportItem image)
    {
        json.WriteStartObject();
        json.WriteString("name", image.Name);
        json.WriteString("architecture", image.Architecture);
        json.WriteString("version", image.Version);
        json.WriteNumber("size", image.Size);
        json.WriteNumber("received", image.Received);
        json.WriteString("state", image.State.ToString().ToLowerInvariant());
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known) json.WriteString(name, known);
        else json.WriteNull(name);
    }
}
