using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Accounts;

namespace Maas.Api.Accounts;

/// <summary>A user's public SSH keys, which the machines they deploy will accept.</summary>
internal static class SshKeyResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/account/prefs/sshkeys/", "SSHKeysHandler", "Your SSH keys.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List your SSH keys."),
            ApiAction.Create(ApiAccess.User, CreateAsync, "Add an SSH key.")
                .With(ApiArgument.Text("key", "the public key, a line as in authorized_keys.")),
            ApiAction.Post("import", ApiAccess.User, ImportAsync, "Import the SSH keys that you published elsewhere.")
                .With(
                    ApiArgument.Text("keysource", "lp:ACCOUNT (Launchpad) or gh:ACCOUNT (GitHub); ACCOUNT alone is Launchpad's.")),
        ]),
        new("api/2.0/account/prefs/sshkeys/{id}/", "SSHKeyHandler", "One of your SSH keys.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read an SSH key."),
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Remove an SSH key."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request) =>
        ApiResults.List(
            await request.Core.SshKeys.ListAsync(request.User.Name, request.Aborted).ConfigureAwait(false),
            (json, key) => Write(json, key, request.View));

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var text = form.Required("key");
        if (form.HasErrors) return form.BadRequest();
        var present = await request.Core.SshKeys.ListAsync(request.User.Name, request.Aborted).ConfigureAwait(false);
        if (present.Any(each => each.Key == text.Trim()))
        {
            form.Refuse("__all__", "This key has already been added for this user.");
            return form.BadRequest();
        }

        if (await request.Core.SshKeys.AddAsync(request.User.Name, text, null, request.Aborted).ConfigureAwait(false) is { } key)
            return ApiResults.Json(json => Write(json, key, request.View), 201);
        form.Refuse("key", "This is not an SSH public key.");
        return form.BadRequest();
    }

    private static async Task<ApiResult> ImportAsync(ApiRequest request)
    {
        if (request.Form["keysource"] is not { Length: > 0 } source)
            return ApiResults.BadRequest("Importing SSH keys failed. Input needs to be in protocol:auth_id or auth_id format.");
        return await request.Core.SshKeys.ImportAsync(request.User.Name, source, request.Aborted).ConfigureAwait(false) switch
        {
            SshKeyImportResult.Imported imported => ApiResults.List(imported.Keys, (json, key) => Write(json, key, request.View)),
            SshKeyImportResult.Failed failed => ApiResults.BadRequest(failed.Reason),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        await FindAsync(request).ConfigureAwait(false) is { } key && key.Owner == request.User.Name
            ? ApiResults.Json(json => Write(json, key, request.View))
            : ApiResults.NotFound("SSHKey");

    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } key) return ApiResults.NotFound("SSHKey");
        if (key.Owner != request.User.Name) return ApiResults.Forbidden("Can't delete a key you don't own.");
        await request.Core.SshKeys.DeleteAsync(key.Id, request.Aborted).ConfigureAwait(false);
        return ApiResults.NoContent;
    }

    private static async Task<SshKey?> FindAsync(ApiRequest request) =>
        long.TryParse(request.Route["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? await request.Core.SshKeys.GetAsync(id, request.Aborted).ConfigureAwait(false)
            : null;

    private static void Write(Utf8JsonWriter json, SshKey key, ApiView view)
    {
        json.WriteStartObject();
        json.WriteNumber("id", key.Id);
        json.WriteString("key", key.Key);
        json.WriteString("keysource", key.Source);
        json.WriteString("resource_uri", view.Api("account", "prefs", "sshkeys", key.Id.ToString(CultureInfo.InvariantCulture)));
        json.WriteEndObject();
    }
}
