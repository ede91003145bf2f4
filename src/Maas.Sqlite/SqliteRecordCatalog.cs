using Maas.Core.Records;

namespace Maas.Sqlite;

/// <summary>The tables of records that were prepared; empty before.</summary>
internal sealed class SqliteRecordCatalog
{
    public IReadOnlyList<RecordTable> Tables { get; set; } = [];
}
