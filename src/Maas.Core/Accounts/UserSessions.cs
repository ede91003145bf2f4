using System.Security.Cryptography;
using System.Text;
using Maas.Core.Events;
using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>
/// The sessions of users who signed in by a browser, on all hosts of the store. A session ends when the user ends it, has another password,
/// or is removed, and when it was not used for <see cref="Lifetime"/>.
/// </summary>
/// <example>
/// <code>
/// var (session, token) = await core.Sessions.BeginAsync(user, "10.0.0.7", "Firefox");
/// if (await core.Sessions.FindAsync(token) is { } found) Console.WriteLine(found.User.Name);
/// await core.Sessions.EndAllAsync(user, except: session.Id, actor: user.Name);
/// </code>
/// </example>
public sealed class UserSessions
{
    /// <summary>The most sessions of a user; a new one ends the one that was used least recently.</summary>
    public const int MostPerUser = 50;

    private const int LongestClient = 200, TokenBytes = 32;
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(5);

    private readonly IRecordStore _records;
    private readonly IAccountStore _accounts;
    private readonly TimeProvider _timeProvider;

    internal UserSessions(IRecordStore records, IAccountStore accounts, TimeProvider timeProvider) =>
        (_records, _accounts, _timeProvider) = (records, accounts, timeProvider);

    /// <summary>How long an unused session lasts: 8 hours.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromHours(8);

    /// <summary>Begins a session.</summary>
    /// <param name="user">The user, who has been authenticated.</param>
    /// <param name="from">The address that the user signs in from; empty when not known.</param>
    /// <param name="client">What the browser calls itself; empty when it says nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The session, and the token that proves it: 64 characters, for the browser alone.</returns>
    /// <exception cref="InvalidOperationException">The user does not exist any more.</exception>
    public async Task<(UserSession Session, string Token)> BeginAsync(
        User user, string from, string client, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await StampAsync(user, cancellationToken).ConfigureAwait(false) is not { } stamp)
                throw new InvalidOperationException("The user does not exist any more.");
            var now = _timeProvider.GetUtcNow();
            var sessions = await AllAsync(user.Id, cancellationToken).ConfigureAwait(false);
            var session = new UserSession
            {
                UserId = user.Id,
                UserName = user.Name,
                Begun = now,
                LastUsed = now,
                From = from,
                Client = new string([.. client.Where(each => !char.IsControl(each)).Take(LongestClient)]),
                TokenHash = HashOf(token),
                PasswordStamp = stamp,
            };
            var past = sessions.OrderByDescending(each => each.LastUsed).Where((each, at) => at >= MostPerUser - 1 || IsOver(each, stamp));
            if (await SaveAsync(
                [new RecordChange.Insert(AccountTables.Sessions, session), .. past.Select(Deletion)], [], cancellationToken)
                .ConfigureAwait(false) is { } saved)
                return ((UserSession)saved.Records[0]!, token); // an insertion has one
        }
    }

    /// <summary>The session of a token, if it has not ended, and its user as the user is now.</summary>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(UserSession Session, User User)?> FindAsync(string token, CancellationToken cancellationToken = default)
    {
        if (await PeekAsync(token, cancellationToken).ConfigureAwait(false) is not var (session, user)) return null;
        var now = _timeProvider.GetUtcNow();
        if (now - session.LastUsed < TouchInterval) return (session, user);
        return (await TouchAsync(session with { LastUsed = now }, cancellationToken).ConfigureAwait(false), user);
    }

    /// <summary>
    /// As <see cref="FindAsync"/>, without using the session: for what a page does by itself, so that one that was left open does not keep
    /// its session from ending.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(UserSession Session, User User)?> PeekAsync(string token, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length != 2 * TokenBytes) return null;
        var found = await _records.ListAsync(
            new RecordQuery<UserSession>(AccountTables.Sessions) { Where = [RecordCondition.Is("token", HashOf(token))], Limit = 1 },
            cancellationToken).ConfigureAwait(false);
        if (found is not [var session] || await _accounts.FindUserAsync(session.UserName, cancellationToken).ConfigureAwait(false)
            is not (var user, var hash) || user.Id != session.UserId || IsOver(session, StampOf(hash)))
            return null;
        return (session, user);
    }

    /// <summary>A user's sessions that have not ended, the most recently used first.</summary>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<UserSession>> ListAsync(User user, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        return await StampAsync(user, cancellationToken).ConfigureAwait(false) is { } stamp
            ? [
                .. (await AllAsync(user.Id, cancellationToken).ConfigureAwait(false)).Where(session => !IsOver(session, stamp))
                    .OrderByDescending(session => session.LastUsed).ThenByDescending(session => session.Id),
            ]
            : [];
    }

    /// <summary>Ends a session of a user's.</summary>
    /// <param name="user">The user.</param>
    /// <param name="id">Its id.</param>
    /// <param name="actor">Name of the user who ends it, for the audit event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> when the user has no such session.</returns>
    public async Task<bool> EndAsync(User user, long id, string? actor, CancellationToken cancellationToken = default) =>
        await EndAsync(user, session => session.Id == id, actor, cancellationToken).ConfigureAwait(false) > 0;

    /// <summary>Ends all sessions of a user's.</summary>
    /// <param name="user">The user.</param>
    /// <param name="except">The id of one that goes on; <see langword="null"/> for none.</param>
    /// <param name="actor">Name of the user who ends them, for the audit event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many there were.</returns>
    public Task<int> EndAllAsync(User user, long? except, string? actor, CancellationToken cancellationToken = default) =>
        EndAsync(user, session => session.Id != except, actor, cancellationToken);

    /// <summary>
    /// Keeps a session whose user has just chosen a new password, which ends all others of that user's.
    /// </summary>
    /// <param name="session">The session in which the password was changed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task KeepAsync(UserSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        while (await _records.GetAsync(AccountTables.Sessions, session.Id, cancellationToken).ConfigureAwait(false) is { } stored
            && await _accounts.FindUserAsync(stored.UserName, cancellationToken).ConfigureAwait(false) is (var user, var hash)
            && user.Id == stored.UserId && stored.TokenHash == session.TokenHash)
        {
            var kept = stored with { PasswordStamp = StampOf(hash) };
            if (await SaveAsync([new RecordChange.Update(AccountTables.Sessions, kept)], [], cancellationToken).ConfigureAwait(false)
                is not null) return;
        }
    }

    /// <summary>The deletion of a user's sessions.</summary>
    internal async Task<IEnumerable<RecordChange>> DeletionsOfUserAsync(long userId, CancellationToken cancellationToken) =>
        (await AllAsync(userId, cancellationToken).ConfigureAwait(false)).Select(Deletion);

    private async Task<UserSession> TouchAsync(UserSession session, CancellationToken cancellationToken)
    {
        try
        {
            // Another request may be faster, or end the session: the next one sees that.
            await SaveAsync([new RecordChange.Update(AccountTables.Sessions, session)], [], cancellationToken).ConfigureAwait(false);
        }
        catch (StoreFullException)
        {
            // The session ends sooner: a user whose store is full must be able to delete something.
        }

        return session;
    }

    private async Task<int> EndAsync(User user, Func<UserSession, bool> isMeant, string? actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ended = (await AllAsync(user.Id, cancellationToken).ConfigureAwait(false)).Where(isMeant).ToList();
            if (ended.Count == 0) return 0;
            var text = $"{ended.Count} session{(ended.Count > 1 ? "s" : "")} of user '{user.Name}' ended.";
            if (await SaveAsync(
                [.. ended.Select(Deletion)], [new EventNote(EventLevel.Audit, "Authentication", text, actor)], cancellationToken)
                .ConfigureAwait(false) is not null)
                return ended.Count;
        }
    }

    private static RecordChange Deletion(UserSession session) =>
        new RecordChange.Delete(AccountTables.Sessions, session.Id, session.Version);

    private Task<IReadOnlyList<UserSession>> AllAsync(long userId, CancellationToken cancellationToken) => _records.ListAsync(
        new RecordQuery<UserSession>(AccountTables.Sessions) { Where = [RecordCondition.Is("user", userId)] }, cancellationToken);

    private async Task<RecordResult.Saved?> SaveAsync(
        IReadOnlyList<RecordChange> changes, IReadOnlyList<EventNote> events, CancellationToken cancellationToken) =>
        await _records.SaveAsync(
            new RecordBatch { At = _timeProvider.GetUtcNow(), Changes = changes, Events = events }, cancellationToken)
            .ConfigureAwait(false) as RecordResult.Saved;

    private bool IsOver(UserSession session, string stamp) =>
        session.PasswordStamp != stamp || _timeProvider.GetUtcNow() - session.LastUsed >= Lifetime;

    private async Task<string?> StampAsync(User user, CancellationToken cancellationToken) =>
        await _accounts.FindUserAsync(user.Name, cancellationToken).ConfigureAwait(false) is (var found, var hash) && found.Id == user.Id
            ? StampOf(hash)
            : null;

    // The hash has a salt: each new password has another stamp, also one that is equal to the old password.
    private static string StampOf(string passwordHash) => HashOf(passwordHash)[..32];

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
