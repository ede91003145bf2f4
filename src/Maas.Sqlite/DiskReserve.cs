using Maas.Sql;

namespace Maas.Sqlite;

/// <summary>
/// Part of the store's disk that only deletions may use, and the leases beside the store: a full disk must neither keep machines from
/// booting nor
/// its administrator from clearing it.
/// </summary>
/// <param name="spare">The reserve in bytes; of a small disk, a twentieth of it.</param>
/// <param name="measure">The free and the total bytes of the disk.</param>
internal sealed class DiskReserve(long spare, Func<(long Free, long Total)> measure)
{
    private const long LargestDebt = 256L * 1024 * 1024; // some of the largest writes

    public static DiskReserve Of(string directory, long spare)
    {
        var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(directory) ?? directory : directory);
        return new DiskReserve(spare, () => (drive.AvailableFreeSpace, drive.TotalSize));
    }

    /// <summary>
    /// How many bytes there are above the reserve; negative when only deletions may be written. Pages that the database has free count as
    /// free: a deletion does not make the file smaller.
    /// </summary>
    public long RoomAbove(SqlSession session)
    {
        var room = Measure(session);
        if (room > LargestDebt) return room;
        // What is in the write-ahead log still has to find its place in the database: that is settled first, so that what is measured is
        // what there is.
        session.Execute("PRAGMA wal_checkpoint(PASSIVE)");
        return Measure(session);
    }

    private long Measure(SqlSession session)
    {
        var (free, total) = measure();
        return free + FreePages(session) - Math.Min(spare, total / 20);
    }

    private static long FreePages(SqlSession session) =>
        session.ExecuteScalar<long>("PRAGMA freelist_count") * session.ExecuteScalar<long>("PRAGMA page_size");
}
