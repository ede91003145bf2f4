using Maas.Core;

namespace Maas.Sql;

/// <summary>
/// Deletes the oldest events of a machine that has more than the limit. Audit events are counted apart: a machine's other events do not
/// push out what its users changed.
/// </summary>
/// <param name="keep">How many events of a machine are kept, and as many audit events.</param>
internal sealed class SqlEventLimit(int keep)
{
    /// <summary>Every so many events of a machine it is checked: so many more may be stored.</summary>
    private const int Interval = 50;

    private const int LargestCount = 10_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<(SystemId? Machine, bool IsAudit), int> _untilCheck = [];

    /// <summary>Called after each insertion, within its transaction.</summary>
    public void Apply(SqlSession session, SystemId? machine, bool isAudit)
    {
        // A machine that is not in the table is checked at once: how many events it had before the store was opened is not known.
        var key = (machine, isAudit);
        int left;
        lock (_lock)
        {
            left = _untilCheck.GetValueOrDefault(key);
            if (left == 0 && _untilCheck.Count >= LargestCount) _untilCheck.Clear();
            _untilCheck[key] = left == 0 ? Interval - 1 : left - 1;
        }

        if (left == 0) DeleteOldest(session, machine, isAudit);
    }

    private void DeleteOldest(SqlSession session, SystemId? machine, bool isAudit) => session.ExecuteLast(
        """
        DELETE FROM events WHERE machine IS NOT DISTINCT FROM @machine AND (level = 0) = @audit AND id <= (
            SELECT id FROM events
            WHERE machine IS NOT DISTINCT FROM @machine AND (level = 0) = @audit ORDER BY id DESC LIMIT 1 OFFSET @keep)
        """,
        ("@machine", machine?.ToString()), ("@audit", isAudit), ("@keep", keep));
}
