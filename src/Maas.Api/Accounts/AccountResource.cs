using System.Text.Json;
using Maas.Api.OAuth;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Maas.Api.Accounts;

/// <summary>A user's own API keys, and how a password becomes one.</summary>
internal static partial class AccountResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/account/", "AccountHandler", "Your account.",
        [
            ApiAction.Get("list_authorisation_tokens", ApiAccess.User, ListAsync, "List your API keys."),
            .. Shared,
            ApiAction.Post("update_token_name", ApiAccess.User, RenameAsync, "Rename an API key.")
                .With(
                    ApiArgument.Text("token", "the key's middle part, or all of it."),
                    ApiArgument.Text("name", "its new name.")),
        ]),
        new("api/1.0/account/", "AccountHandler", "Your account.", [.. Shared]),
        new(
            "accounts/authenticate/",
            "AuthenticateHandler",
            "A password for an API key.",
            ApiAction.Create(ApiAccess.Public, AuthenticateAsync, "Trade a password for an API key.")
                .With(
                    ApiArgument.Text("username", "the user name."),
                    ApiArgument.Text("password", "the password."),
                    ApiArgument.Text("consumer", "what the key is for; the same words give the same key."))
                with { AlsoTakes = ["csrfmiddlewaretoken"] }),
    ];

    private static IEnumerable<ApiAction> Shared =>
    [
        ApiAction.Post("create_authorisation_token", ApiAccess.User, CreateAsync, "Make an API key.")
            .With(ApiArgument.Text("name", "what to call it.")),
        ApiAction.Post("delete_authorisation_token", ApiAccess.User, DeleteAsync, "End an API key.")
            .With(ApiArgument.Text("token_key", "the key's middle part.")),
    ];

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        if (request.Caller is Caller.OfUser { MayManageKeys: false }) return KeysDenied;
        var key =
            await request.Core.Users.CreateApiKeyAsync(request.User, request.Form["name"] ?? "", request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json => Write(json, key));
    }

    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (request.Form["token_key"] is not { Length: > 0 } key) return ApiResults.BadRequest("No provided token_key!");
        return await request.Core.Users.DeleteApiKeyAsync(request.User, key, request.Aborted).ConfigureAwait(false)
            ? ApiResults.NoContent
            : ApiResults.NotFound("Token");
    }

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        if (request.Caller is Caller.OfUser { MayManageKeys: false }) return KeysDenied;
        var keys = await request.Core.Users.ListApiKeysAsync(request.User, request.Aborted).ConfigureAwait(false);
        return ApiResults.List(keys, (json, key) =>
        {
            json.WriteStartObject();
            json.WriteString("name", key.Name);
            json.WriteString("token", key.ToSecret().Reveal());
            json.WriteEndObject();
        });
    }

    private static ApiResult KeysDenied { get; } =
        ApiResults.Forbidden("API keys have the rights of the stored user, which exceed those of this login.");

    private static async Task<ApiResult> RenameAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (token, name) = (form.Required("token"), form.Required("name"));
        if (form.HasErrors) return form.BadRequest();
        var key = token.Split(':') is [_, var middle, _] ? middle : token;
        return await request.Core.Users.RenameApiKeyAsync(request.User, key, name, request.Aborted).ConfigureAwait(false)
            ? ApiResults.Text("Accepted", 202)
            : ApiResults.NotFound("Token");
    }

    /// <summary>The same consumer name gets the same key each time, so that a client that logs in daily leaves no heap of them.</summary>
    private static async Task<ApiResult> AuthenticateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (name, password, consumer) = (form.Required("username"), form.Required("password"), form.Optional("consumer") ?? "");
        if (form.HasErrors) return form.BadRequest();
        var guard = request.Services.Logins;
        if (guard.Ask(name, request.RemoteAddress) is { Allowed: false, Wait: var wait })
            return ApiResults.Text("Too many failed logins. Try again later.", StatusCodes.Status429TooManyRequests) with
            {
                Headers = ApiResults.Busy("", wait).Headers
            };
        // Checking a password is slow on purpose; unauthenticated callers must not delay users.
        var (entered, user) = await request.Services.Passwords.RunAsync(
            request.RemoteAddress,
            () => request.Core.Users.VerifyPasswordAsync(name, new Secret(password), request.Aborted),
            request.Aborted)
                .ConfigureAwait(false);
        if (!entered) return ApiResults.Busy("Too many logins at once. Try again.", TimeSpan.FromSeconds(2));
        if (user is null)
        {
            if (guard.Failed(name, request.RemoteAddress) is { } count) await ReportAsync(request, name, count).ConfigureAwait(false);
            return ApiResults.Forbidden("The user name or the password is wrong.");
        }

        guard.Succeeded(name, request.RemoteAddress);
        var key = await KeyForAsync(request, user, consumer).ConfigureAwait(false);
        return ApiResults.Json(json => Write(json, key));
    }

    /// <summary>
    /// A login without a consumer's name makes a key of its own. When the user has as many as may be, it takes the place of the oldest of
    /// that kind.
    /// </summary>
    private static async Task<ApiKey> KeyForAsync(ApiRequest request, User user, string consumer)
    {
        var keys = await request.Core.Users.ListApiKeysAsync(user, request.Aborted).ConfigureAwait(false);
        if (keys.FirstOrDefault(each => consumer.Length > 0 && each.Name == consumer) is { } known) return known;
        try
        {
            return await request.Core.Users.CreateApiKeyAsync(user, consumer, request.Aborted).ConfigureAwait(false);
        }
        catch (QuotaExceededException) when (keys.FirstOrDefault(each => each.Name.Length == 0) is { } oldest)
        {
            await request.Core.Users.DeleteApiKeyAsync(user, oldest.TokenKey, request.Aborted).ConfigureAwait(false);
            return await request.Core.Users.CreateApiKeyAsync(user, consumer, request.Aborted).ConfigureAwait(false);
        }
    }

    private static async Task ReportAsync(ApiRequest request, string name, int count)
    {
        // Names of users have no other characters; anything else is not repeated in a log.
        var shown = name.Length <= 150
            && name.All(each => char.IsAsciiLetterOrDigit(each) || "@.+-_".Contains(each, StringComparison.Ordinal))
            ? name
            : "(not a user name)";
        LogFailures(
            request.Services.Loggers.CreateLogger("Maas.Api.Accounts"),
            count,
            shown,
            request.RemoteAddress);
        await request.Core.Events.WriteAsync(
            null,
            new EventNote(
                EventLevel.Warning, "Authentication", $"{count} logins failed, the last as {shown} from {request.RemoteAddress}."),
            request.Aborted).ConfigureAwait(false);
    }

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Warning,
        Message = "{Count} logins failed, the last as {User} from {Client}; further attempts are delayed")]
    private static partial void LogFailures(ILogger logger, int count, string user, System.Net.IPAddress client);

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
