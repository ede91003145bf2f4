using System.Globalization;
using Maas.Core.Records;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Conditions and order of queries of records.</summary>
internal static class RecordMatch
{
    public static bool Matches(RecordTable table, StoredRecord record, IReadOnlyList<RecordCondition> conditions)
    {
        foreach (var condition in conditions)
        {
            var value = ValueOf(table, record, condition.Column);
            var holds = condition switch
            {
                RecordCondition.In list => value is not null && list.Values.Any(each => Compare(each, value) == 0),
                RecordCondition.Between limits => value is not null
                    && (limits.Low is null || Compare(limits.Low, value) <= 0) && (limits.High is null || Compare(limits.High, value) >= 0),
                RecordCondition.Contains part => value is string text && text.Contains(part.Text, StringComparison.Ordinal),
                _ => value is null,
            };
            if (!holds) return false;
        }

        return true;
    }

    public static IEnumerable<T> Order<T>(IEnumerable<T> records, RecordQuery<T> query)
        where T : StoredRecord
    {
        var ordered = records.Where(record => Matches(query.Table, record, query.Where))
            .Order(Comparer<T>.Create((one, two) =>
            {
                var order = query.OrderBy is { } column
                    ? Compare(ValueOf(query.Table, one, column), ValueOf(query.Table, two, column)) : 0;
                return order != 0 ? order : one.Id.CompareTo(two.Id);
            }));
        return query.Descending ? ordered.Reverse() : ordered;
    }

    public static int Compare(object? one, object? two) => (one, two) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string text, string other) => Maas.Core.Stores.StoreRules.TextOrder.Compare(text, other),
        (byte[] bytes, byte[] others) => bytes.AsSpan().SequenceCompareTo(others),
        _ => Convert.ToInt64(one, CultureInfo.InvariantCulture).CompareTo(Convert.ToInt64(two, CultureInfo.InvariantCulture)),
    };

    public static object? ValueOf(RecordTable table, StoredRecord record, string column) =>
        column == "id" ? record.Id
        : (table.Columns.FirstOrDefault(each => each.Name == column)
            ?? throw new ArgumentException($"Table {table.Name} has no column {column}.", nameof(column))).ValueOf(record);
}
