using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Sql;

/// <summary>Conditions on records as terms of a WHERE clause.</summary>
internal static class SqlRecordConditions
{
    /// <summary>The terms, all of which must hold.</summary>
    /// <param name="table">The table.</param>
    /// <param name="conditions">The conditions.</param>
    /// <param name="prefix">What precedes each column: the alias of the table with a dot; empty for nothing.</param>
    /// <param name="add">Adds a parameter, and returns its name.</param>
    public static List<string> Build(
        RecordTable table, IReadOnlyList<RecordCondition> conditions, string prefix, Func<object, string> add) =>
    [
        .. conditions.Select(condition =>
        {
            var column = prefix + ColumnOf(table, condition.Column);
            return condition switch
            {
                RecordCondition.In { Values.Count: 0 } => "1 = 0",
                RecordCondition.In { Values: var values } => $"{column} IN ({string.Join(", ", values.Select(add))})",
                RecordCondition.Between { Low: { } low, High: { } high } => $"{column} BETWEEN {add(low)} AND {add(high)}",
                RecordCondition.Between { Low: { } low } => $"{column} >= {add(low)}",
                RecordCondition.Between { High: { } high } => $"{column} <= {add(high)}",
                RecordCondition.Between => $"{column} IS NOT NULL",
                RecordCondition.Contains { Text: var text } => $"{SqlDialect.Position}({column}, {add(text)}) > 0",
                RecordCondition.Missing => $"{column} IS NULL",
                _ => throw new NotSupportedException($"{condition} is no condition that this store knows."),
            };
        }),
    ];

    /// <summary>Adds conditions on records of the machine <c>m</c>.</summary>
    public static void AddOfMachine(SqlConditions sql, IEnumerable<NodeRecordCondition> conditions)
    {
        foreach (var condition in conditions) sql.Add(OfMachine(condition, sql));
    }

    private static string OfMachine(NodeRecordCondition condition, SqlConditions sql)
    {
        // The records of one machine are few: the prefix keeps SQLite from the indexes of the other columns.
        var terms = Build(condition.Table, condition.Where, SqlDialect.WithoutIndex + "r.", sql.AddParameter);
        terms.Insert(0, $"r.{ColumnOf(condition.Table, "node")} = m.id");
        var exists = $"EXISTS (SELECT 1 FROM \"{condition.Table.Name}\" r WHERE {string.Join(" AND ", terms)})";
        if (condition.IsAbsent) exists = "NOT " + exists;
        return condition.Unless is { } other
            ? $"({exists} OR NOT EXISTS (SELECT 1 FROM \"{other.Name}\" o WHERE o.{ColumnOf(other, "node")} = m.id))"
            : exists;
    }

    /// <summary>A column as SQL. Its name goes into the SQL, so it must be one of the table's own.</summary>
    public static string ColumnOf(RecordTable table, string name) =>
        name == "id" || table.Columns.Any(column => column.Name == name)
            ? $"\"{name}\""
            : throw new ArgumentException($"Table {table.Name} has no column {name}.", nameof(name));
}
