using System.Text.Json;
using Maas.Api.Answers;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Accounts;

namespace Maas.Api.Accounts;

/// <summary>A user's own API keys, and how a password becomes one.</summary>
internal static class AccountResource
{
    private static readonly SemaphoreSlim PasswordChecks = new(Math.Max(1, Environment.ProcessorCount / 2));

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/account/", "AccountHandler", "Your account.",
        [
            ApiAction.Get("list_authorisation_tokens", Access.User, ListAsync, "List your API keys."),
            .. Shared,
            ApiAction.Post("update_token_name", Access.User, RenameAsync, """
                Rename an API key.

                :param token: the key's middle part, or all of it.
                :param name: its new name.
                """),
        ]),
        new("api/1.0/account/", "AccountHandler", "Your account.", [.. Shared]),
        new("accounts/authenticate/", "AuthenticateHandler", "A password for an API key.", ApiAction.Create(Access.Public, AuthenticateAsync, "Trade a password for an API key.")),
    ];

    private static IEnumerable<ApiAction> Shared =>
    [
        ApiAction.Post("create_authorisation_token", Access.User, CreateAsync, """
            Make an API key.

            :param name: what to call it.
            """),
        ApiAction.Post("delete_authorisation_token", Access.User, DeleteAsync, """
            End an API key.

            :param token_key: the key's middle part.
            """),
    ];

    private static async Task<ApiAnswer> CreateAsync(ApiRequest request)
    {
        var key = await request.Region.Users.CreateApiKeyAsync(request.User, request.Form["name"] ?? "", request.Aborted).ConfigureAwait(false);
        return Answer.Json(json => Write(json, key));
    }

    private static async Task<ApiAnswer> DeleteAsync(ApiRequest request)
    {
        if (request.Form["token_key"] is not { Length: > 0 } key) return Answer.BadRequest("No provided token_key!");
        return await request.Region.Users.DeleteApiKeyAsync(request.User, key, request.Aborted).ConfigureAwait(false)
            ? Answer.NoContent
            : Answer.NotFound("Token");
    }

    private static async Task<ApiAnswer> ListAsync(ApiRequest request) =>
        Answer.List(await request.Region.Users.ListApiKeysAsync(request.User, request.Aborted).ConfigureAwait(false), (json, key) =>
        {
            json.WriteStartObject();
            json.WriteString("name", key.Name);
            json.WriteString("token", key.ToSecret().Reveal());
            json.WriteEndObject();
        });

    private static async Task<ApiAnswer> RenameAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (token, name) = (form.Required("token"), form.Required("name"));
        if (form.HasErrors) return Answer.BadForm(form);
        var key = token.Split(':') is [_, var middle, _] ? middle : token;
        return await request.Region.Users.RenameApiKeyAsync(request.User, key, name, request.Aborted).ConfigureAwait(false)
            ? Answer.Text("Accepted", 202)
            : Answer.NotFound("Token");
    }

    /// <summary>The same consumer name gets the same key each time, so that a client that logs in daily leaves no heap of them.</summary>
    private static async Task<ApiAnswer> AuthenticateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (name, password, consumer) = (form.Required("username"), form.Required("password"), form.Optional("consumer") ?? "");
        if (form.HasErrors) return Answer.BadForm(form);
        if (await VerifyAsync(request, name, new Secret(password)).ConfigureAwait(false) is not { } user)
            return Answer.Forbidden("The user name or the password is wrong.");

        var keys = await request.Region.Users.ListApiKeysAsync(user, request.Aborted).ConfigureAwait(false);
        var key = keys.FirstOrDefault(each => consumer.Length > 0 && each.Name == consumer)
            ?? await request.Region.Users.CreateApiKeyAsync(user, consumer, request.Aborted).ConfigureAwait(false);
        return Answer.Json(json => Write(json, key));
    }

    /// <summary>Checking a password is made slow on purpose; strangers may keep only half of the processors busy with it.</summary>
    private static async Task<User?> VerifyAsync(ApiRequest request, string name, Secret password)
    {
        await PasswordChecks.WaitAsync(request.Aborted).ConfigureAwait(false);
        try
        {
            return await request.Region.Users.VerifyPasswordAsync(name, password, request.Aborted).ConfigureAwait(false);
        }
        finally
        {
            PasswordChecks.Release();
        }
    }

    private static void Write(Utf8JsonWriter json, ApiKey key)
    {
        json.WriteStartObject();
        json.WriteString("consumer_key", key.ConsumerKey);
        json.WriteString("name", key.Name);
        json.WriteString("token_key", key.TokenKey);
        json.WriteString("token_secret", key.TokenSecret.Reveal());
        json.WriteEndObject();
    }
}
