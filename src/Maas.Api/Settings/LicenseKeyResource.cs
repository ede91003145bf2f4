using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Configuration;
using Maas.Core.Records;

namespace Maas.Api.Settings;

/// <summary>Licence keys of operating systems. They are addressed by operating system and series.</summary>
internal static class LicenseKeyResource
{
    private static readonly ApiArgument Key = ApiArgument.Text("license_key", "the key.");

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/license-keys/", "LicenseKeysHandler", "All licence keys.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List licence keys.") with { Right = ApiRight.ViewLicenseKeys },
            ApiAction.Create(ApiAccess.User, CreateAsync, "Add a licence key.").With(
                ApiArgument.Text("osystem", "the operating system; may be the first part of distro_series."),
                ApiArgument.Text("distro_series", "the series, alone or as OSYSTEM/SERIES.").Required(),
                Key.Required()) with { Right = ApiRight.EditLicenseKeys },
        ]),
        new("api/2.0/license-key/{osystem}/{distro_series}", "LicenseKeyHandler", "A licence key.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a licence key.") with { Right = ApiRight.ViewLicenseKeys },
            ApiAction.Update(ApiAccess.User, UpdateAsync, "Change a licence key.").With(Key) with { Right = ApiRight.EditLicenseKeys },
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Delete a licence key.") with { Right = ApiRight.EditLicenseKeys },
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request) =>
        ApiResults.List(
            (await request.Core.LicenseKeys.ListAsync(request.Aborted).ConfigureAwait(false))
                .OrderBy(key => key.OsSystem, StringComparer.Ordinal).ThenBy(key => key.DistroSeries, StringComparer.Ordinal),
            (json, key) => Write(json, key, request.View));

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (series, key) = (form.Required("distro_series").Trim(), form.Required("license_key").Trim());
        var osystem = form.Optional("osystem")?.Trim();
        if (series.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash)
        {
            if (osystem is not null && osystem != series[..slash])
                form.Refuse("distro_series", $"{LogText(series)} does not belong to the operating system {LogText(osystem)}.");
            (osystem, series) = (series[..slash], series[(slash + 1)..]);
        }

        if (osystem is null) _ = form.Required("osystem");
        if (form.HasErrors) return form.BadRequest();
        return Answer(
            request,
            await request.Core.LicenseKeys.CreateAsync(
                new LicenseKey { OsSystem = osystem ?? "", DistroSeries = series, Key = new Secret(key) },
                request.User.Name,
                request.Aborted).ConfigureAwait(false));
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request) => await FindAsync(request).ConfigureAwait(false) is { } key
        ? ApiResults.Json(json => Write(json, key, request.View))
        : ApiResults.NotFound("LicenseKey");

    private static async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound("LicenseKey");
        var wanted = request.Form["license_key"] is { } text ? new Secret(text.Trim()) : found.Key;
        return Answer(
            request,
            await request.Core.LicenseKeys.UpdateAsync(found.Id, key => key with { Key = wanted }, request.User.Name, request.Aborted)
                .ConfigureAwait(false));
    }

    /// <summary>A key that does not exist is deleted already, as in MAAS.</summary>
    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is { } found)
            await request.Core.LicenseKeys.DeleteAsync(found.Id, request.User.Name, cancellationToken: request.Aborted)
                .ConfigureAwait(false);
        return ApiResults.NoContent;
    }

    private static async Task<LicenseKey?> FindAsync(ApiRequest request) =>
        (await request.Core.LicenseKeys.ListAsync(request.Aborted).ConfigureAwait(false)).FirstOrDefault(
            key => key.OsSystem == request.Route["osystem"] && key.DistroSeries == request.Route["distro_series"]);

    private static ApiResult Answer(ApiRequest request, RecordEdit<LicenseKey> edit) => edit switch
    {
        RecordEdit<LicenseKey>.Done done => ApiResults.Json(json => Write(json, done.Record, request.View)),
        RecordEdit<LicenseKey>.Refused refused => request.Reader().BadRequest(refused.Field, refused.Reason),
        _ => ApiResults.NotFound("LicenseKey"),
    };

    private static string LogText(string text) => Maas.LogText.From(text, 64);

    private static void Write(Utf8JsonWriter json, LicenseKey key, ApiView view)
    {
        json.WriteStartObject();
        json.WriteString("osystem", key.OsSystem);
        json.WriteString("distro_series", key.DistroSeries);
        json.WriteString("license_key", key.Key.Reveal());
        // This path has no slash at its end.
        json.WriteString("resource_uri", view.Api("license-key", key.OsSystem, key.DistroSeries).TrimEnd('/'));
        json.WriteEndObject();
    }
}
