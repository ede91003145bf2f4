using Maas.Api.Collections;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Accounts;

namespace Maas.Api.Accounts;

/// <summary>Groups of users with entitlements, as in MAAS 3.8.</summary>
internal static class UserGroupResource
{
    private const string OnlyOwn = "Forbidden: you may only give what you may do yourself.";

    private static readonly ApiArgument Username = ApiArgument.Text("username", "the user.").Required();

    private static readonly ApiArgument[] EntitlementArguments =
    [
        ApiArgument.Choice("resource_type", "maas, for the whole server.", "maas").Required(),
        ApiArgument.Integer("resource_id", "0, for the whole server.").Required(),
        ApiArgument.Choice("entitlement", "the entitlement.", UserGroups.KnownEntitlements).Required(),
    ];

    private static readonly Collection<UserGroup> Groups = new()
    {
        Path = "groups/",
        ItemPath = "groups/{id}/",
        Noun = "UserGroup",
        Plural = "groups of users",
        In = core => core.UserGroups.Records,
        View = ApiRight.ViewIdentities,
        Edit = ApiRight.EditIdentities,
        Uri = (group, view) => view.Api("groups", group.Id),
        New = _ => new UserGroup { Name = "" },
        Fields =
        [
            Field<UserGroup>.Text("name", "its name.", group => group.Name, (group, value) => group with { Name = value }).Required(),
            Field<UserGroup>.Text(
                "description", "description.", group => group.Description, (group, value) => group with { Description = value }),
        ],
        ItemActions =
        [
            ApiAction.Get("list_members", ApiAccess.User, ListMembersAsync, "List the members.") with { Right = ApiRight.ViewIdentities },
            ApiAction.Post("add_member", ApiAccess.User, AddMemberAsync, "Add a user to the group.").With(Username)
                with { Right = ApiRight.EditIdentities },
            ApiAction.Post("remove_member", ApiAccess.User, RemoveMemberAsync, "Remove a user from the group.").With(Username)
                with { Right = ApiRight.EditIdentities },
            ApiAction.Get("list_entitlements", ApiAccess.User, ListEntitlementsAsync, "List what the members may do.")
                with { Right = ApiRight.ViewIdentities },
            ApiAction.Post("add_entitlement", ApiAccess.User, AddEntitlementAsync, "Let the members do something.")
                .With(EntitlementArguments) with { Right = ApiRight.EditIdentities },
            ApiAction.Post("remove_entitlement", ApiAccess.User, RemoveEntitlementAsync, "Let the members no longer do something.")
                .With(EntitlementArguments) with { Right = ApiRight.EditIdentities },
        ],
    };

    public static IEnumerable<ApiResource> All => Groups.ToResources();

    private static async Task<ApiResult> ListMembersAsync(ApiRequest request)
    {
        if (await Groups.FindAsync(request).ConfigureAwait(false) is not { } group) return ApiResults.NotFound("UserGroup");
        var members = (await request.Core.UserGroups.ListMembersAsync(group.Id, request.Aborted).ConfigureAwait(false)).ToHashSet();
        return ApiResults.List(
            (await request.Core.Users.ListAsync(request.Aborted).ConfigureAwait(false)).Where(user => members.Contains(user.Id)),
            (json, user) =>
            {
                json.WriteStartObject();
                json.WriteString("username", user.Name);
                json.WriteString("email", user.Email);
                json.WriteEndObject();
            });
    }

    private static async Task<ApiResult> AddMemberAsync(ApiRequest request)
    {
        if (request.Form["username"] is not { Length: > 0 } name) return ApiResults.BadRequest("username is required.");
        if (await Groups.FindAsync(request).ConfigureAwait(false) is not { } group) return ApiResults.NotFound("UserGroup");
        if (await request.Core.Users.FindAsync(name, request.Aborted).ConfigureAwait(false) is not { } user)
            return ApiResults.Text($"User '{LogText.From(name, 150)}' not found.", 404);
        if (!group.Entitlements.All(request.User.HasEntitlement)) return ApiResults.Forbidden(OnlyOwn);
        return await request.Core.UserGroups.AddMemberAsync(group, user, request.User.Name, request.Aborted).ConfigureAwait(false)
            ? ApiResults.Ok
            : ApiResults.Conflict($"User `{user.Name}` is already a member of the group with ID `{group.Id}`.");
    }

    private static async Task<ApiResult> RemoveMemberAsync(ApiRequest request)
    {
        if (request.Form["username"] is not { Length: > 0 } name) return ApiResults.BadRequest("username is required.");
        if (await Groups.FindAsync(request).ConfigureAwait(false) is not { } group) return ApiResults.NotFound("UserGroup");
        if (await request.Core.Users.FindAsync(name, request.Aborted).ConfigureAwait(false) is not { } user)
            return ApiResults.Text($"User '{LogText.From(name, 150)}' not found.", 404);
        await request.Core.UserGroups.RemoveMemberAsync(group, user, request.User.Name, request.Aborted).ConfigureAwait(false);
        return ApiResults.NoContent;
    }

    private static async Task<ApiResult> ListEntitlementsAsync(ApiRequest request)
    {
        if (await Groups.FindAsync(request).ConfigureAwait(false) is not { } group) return ApiResults.NotFound("UserGroup");
        return ApiResults.List(group.Entitlements, (json, entitlement) =>
        {
            json.WriteStartObject();
            json.WriteString("resource_type", "maas");
            json.WriteNumber("resource_id", 0);
            json.WriteString("entitlement", entitlement);
            json.WriteEndObject();
        });
    }

    private static async Task<ApiResult> AddEntitlementAsync(ApiRequest request)
    {
        if (await Groups.FindAsync(request).ConfigureAwait(false) is not { } group) return ApiResults.NotFound("UserGroup");
        if (WrongEntitlement(request, out var entitlement) is { } wrong) return wrong;
        if (!request.User.HasEntitlement(entitlement)) return ApiResults.Forbidden(OnlyOwn);
        return await EditAsync(request, group, names => names.Contains(entitlement) ? names : [.. names, entitlement], ApiResults.Ok)
            .ConfigureAwait(false);
    }

    private static async Task<ApiResult> RemoveEntitlementAsync(ApiRequest request)
    {
        if (await Groups.FindAsync(request).ConfigureAwait(false) is not { } group) return ApiResults.NotFound("UserGroup");
        if (WrongEntitlement(request, out var entitlement) is { } wrong) return wrong;
        return await EditAsync(request, group, names => [.. names.Where(name => name != entitlement)], ApiResults.NoContent)
            .ConfigureAwait(false);
    }

    private static async Task<ApiResult> EditAsync(
        ApiRequest request, UserGroup group, Func<IReadOnlyList<string>, IReadOnlyList<string>> edit, ApiResult done) =>
        await request.Core.UserGroups.Records.UpdateAsync(
            group.Id, each => each with { Entitlements = edit(each.Entitlements) }, request.User.Name, request.Aborted)
            .ConfigureAwait(false) is Maas.Core.Records.RecordEdit<UserGroup>.Done
            ? done
            : ApiResults.NotFound("UserGroup");

    /// <summary>What is wrong with the arguments, in MAAS's words.</summary>
    private static ApiResult? WrongEntitlement(ApiRequest request, out string entitlement)
    {
        entitlement = request.Form["entitlement"] ?? "";
        return request.Form["resource_type"] switch
        {
            null or "" => ApiResults.BadRequest("resource_type is required."),
            "pool" => ApiResults.BadRequest(
                "This server has no entitlements on resource pools: rights on a machine follow from its owner."),
            not "maas" and var type => ApiResults.BadRequest($"Unknown resource type '{LogText.From(type, 64)}'."),
            _ => request.Form["resource_id"] switch
            {
                null => ApiResults.BadRequest("resource_id is required."),
                not "0" => ApiResults.BadRequest("resource_id must be 0 for 'maas' type."),
                _ when entitlement.Length == 0 => ApiResults.BadRequest("entitlement is required."),
                _ when !UserGroups.KnownEntitlements.Contains(entitlement) => ApiResults.BadRequest(
                    $"Entitlement {LogText.From(entitlement, 64)} is not defined for the requested resource type. " +
                    $"Valid entitlements are: {string.Join(", ", UserGroups.KnownEntitlements)}"),
                _ => null,
            },
        };
    }
}
