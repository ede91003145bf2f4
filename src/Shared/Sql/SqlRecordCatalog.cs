using Maas.Core.Records;

namespace Maas.Sql;

/// <summary>The tables of records that were prepared; empty before.</summary>
internal sealed class SqlRecordCatalog
{
    public IReadOnlyList<RecordTable> Tables { get; set; } = [];
}
