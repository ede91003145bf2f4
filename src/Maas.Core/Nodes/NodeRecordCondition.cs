using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>A condition on the records of a table whose text column <c>node</c> has the id of a machine.</summary>
/// <param name="Table">The table.</param>
/// <param name="Where">The conditions; all of them must hold of the same record.</param>
public sealed record NodeRecordCondition(RecordTable Table, IReadOnlyList<RecordCondition> Where)
{
    /// <summary>Whether no record may match; otherwise at least one must.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>
    /// A table with a column <c>node</c>: a machine that has no record in it matches in any case. <see langword="null"/> for no exception.
    /// </summary>
    public RecordTable? Unless { get; init; }
}
