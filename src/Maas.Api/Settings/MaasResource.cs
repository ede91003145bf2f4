using System.Text.Json;
using Maas.Api.Answers;
using Maas.Api.Routing;

namespace Maas.Api.Settings;

/// <summary>The server's settings.</summary>
internal static class MaasResource
{
    public static IEnumerable<ApiResource> All { get; } = new[] { "api/2.0/maas/", "api/1.0/maas/" }.Select(path =>
        new ApiResource(path, "MaasHandler", "The server's settings.",
        [
            ApiAction.Get("get_config", Access.Administrator, GetAsync, """
                Read a setting.

                :param name: its name.
                """),
            ApiAction.Post("set_config", Access.Administrator, SetAsync, """
                Change a setting.

                :param name: its name.
                :param value: its value: JSON, or a text.
                """),
        ]));

    private static async Task<ApiAnswer> GetAsync(ApiRequest request)
    {
        if (request.Form["name"] is not { Length: > 0 } name) return Answer.BadRequest("No provided name!");
        var value = await request.Region.Settings.GetAsync(name, request.Aborted).ConfigureAwait(false);
        return Answer.Json(json => json.WriteRawValue(value ?? "null"));
    }

    private static async Task<ApiAnswer> SetAsync(ApiRequest request)
    {
        if (request.Form["name"] is not { Length: > 0 } name) return Answer.BadRequest("No provided name!");
        if (request.Form["value"] is not { } value) return Answer.BadRequest("No provided value!");
        await request.Region.Settings.SetAsync(name, IsJson(value) ? value : $"\"{JsonEncodedText.Encode(value)}\"", request.Aborted).ConfigureAwait(false);
        return Answer.Ok;
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
