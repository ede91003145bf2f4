using Maas.Core;
using Maas.Core.Stores;

namespace Maas.Sql;

/// <summary>Reads a backup into an empty store, and compares what the store then has.</summary>
internal static class ArchiveImport
{
    /// <param name="target">The store, in a transaction that the caller commits when this returns.</param>
    /// <param name="source">The backup.</param>
    /// <param name="progress">Hears of the tables.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static StoreBackup Run(
        IArchiveTarget target, Stream source, IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken)
    {
        using var reader = new ArchiveReader(source);
        var header = reader.ReadHeader();
        var isOwn = header.Engine == target.Engine;
        CheckVersion(header, target, isOwn);
        target.Create(isOwn ? header.Schema : target.Newest);
        var known = target.ListTables().ToDictionary(table => table.Name, StringComparer.Ordinal);
        var missing = known.Keys.ToHashSet(StringComparer.Ordinal);
        List<StoreBackupTable> restored = [];
        List<string> leftOut = [];
        while (reader.ReadTable() is { } table)
        {
            if (!missing.Remove(table.Name) && (known.ContainsKey(table.Name) || (isOwn && !table.IsRecords)))
                throw new StoreBackupException($"The backup is damaged: the table {table.Name} is not expected.");
            if (!known.TryGetValue(table.Name, out var place))
            {
                if (!table.IsRecords)
                {
                    if (Skip(reader, table, cancellationToken) > 0) leftOut.Add(table.Name);
                    continue;
                }

                target.CreateRecords(table.Name);
                known.Add(table.Name, place = ArchiveTable.OfRecords(table.Name, null));
            }

            if (place.IsRecords != table.IsRecords || !place.HasColumnsOf(table))
                throw new StoreBackupException($"The table {table.Name} has other columns in the backup than in the store.");
            restored.Add(Restore(target, place, table.Last, reader, progress, cancellationToken));
        }

        if (isOwn && missing.Count > 0) throw new StoreBackupException($"The backup is damaged: the table {missing.First()} is missing.");
        target.Complete(header);
        return new StoreBackup(header.Engine, header.Schema, header.Created, restored, leftOut);
    }

    private static void CheckVersion(ArchiveHeader header, IArchiveTarget target, bool isOwn)
    {
        if (isOwn && header.Schema > target.Newest)
            throw new StoreVersionException(
                $"The backup has schema {header.Schema}, written by a newer version of this program; " +
                $"this one understands up to {target.Newest}.");
        if (isOwn && header.Schema < 1) throw new StoreBackupException("The backup is damaged: it names no schema.");
        if (!isOwn && header.Contents != target.Contents)
            throw new StoreVersionException(
                $"The backup was written by another version of this program, from {header.Engine}: start a server of this version once on "
                    + "that store, which brings it up to date, and write the backup again.");
    }

    private static StoreBackupTable Restore(
        IArchiveTarget target, ArchiveTable table, long? last, ArchiveReader reader, IProgress<StoreBackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        StoreBackupTable? result;
        var values = new object?[table.Columns.Count];
        using (var rows = target.Insert(table))
        {
            for (var count = 1L; reader.ReadRow(values, out result); count++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                rows.Add(values);
                if (count % ArchiveExport.RowsOfReport == 0) progress?.Report(new StoreBackupProgress(table.Name, count));
            }

            rows.End();
        }

        if (last is > 0 and var number) target.SetLast(table, number);
        var (found, digest) = ArchiveRow.Digest(target.Session.Connection, table);
        if (result is null || found != result.Rows || digest != result.Digest)
            throw new StoreBackupException($"The table {table.Name} of the store differs from the backup after it was restored.");
        progress?.Report(new StoreBackupProgress(table.Name, result.Rows));
        return result;
    }

    private static long Skip(ArchiveReader reader, ArchiveTable table, CancellationToken cancellationToken)
    {
        var values = new object?[table.Columns.Count];
        StoreBackupTable? result;
        while (reader.ReadRow(values, out result)) cancellationToken.ThrowIfCancellationRequested();
        return result?.Rows ?? 0;
    }
}
