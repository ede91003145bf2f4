using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>Messages for users.</summary>
/// <example>
/// <code>
/// await core.Notifications.Records.CreateAsync(
///     new Notification { Message = "Maintenance at {hour}", Context = """{"hour": 18}""", Users = true, Dismissable = true },
///     actor: null);
/// </code>
/// </example>
public sealed class Notifications
{
    private readonly IRecordStore _store;
    private readonly TimeProvider _timeProvider;

    internal Notifications(IRecordStore store, TimeProvider timeProvider)
    {
        (_store, _timeProvider) = (store, timeProvider);
        Records = new RecordSet<Notification>(
            store,
            NotificationTables.Notifications,
            new RecordRules<Notification>
            {
                Noun = "Notification",
                NameOf = notification => notification.Ident ?? notification.Message,
                AlreadyExists = _ => "Notification with this Ident already exists.",
                Load = _ => Task.FromResult(new RecordContext<Notification>
                {
                    Check = (notification, _, _) => new(NotificationRules.Check(notification)),
                }),
            },
            timeProvider);
    }

    /// <summary>All messages.</summary>
    public RecordSet<Notification> Records { get; }

    /// <summary>Whether a message is for a user.</summary>
    /// <param name="notification">The message.</param>
    /// <param name="user">The user.</param>
    public static bool IsFor(Notification notification, User user) => NotificationRules.IsFor(notification, user);

    /// <summary>The messages for a user that the user has not dismissed, by id.</summary>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<Notification>> ListForAsync(User user, CancellationToken cancellationToken = default)
    {
        var dismissed = (await DismissalsAsync("user", user.Id, cancellationToken).ConfigureAwait(false))
            .Select(dismissal => dismissal.NotificationId).ToHashSet();
        return
        [
            .. (await Records.ListAsync(cancellationToken).ConfigureAwait(false))
                .Where(notification => notification.IsFor(user) && !dismissed.Contains(notification.Id)),
        ];
    }

    /// <summary>No longer lists a message for a user. Repeating it changes nothing.</summary>
    /// <param name="notification">The message.</param>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> when the message is not for the user or cannot be dismissed.</returns>
    public async Task<bool> DismissAsync(Notification notification, User user, CancellationToken cancellationToken = default)
    {
        if (!notification.IsFor(user) || !notification.Dismissable) return false;
        // A dismissal that exists already, and a message that was deleted meanwhile, leave nothing to do.
        await _store.SaveAsync(
            new RecordBatch
            {
                At = _timeProvider.GetUtcNow(),
                Changes =
                [
                    new RecordChange.Insert(
                        NotificationTables.Dismissals,
                        new NotificationDismissal { NotificationId = notification.Id, UserId = user.Id }),
                ],
            },
            cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The deletion of what concerns one user alone.</summary>
    internal async Task<IReadOnlyList<RecordChange>> DeletionsOfUserAsync(long userId, CancellationToken cancellationToken)
    {
        var own = await _store.ListAsync(
            new RecordQuery<Notification>(NotificationTables.Notifications) { Where = [RecordCondition.Is("user", userId)] },
            cancellationToken).ConfigureAwait(false);
        var ids = own.Select(notification => notification.Id).ToHashSet();
        return
        [
            .. (await DismissalsAsync("user", userId, cancellationToken).ConfigureAwait(false))
                .Where(dismissal => !ids.Contains(dismissal.NotificationId)) // those are deleted together with the message
                .Select(dismissal => new RecordChange.Delete(NotificationTables.Dismissals, dismissal.Id, dismissal.Version)),
            .. own.Select(notification =>
                new RecordChange.Delete(NotificationTables.Notifications, notification.Id, notification.Version)),
        ];
    }

    private Task<IReadOnlyList<NotificationDismissal>> DismissalsAsync(string column, long id, CancellationToken cancellationToken) =>
        _store.ListAsync(
            new RecordQuery<NotificationDismissal>(NotificationTables.Dismissals) { Where = [RecordCondition.Is(column, id)] },
            cancellationToken);
}
