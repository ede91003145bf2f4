using System.Globalization;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Accounts;
using Maas.Core.Records;

namespace Maas.Api.Accounts;

/// <summary>A user's X.509 certificates, which the machines they deploy receive.</summary>
internal static class SslKeyResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/account/prefs/sslkeys/", "SSLKeysHandler", "Your SSL keys.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List your SSL keys."),
            ApiAction.Create(ApiAccess.User, CreateAsync, "Add an SSL key.")
                .With(ApiArgument.Text("key", "the certificate in PEM.").Required()),
        ]),
        new("api/2.0/account/prefs/sslkeys/{id}/", "SSLKeyHandler", "One of your SSL keys.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read an SSL key."),
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Remove an SSL key."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request) =>
        ApiResults.List(
            await request.Core.SslKeys.ListAsync(request.User.Id, request.Aborted).ConfigureAwait(false),
            (json, key) => Write(json, key, request.View));

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var text = form.Required("key").Trim();
        if (form.HasErrors) return form.BadRequest();
        return await request.Core.SslKeys.Records.CreateAsync(
            new SslKey { UserId = request.User.Id, Key = text }, request.User.Name, request.Aborted).ConfigureAwait(false) switch
        {
            RecordEdit<SslKey>.Done done => ApiResults.Json(json => Write(json, done.Record, request.View), 201),
            RecordEdit<SslKey>.Refused refused => form.BadRequest(refused.Field, refused.Reason),
            _ => ApiResults.NotFound("SSLKey"),
        };
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } key) return ApiResults.NotFound("SSLKey");
        return key.UserId == request.User.Id
            ? ApiResults.Json(json => Write(json, key, request.View))
            : ApiResults.Forbidden("Can't get a key you don't own.");
    }

    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } key) return ApiResults.NotFound("SSLKey");
        if (key.UserId != request.User.Id) return ApiResults.Forbidden("Can't delete a key you don't own.");
        await request.Core.SslKeys.Records.DeleteAsync(key.Id, request.User.Name, cancellationToken: request.Aborted).ConfigureAwait(false);
        return ApiResults.NoContent;
    }

    private static async Task<SslKey?> FindAsync(ApiRequest request) =>
        long.TryParse(request.Route["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? await request.Core.SslKeys.Records.GetAsync(id, request.Aborted).ConfigureAwait(false)
            : null;

    private static void Write(Utf8JsonWriter json, SslKey key, ApiView view)
    {
        json.WriteStartObject();
        json.WriteNumber("id", key.Id);
        json.WriteString("key", key.Key);
        json.WriteString("resource_uri", view.Api("account", "prefs", "sslkeys", key.Id.ToString(CultureInfo.InvariantCulture)));
        json.WriteEndObject();
    }
}
