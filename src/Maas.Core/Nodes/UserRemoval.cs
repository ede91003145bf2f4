using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>Removes users, and gives what they own to others.</summary>
public sealed class UserRemoval
{
    private readonly IMachineStore _machines;
    private readonly IAccountStore _accounts;
    private readonly IRecordStore _records;
    private readonly DeviceStore _devices;
    private readonly Notifications _notifications;
    private readonly UserGroups _groups;
    private readonly SslKeys _sslKeys;
    private readonly UserSessions _sessions;
    private readonly TimeProvider _timeProvider;

    internal UserRemoval(
        IMachineStore machines, IAccountStore accounts, IRecordStore records, DeviceStore devices, Notifications notifications,
        UserGroups groups, SslKeys sslKeys, UserSessions sessions, TimeProvider timeProvider)
    {
        (_machines, _accounts, _records, _devices) = (machines, accounts, records, devices);
        (_notifications, _groups, _sslKeys, _sessions, _timeProvider) = (notifications, groups, sslKeys, sessions, timeProvider);
    }

    /// <summary>
    /// Removes a user with all keys, files, certificates, sessions and group memberships, and gives away what the user owns, in one
    /// transaction.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="heir">
    /// The user who gets the user's machines, devices, ranges and addresses; <see langword="null"/> for no one: then a user who owns any is
    /// not removed.
    /// </param>
    /// <param name="actor">Name of the user who removes; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why the user was not removed; <see langword="null"/> when it was.</returns>
    public async Task<string?> RemoveAsync(User user, User? heir, string? actor, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((await _accounts.ListUsersAsync(cancellationToken).ConfigureAwait(false)).Where(each => each.IsAdministrator).ToList()
                is [var only] && only.Id == user.Id)
                return "One user must be an administrator.";
            var machines = await _machines.ListAsync(new MachineFilter { Owners = [user.Name] }, cancellationToken).ConfigureAwait(false);
            var ranges = (await _records.ListAsync(new RecordQuery<IpRange>(TopologyTables.IpRanges), cancellationToken)
                .ConfigureAwait(false)).Where(range => range.User == user.Name).ToList();
            var addresses = await _records.ListAsync(
                new RecordQuery<AllocatedAddress>(TopologyTables.Addresses) { Where = [RecordCondition.Is("user", user.Name)] },
                cancellationToken).ConfigureAwait(false);
            // The serial is read before the devices: a device that the user gets meanwhile changes it.
            var serial = await _devices.RequireSerialAsync(cancellationToken).ConfigureAwait(false);
            var devices = await _devices.ListAsync(RecordCondition.Is("owner", user.Name), cancellationToken).ConfigureAwait(false);
            var owned = machines.Count + devices.Count + ranges.Count + addresses.Count;
            if (owned > 0 && heir is null) return StillOwns(user, machines.Count, devices.Count, ranges.Count, addresses.Count);
            List<RecordChange> records = [.. serial, .. await DeletionsAsync(user, cancellationToken).ConfigureAwait(false)];
            if (heir is not null)
            {
                records.AddRange(Transfers(heir, ranges, addresses));
                records.AddRange(devices.Select(device => new RecordChange.Update(NodeTables.Devices, device with { Owner = heir.Name })));
                if (devices.Count > 0) records.Add(await _devices.NextSerialAsync(cancellationToken).ConfigureAwait(false));
            }

            var isSaved = await SaveAsync(user, owned > 0 ? heir : null, machines, records, actor, cancellationToken).ConfigureAwait(false);
            if (!isSaved) continue;
            if (devices.Count > 0) _devices.Raise();
            return null;
        }
    }

    private async Task<IEnumerable<RecordChange>> DeletionsAsync(User user, CancellationToken cancellationToken) =>
    [
        .. await _notifications.DeletionsOfUserAsync(user.Id, cancellationToken).ConfigureAwait(false),
        .. await _groups.DeletionsOfUserAsync(user.Id, cancellationToken).ConfigureAwait(false),
        .. (await _sslKeys.ListAsync(user.Id, cancellationToken).ConfigureAwait(false))
            .Select(key => new RecordChange.Delete(AccountTables.SslKeys, key.Id, key.Version)),
        .. await _sessions.DeletionsOfUserAsync(user.Id, cancellationToken).ConfigureAwait(false),
    ];

    private static IEnumerable<RecordChange> Transfers(
        User heir, IReadOnlyList<IpRange> ranges, IReadOnlyList<AllocatedAddress> addresses) =>
    [
        .. ranges.Select(range => new RecordChange.Update(TopologyTables.IpRanges, range with { User = heir.Name })),
        .. addresses.Select(address => new RecordChange.Update(TopologyTables.Addresses, address with { User = heir.Name })),
    ];

    /// <summary>Saves all of it in one transaction; when something changed meanwhile, nothing, and the caller reads again.</summary>
    private Task<bool> SaveAsync(
        User user, User? heir, IReadOnlyList<Machine> machines, IReadOnlyList<RecordChange> records, string? actor,
        CancellationToken cancellationToken)
    {
        var now = _timeProvider.GetUtcNow();
        EventNote[] transfer = heir is null
            ? [] : [new(EventLevel.Audit, "Transferred", $"Transferred from user '{user.Name}' to '{heir.Name}'.", actor)];
        return _machines.DeleteUserAsync(
            user.Name,
            [
                .. machines.Select(machine => new MachineChange
                {
                    Machine = machine with { Owner = heir?.Name }, At = now, Events = transfer,
                }),
            ],
            new RecordBatch
            {
                At = now,
                Changes = records,
                Events =
                [
                    .. machines.Count == 0 ? transfer : [],
                    new EventNote(EventLevel.Audit, "User", $"User '{user.Name}' was deleted.", actor),
                ],
            },
            cancellationToken);
    }

    private static string StillOwns(User user, int machines, int devices, int ranges, int addresses)
    {
        List<string> owned = [];
        if (machines > 0) owned.Add($"{machines} machine(s)");
        if (devices > 0) owned.Add($"{devices} device(s)");
        if (ranges > 0) owned.Add($"{ranges} IP range(s)");
        if (addresses > 0) owned.Add($"{addresses} static IP address(es)");
        return $"{string.Join(", ", owned)} are still allocated to {user.Name}.";
    }
}
