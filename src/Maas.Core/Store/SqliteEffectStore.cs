using Dapper;
using Maas.Core.Lifecycle;
using Maas.Core.Power;

namespace Maas.Core.Store;

internal sealed class SqliteEffectStore(SqliteDatabase database) : IEffectStore
{
    public Task<IReadOnlyList<QueuedEffect>> ClaimAsync(DateTimeOffset now, TimeSpan lease, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        connection => (IReadOnlyList<QueuedEffect>)[.. connection
            .Query<(long Id, string Machine, long Action, long Finishes, long Attempts)>(
                """
                UPDATE effects SET claimed_until = @until
                WHERE id IN (
                    SELECT id FROM effects
                    WHERE id IN (SELECT min(id) FROM effects GROUP BY machine) AND due <= @now AND claimed_until <= @now
                    ORDER BY due, id LIMIT @limit)
                RETURNING id, machine, action, finishes, attempts
                """,
                new { now = StoreTime.Write(now), until = StoreTime.Write(now + lease), limit })
            .Select(row => new QueuedEffect(row.Id, SystemId.Parse(row.Machine), new MachineEffect.Power((PowerAction)row.Action, row.Finishes != 0), (int)row.Attempts))],
        cancellationToken);

    public Task PostponeAsync(QueuedEffect effect, DateTimeOffset due, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "UPDATE effects SET due = @due, claimed_until = 0, attempts = attempts + 1 WHERE id = @Id", new { due = StoreTime.Write(due), effect.Id }),
        cancellationToken);

    public Task DropAsync(QueuedEffect effect, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.Execute("DELETE FROM effects WHERE id = @Id", new { effect.Id }), cancellationToken);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => database.ReadAsync(
        connection => StoreTime.Read(connection.ExecuteScalar<long?>(
            "SELECT min(max(due, claimed_until)) FROM effects WHERE id IN (SELECT min(id) FROM effects GROUP BY machine)")),
        cancellationToken);

    /// <summary>Gives back what a process that is gone had taken.</summary>
    public void ReleaseClaims() => database.WriteAsync(connection => connection.Execute("UPDATE effects SET claimed_until = 0"), default).GetAwaiter().GetResult();
}
