using System.Diagnostics;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;

namespace Maas.Api.Accounts;

/// <summary>Users.</summary>
internal static class UserResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/users/", "UsersHandler", "All users.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List users."),
            ApiAction.Create(ApiAccess.Administrator, CreateAsync, """
                Make a user.

                :param username: the user name.
                :param email: the mail address.
                :param password: the password.
                :param is_superuser: whether everything is allowed (0 or 1).
                """),
            ApiAction.Get("whoami", ApiAccess.User, request => Task.FromResult(Show(request, request.User)), "Read who you are."),
        ]),
        new("api/2.0/users/{username}/", "UserHandler", "A user.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a user."),
            ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Remove a user who owns no machine.") with
            {
                Unsupported = new Dictionary<string, string>
                {
                    ["transfer_resources_to"] = "This server does not hand machines over: release them, or deploy them anew."
                },
            },
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request) =>
        ApiResults.List(
            await request.Core.Users.ListAsync(request.Aborted).ConfigureAwait(false), (json, user) => Write(json, user, request.Links));

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
        var owned =
            await request.Core.Machines.ListAsync(new MachineFilter { Owners = [user.Name] }, request.Aborted).ConfigureAwait(false);
        if (owned.Count > 0) return ApiResults.BadRequest($"{owned.Count} machine(s) are still allocated to {user.Name}.");
        await request.Core.Users.DeleteAsync(user.Name, request.Aborted).ConfigureAwait(false);
        return ApiResults.NoContent;
    }

    private static ApiResult Show(ApiRequest request, User user) => ApiResults.Json(json => Write(json, user, request.Links));

    private static void Write(Utf8JsonWriter json, User user, Links links)
    {
        json.WriteStartObject();
        json.WriteNumber("id", user.Id);
        json.WriteString("username", user.Name);
        json.WriteString("email", user.Email);
        json.WriteBoolean("is_superuser", user.IsAdministrator);
        json.WriteBoolean("is_local", true);
        json.WriteString("resource_uri", links.Api("users", user.Name));
        json.WriteEndObject();
    }
}
