using System.Globalization;

namespace Maas.Sql;

/// <summary>
/// Deletes old events of machines that were deleted. Those of a machine that is there are bounded for it alone; without this, each
/// machine that comes and goes would
/// leave its own for ever. A user's changes (audit events) are counted apart.
/// </summary>
internal static class SqlEventRetention
{
    /// <summary>How many events one transaction deletes: other writes wait for no more than that.</summary>
    private const int Batch = 500;

    private const string OfDeleted = "machine IS NOT NULL AND NOT EXISTS (SELECT 1 FROM machines m WHERE m.id = events.machine)";

    /// <summary>Keeps the newest events and those that are young enough.</summary>
    /// <param name="database">The store.</param>
    /// <param name="keep">How many are kept, and as many audit events.</param>
    /// <param name="since">Older ones are deleted also when they are few; <see langword="null"/> for no limit.</param>
    /// <param name="cancellationToken">Ends it after a batch.</param>
    /// <returns>How many were deleted.</returns>
    public static async Task<int> ApplyAsync(SqlDatabase database, int keep, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var level in (string[])["level = 0", "level <> 0"])
        {
            var newest = await database.ReadAsync(session => NewestToDelete(session, level, keep), cancellationToken).ConfigureAwait(
                false);
            for (var after = 0L; newest > 0 || since is not null;)
            {
                var ids = await database.ReadAsync(session =>
                    Find(session, level, after, newest, since), cancellationToken).ConfigureAwait(false);
                if (ids.Count == 0) break;
                after = ids[^1];
                deleted += await database.WriteAsync(session =>
                    Delete(session, ids), cancellationToken, WriteKind.Deletion).ConfigureAwait(false);
            }
        }

        return deleted;
    }

    // The events are looked for on a reader's session: that takes a while where they are many, and the writer goes on meanwhile.
    private static long NewestToDelete(SqlSession session, string level, int keep) => session.ExecuteScalar<long>(
        $"SELECT id FROM events WHERE {level} AND {OfDeleted} ORDER BY id DESC LIMIT 1 OFFSET @keep", ("@keep", keep));

    private static List<long> Find(SqlSession session, string level, long after, long newest, DateTimeOffset? since) =>
        session.Query(
        $"""
        SELECT id FROM events WHERE id > @after AND (id <= @newest OR at < @since) AND {level} AND {OfDeleted} ORDER BY id LIMIT @batch
        """,
        row => row.GetInt64(0),
        ("@after", after), ("@newest", newest), ("@since", StoreTime.Write(since)), ("@batch", Batch));

    private static int Delete(SqlSession session, IReadOnlyList<long> ids) => session.Execute(
        $"DELETE FROM events WHERE id IN ({string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)))})");
}
