using System.Data.Common;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Stores;

namespace Maas.Sql;

internal sealed class SqlPowerQueue(SqlDatabase database) : IPowerQueue
{
    public Task<IReadOnlyList<QueuedPowerAction>> ClaimAsync(
        DateTimeOffset now, TimeSpan duration, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            // What is withdrawn was claimed, and so is due: it is found in the index of what is due.
            session.Execute(
                "DELETE FROM effects WHERE due <= @now AND withdrawn = 1 AND claimed_until <= @now", ("@now", StoreTime.Write(now)));
            return (IReadOnlyList<QueuedPowerAction>)session.Query(
                $"""
                UPDATE effects SET claimed_until = @until, claim = claim + 1
                WHERE id IN (
                    SELECT id FROM effects e
                    WHERE due <= @now AND claimed_until <= @now
                        AND NOT EXISTS (SELECT 1 FROM effects o WHERE o.machine = e.machine AND o.id < e.id)
                    ORDER BY due, id LIMIT @limit {SqlDialect.SkipLocked})
                RETURNING id, machine, action, finishes, repeats, attempts, claim
                """,
                Read,
                ("@now", StoreTime.Write(now)), ("@until", StoreTime.Write(now + duration)), ("@limit", limit));
        },
        cancellationToken, WriteKind.Independent);

    public Task PostponeAsync(QueuedPowerAction action, DateTimeOffset due, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(
        session =>
        {
            session.Execute(
                "DELETE FROM effects WHERE id = @Id AND claim = @claim AND withdrawn = 1", ("@Id", action.Id), ("@claim", action.Claim));
            return session.Execute(
                """
                UPDATE effects SET due = @due, claimed_until = 0, attempts = attempts + 1, failure = @reason
                WHERE id = @Id AND claim = @claim
                """,
                ("@due", StoreTime.Write(due)), ("@reason", reason), ("@Id", action.Id), ("@claim", action.Claim));
        },
        cancellationToken);

    public Task ReleaseAsync(QueuedPowerAction action, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            session.Execute(
                "DELETE FROM effects WHERE id = @Id AND claim = @claim AND withdrawn = 1", ("@Id", action.Id), ("@claim", action.Claim));
            return session.Execute(
                "UPDATE effects SET claimed_until = 0 WHERE id = @Id AND claim = @claim", ("@Id", action.Id), ("@claim", action.Claim));
        },
        cancellationToken);

    public Task<bool> ExtendAsync(QueuedPowerAction action, DateTimeOffset until, CancellationToken cancellationToken) =>
        database.WriteAsync(
        session => session.Execute(
            "UPDATE effects SET claimed_until = @until WHERE id = @Id AND claim = @claim",
            ("@until", StoreTime.Write(until)), ("@Id", action.Id), ("@claim", action.Claim)) > 0,
        cancellationToken);

    public Task DropAsync(QueuedPowerAction action, CancellationToken cancellationToken) =>
        database.WriteAsync(session =>
        session.Execute("DELETE FROM effects WHERE id = @Id AND claim = @claim", ("@Id", action.Id), ("@claim", action.Claim)),
        cancellationToken, WriteKind.Deletion);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => database.ReadAsync(
        session => StoreTime.Read(session.ExecuteScalar<long?>(
            $"""
            SELECT min({SqlDialect.Greatest}(due, claimed_until)) FROM effects
            WHERE id IN (SELECT min(id) FROM effects GROUP BY machine)
            """)),
        cancellationToken);

    public Task<string?> GetFailureAsync(SystemId machine, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.ExecuteScalar<string?>(
            "SELECT failure FROM effects WHERE machine = @id AND failure IS NOT NULL AND withdrawn = 0 ORDER BY id LIMIT 1",
            ("@id", machine.ToString())),
        cancellationToken);

    public Task<int> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        session => (int)session.ExecuteScalar<long>("SELECT count(*) FROM effects WHERE withdrawn = 0"), cancellationToken);

    /// <summary>Applies the power effects of a change, within the caller's transaction.</summary>
    public static void Update(SqlSession session, string machine, MachineChange change)
    {
        var queued = session.Query(
            "SELECT id, machine, action, finishes, repeats, attempts, claim FROM effects WHERE machine = @machine AND withdrawn = 0",
            row => Read(row).Effect,
            ("@machine", machine));
        var update = PowerQueueUpdate.For(queued, change.Effects);
        if (update.WithdrawsAll) Withdraw(session, machine, change.At);
        foreach (var power in update.Additions)
        {
            session.Execute(
                """
                INSERT INTO effects (machine, action, finishes, repeats, attempts, due, claimed_until)
                VALUES (@machine, @action, @finishes, @repeats, 0, @due, 0)
                """,
                ("@machine", machine),
                ("@action", (int)power.Action),
                ("@finishes", power.Finishes ? 1 : 0),
                ("@repeats", power.Repeats ? 1 : 0),
                ("@due", StoreTime.Write(PowerQueueUpdate.DueTime(power, change.At))));
        }
    }

    /// <summary>The action that is under way stays until its claim ends.</summary>
    private static void Withdraw(SqlSession session, string machine, DateTimeOffset now)
    {
        session.Execute(
            "DELETE FROM effects WHERE machine = @machine AND claimed_until <= @now", ("@machine", machine),
                ("@now", StoreTime.Write(now)));
        session.Execute("UPDATE effects SET withdrawn = 1 WHERE machine = @machine", ("@machine", machine));
    }

    private static QueuedPowerAction Read(DbDataReader row) => new(
        row.GetInt64(0),
        SystemId.Parse(row.GetString(1)),
        new MachineEffect.Power((PowerAction)row.GetSmall(2), row.GetFlag(3), row.GetFlag(4)),
        row.GetSmall(5),
        row.GetInt64(6));
}
