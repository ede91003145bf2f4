using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Configuration;
using Maas.Core.Events;

namespace Maas.Api.Settings;

/// <summary>The server's settings: MAAS's names, types and defaults (<see cref="SettingCatalogue"/>).</summary>
internal static class MaasResource
{
    public static IEnumerable<ApiResource> All { get; } = new[] { "api/2.0/maas/", "api/1.0/maas/" }.Select(path =>
        new ApiResource(path, "MaasHandler", "The server's settings.",
        [
            ApiAction.Get("get_config", ApiAccess.User, GetAsync, "Read a setting.").With(ApiArgument.Text("name", "its name.")),
            ApiAction.Post("set_config", ApiAccess.User, SetAsync, "Change a setting.")
                .With(
                    ApiArgument.Text("name", "its name."),
                    ApiArgument.Text("value", "its value, as it is: a text without quotes, true, 30."))
                with { Right = ApiRight.EditConfigurations },
        ]));

    private static async Task<ApiResult> GetAsync(ApiRequest request)
    {
        if (request.Form["name"] is not { Length: > 0 } name) return ApiResults.BadRequest("No provided name!");
        if (SettingCatalogue.Find(name) is null) return Unknown(name);
        var value = await request.Core.Settings.GetAsync(name, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json => json.WriteRawValue(value ?? "null"));
    }

    private static async Task<ApiResult> SetAsync(ApiRequest request)
    {
        if (request.Form["name"] is not { Length: > 0 } name) return ApiResults.BadRequest("No provided name!");
        if (request.Form["value"] is not { } value) return ApiResults.BadRequest("No provided value!");
        if (SettingCatalogue.Find(name) is not { } setting) return Unknown(name);
        if (request.IsApi10) value = WithoutQuotes(value);
        if (await NoSuchImageAsync(request, setting.Name, value).ConfigureAwait(false) is { } missing)
            return CommandResults.BadField(setting.Name, missing);
        if (await request.Core.Settings.ChangeAsync(setting.Name, value, request.Aborted).ConfigureAwait(false) is { } reason)
            return CommandResults.BadField(setting.Name, reason);
        var note = new EventNote(EventLevel.Audit, "Settings", $"Updated configuration setting '{setting.Name}' to '{value}'.",
            request.User.Name);
        await request.Core.Events.WriteAsync(null, note, request.Aborted).ConfigureAwait(false);
        return ApiResults.Ok;
    }

    private static ApiResult Unknown(string name)
    {
        var shown = LogText.From(name, 100);
        return CommandResults.BadField(shown, SettingCatalogue.UnknownName(shown));
    }

    /// <summary>A system that could not be deployed cannot be the default either.</summary>
    private static async Task<string?> NoSuchImageAsync(ApiRequest request, string name, string value)
    {
        if (value.Length == 0 || name is not (SettingCatalogue.DefaultOsSystem or SettingCatalogue.DefaultDistroSeries)) return null;
        var images = await request.Core.BootResources.ListAsync(request.Aborted).ConfigureAwait(false);
        var (kind, choices) = name == SettingCatalogue.DefaultOsSystem
            ? ("osystem", images.Select(image => image.OsSystem))
            : ("release", images.Select(image => image.Series));
        List<string> known = [.. choices.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return known.Contains(value)
            ? null
            : $"'{LogText.From(value, 64)}' is not a valid {kind}.  It should be one of: " +
                $"{string.Join(", ", known.Select(each => $"'{each}'"))}.";
    }

    /// <summary>In 2012 a value was JSON: a text had quotes.</summary>
    private static string WithoutQuotes(string value)
    {
        try
        {
            using var json = JsonDocument.Parse(value);
            return json.RootElement.ValueKind == JsonValueKind.String ? json.RootElement.GetString() ?? "" : value;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            return value;
        }
    }
}
