using System.Diagnostics;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Accounts;

namespace Maas.Api.Accounts;

/// <summary>Users.</summary>
internal static class UserResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/users/", "UsersHandler", "All users.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List users."),
            ApiAction.Create(ApiAccess.User, CreateAsync, "Make a user.")
                .With(
                    ApiArgument.Text("username", "the user name."),
                    ApiArgument.Text("email", "the mail address."),
                    ApiArgument.Text("password", "the password."),
                    ApiArgument.Flag("is_superuser", "whether everything is allowed (0 or 1).")) with { Right = ApiRight.EditIdentities },
            ApiAction.Get("whoami", ApiAccess.User, request => Task.FromResult(Show(request, request.User)), "Read who you are."),
        ]),
        new("api/2.0/users/{username}/", "UserHandler", "A user.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a user."),
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Remove a user who owns nothing, or whose machines and addresses another gets.")
                .With(ApiArgument.Text("transfer_resources_to", "the user who gets what the user owns."))
                with { Right = ApiRight.EditIdentities },
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request) =>
        ApiResults.List(
            await request.Core.Users.ListAsync(request.Aborted).ConfigureAwait(false), (json, user) => Write(json, user, request.View));

    private static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        await request.Core.Users.FindAsync(request.Route["username"], request.Aborted).ConfigureAwait(false) is { } user
            ? Show(request, user)
            : ApiResults.NotFound("User");

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        foreach (var name in (ReadOnlySpan<string>)["username", "email", "password", "is_superuser"])
            if (request.Form[name] is null) return ApiResults.BadRequest($"No provided {name}!");

        var form = request.Reader();
        var (username, email, password, isAdministrator) = (
            form.Required("username"), form.Optional("email") ?? "", form.Required("password"), form.Boolean("is_superuser") ?? false);
        if (form.HasErrors) return form.BadRequest();
        if (isAdministrator && !request.User.IsAdministrator) return OnlyAdministrators;
        var result = await request.Core.Users.CreateAsync(username, email, new Secret(password), isAdministrator, request.Aborted)
            .ConfigureAwait(false);
        return result switch
        {
            CreateUserResult.Created created => Show(request, created.User),
            CreateUserResult.Refused refused => form.BadRequest(refused.Field, refused.Reason),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await request.Core.Users.FindAsync(request.Route["username"], request.Aborted).ConfigureAwait(false) is not { } user)
            return ApiResults.NoContent;
        if (user.Name == request.User.Name) return ApiResults.BadRequest("An administrator cannot self-delete.");
        if (user.IsAdministrator && !request.User.IsAdministrator) return OnlyAdministrators;
        User? heir = null;
        if (request.Form["transfer_resources_to"] is { Length: > 0 } name)
        {
            heir = await request.Core.Users.FindAsync(name, request.Aborted).ConfigureAwait(false);
            if (heir is null || heir.Id == user.Id) return ApiResults.NotFound("User");
        }

        if (await request.Core.UserRemoval.RemoveAsync(user, heir, request.User.Name, request.Aborted).ConfigureAwait(false) is { } reason)
            return ApiResults.BadRequest(reason);
        return ApiResults.NoContent;
    }

    /// <summary>Who may change users does not thereby get an administrator's rights.</summary>
    private static ApiResult OnlyAdministrators => ApiResults.Forbidden("Forbidden: this takes an administrator.");

    private static ApiResult Show(ApiRequest request, User user) => ApiResults.Json(json => Write(json, user, request.View));

    /// <summary>A user, also as a member of another object.</summary>
    public static void Write(Utf8JsonWriter json, User user, ApiView view)
    {
        json.WriteStartObject();
        json.WriteNumber("id", user.Id);
        json.WriteString("username", user.Name);
        json.WriteString("email", user.Email);
        json.WriteBoolean("is_superuser", user.IsAdministrator);
        json.WriteBoolean("is_local", true);
        json.WriteString("resource_uri", view.Api("users", user.Name));
        json.WriteEndObject();
    }
}
