using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Maas.Core.Events;
using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>Groups of users, and what their members may do. The names of the entitlements are MAAS's.</summary>
public sealed partial class UserGroups
{
    private const int LongestName = 256;
    private const int LongestDescription = 4096;
    private const int MostMembers = 1000;
    private readonly IRecordStore _store;
    private readonly TimeProvider _timeProvider;
    private volatile Known? _known;

    internal UserGroups(IRecordStore store, TimeProvider timeProvider)
    {
        (_store, _timeProvider) = (store, timeProvider);
        Records = new RecordSet<UserGroup>(
            store,
            AccountTables.UserGroups,
            new RecordRules<UserGroup>
            {
                Noun = "UserGroup",
                NameOf = group => group.Name,
                AlreadyExists = _ => "User group with this Name already exists.",
                Load = _ => Task.FromResult(new RecordContext<UserGroup> { Check = (group, _, _) => new(Check(group)) }),
            },
            timeProvider);
    }

    /// <summary>
    /// The entitlements of the whole server. One to edit includes the one to view the same. Rights on machines are not among them: they
    /// follow from the machine's owner.
    /// </summary>
    public static IReadOnlyList<string> KnownEntitlements { get; } =
    [
        "can_edit_global_entities", "can_view_global_entities", "can_edit_controllers", "can_view_controllers", "can_edit_identities",
        "can_view_identities", "can_edit_configurations", "can_view_configurations", "can_edit_notifications", "can_view_notifications",
        "can_edit_boot_entities", "can_view_boot_entities", "can_edit_license_keys", "can_view_license_keys",
    ];

    /// <summary>The groups. A group is deleted with its memberships.</summary>
    public RecordSet<UserGroup> Records { get; }

    /// <summary>The ids of the members of a group.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<long>> ListMembersAsync(long groupId, CancellationToken cancellationToken = default) =>
        [.. (await MembersAsync("group", groupId, cancellationToken).ConfigureAwait(false)).Select(member => member.UserId)];

    /// <summary>Adds a user to a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="user">The user.</param>
    /// <param name="actor">Name of the user who adds; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> when the user is a member already, or the group is gone.</returns>
    /// <exception cref="QuotaExceededException">The group has 1000 members already.</exception>
    public async Task<bool> AddMemberAsync(UserGroup group, User user, string? actor, CancellationToken cancellationToken = default)
    {
        if ((await MembersAsync("group", group.Id, cancellationToken).ConfigureAwait(false)).Count >= MostMembers)
            throw new QuotaExceededException($"A group has at most {MostMembers} members.");
        return await SaveAsync(
            new RecordChange.Insert(AccountTables.UserGroupMembers, new UserGroupMember { GroupId = group.Id, UserId = user.Id }),
            $"User '{user.Name}' was added to group '{group.Name}'.", actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a user from a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="user">The user.</param>
    /// <param name="actor">Name of the user who removes; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> when the user is no member.</returns>
    public async Task<bool> RemoveMemberAsync(UserGroup group, User user, string? actor, CancellationToken cancellationToken = default)
    {
        var members = await MembersAsync("group", group.Id, cancellationToken).ConfigureAwait(false);
        return members.FirstOrDefault(member => member.UserId == user.Id) is { } member
            && await SaveAsync(
                new RecordChange.Delete(AccountTables.UserGroupMembers, member.Id, member.Version),
                $"User '{user.Name}' was removed from group '{group.Name}'.", actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The user with the entitlements of the user's groups. They are cached until a group changes.</summary>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<User> WithEntitlementsAsync(User user, CancellationToken cancellationToken = default) =>
        (await LoadAsync(cancellationToken).ConfigureAwait(false)).ByUser.TryGetValue(user.Id, out var entitlements)
            ? user with { Entitlements = entitlements }
            : user;

    /// <summary>The deletion of a user's memberships.</summary>
    internal async Task<IReadOnlyList<RecordChange>> DeletionsOfUserAsync(long userId, CancellationToken cancellationToken) =>
    [
        .. (await MembersAsync("user", userId, cancellationToken).ConfigureAwait(false))
            .Select(member => new RecordChange.Delete(AccountTables.UserGroupMembers, member.Id, member.Version)),
    ];

    private async Task<bool> SaveAsync(RecordChange change, string description, string? actor, CancellationToken cancellationToken) =>
        await _store.SaveAsync(
            new RecordBatch
            {
                At = _timeProvider.GetUtcNow(),
                Changes = [change],
                Events = [new EventNote(EventLevel.Audit, "UserGroup", description, actor)],
            },
            cancellationToken).ConfigureAwait(false) is RecordResult.Saved;

    private async Task<Known> LoadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var epoch = await _store.GetEpochAsync(cancellationToken).ConfigureAwait(false);
            if (_known is { } known && known.Epoch == epoch) return known;
            var groups = (await Records.ListAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(group => group.Id);
            var members = await _store.ListAsync(new RecordQuery<UserGroupMember>(AccountTables.UserGroupMembers), cancellationToken)
                .ConfigureAwait(false);
            // The tables were read one after another: they belong together only if none changed meanwhile.
            if (await _store.GetEpochAsync(cancellationToken).ConfigureAwait(false) != epoch) continue;
            return _known = new Known(
                epoch,
                members.Where(member => groups.ContainsKey(member.GroupId)).GroupBy(member => member.UserId).ToFrozenDictionary(
                    group => group.Key,
                    group => (IReadOnlyCollection<string>)group.SelectMany(member => groups[member.GroupId].Entitlements)
                        .ToFrozenSet(StringComparer.Ordinal)));
        }
    }

    private Task<IReadOnlyList<UserGroupMember>> MembersAsync(string column, long id, CancellationToken cancellationToken) =>
        _store.ListAsync(
            new RecordQuery<UserGroupMember>(AccountTables.UserGroupMembers) { Where = [RecordCondition.Is(column, id)] },
            cancellationToken);

    private static (string Field, string Reason)? Check(UserGroup group) =>
        group.Name.Length == 0 ? ("name", FormMessages.Required)
        : group.Name.Length > LongestName ? ("name", FormMessages.TooLong(group.Name, LongestName))
        : !Name().IsMatch(group.Name) ? ("name", FormMessages.Invalid)
        : group.Description.Length > LongestDescription ? ("description", FormMessages.TooLong(group.Description, LongestDescription))
        : group.Entitlements.FirstOrDefault(name => !KnownEntitlements.Contains(name)) is { } unknown
            ? ("entitlement", $"Entitlement {LogText.From(unknown, 64)} is not defined.")
        : null;

    [GeneratedRegex(@"\A\w[ \w.-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    private sealed record Known(long Epoch, FrozenDictionary<long, IReadOnlyCollection<string>> ByUser);
}
