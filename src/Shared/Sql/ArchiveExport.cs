using Maas.Core.Stores;

namespace Maas.Sql;

/// <summary>Writes the tables of a store into a backup.</summary>
internal static class ArchiveExport
{
    /// <summary>How many rows are between two reports of progress.</summary>
    public const int RowsOfReport = 10_000;

    /// <param name="session">A connection whose transaction sees the store at one moment.</param>
    /// <param name="header">Describes the store.</param>
    /// <param name="tables">Its tables.</param>
    /// <param name="destination">Where to write.</param>
    /// <param name="progress">Hears of the tables.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static StoreBackup Run(
        SqlSession session, ArchiveHeader header, IReadOnlyList<ArchiveTable> tables, Stream destination,
        IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken)
    {
        using var writer = new ArchiveWriter(destination);
        writer.Begin(header);
        List<StoreBackupTable> written = [];
        foreach (var table in tables)
        {
            writer.BeginTable(table);
            var rows = 0L;
            ArchiveRow.ForEach(session.Connection, table, row =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                writer.WriteRow(row, table.Columns);
                if (++rows % RowsOfReport == 0) progress?.Report(new StoreBackupProgress(table.Name, rows));
            });
            written.Add(new StoreBackupTable(table.Name, rows, writer.EndTable(rows)));
            progress?.Report(new StoreBackupProgress(table.Name, rows));
        }

        writer.End();
        return new StoreBackup(header.Engine, header.Schema, header.Created, written, []);
    }
}
