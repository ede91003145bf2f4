using System.Collections.Immutable;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Rows with numbers that ascend in the order of insertion. A number is given once, also after its row was deleted.</summary>
internal sealed record Table<T>
{
    private static readonly Comparer<KeyValuePair<long, T>> ByNumber =
        Comparer<KeyValuePair<long, T>>.Create((one, two) => one.Key.CompareTo(two.Key));

    // By ascending number: a tree, from whose end rows are read without a copy.
    private ImmutableList<KeyValuePair<long, T>> Rows { get; init; } = [];

    /// <summary>The highest number that was given; 0 for none.</summary>
    public long Last { get; private init; }

    public int Count => Rows.Count;

    /// <summary>The rows by ascending number.</summary>
    public IEnumerable<KeyValuePair<long, T>> All => Rows;

    /// <summary>The rows by descending number.</summary>
    public IEnumerable<KeyValuePair<long, T>> Newest
    {
        get
        {
            for (var index = Rows.Count - 1; index >= 0; index--) yield return Rows[index];
        }
    }

    public IEnumerable<T> Values => Rows.Select(row => row.Value);

    public T? Find(long number) => IndexOf(number) is >= 0 and var index ? Rows[index].Value : default;

    public Table<T> Add(Func<long, T> row) => this with { Rows = Rows.Add(new(Last + 1, row(Last + 1))), Last = Last + 1 };

    /// <summary>Replaces a row, or adds it in its place.</summary>
    public Table<T> Set(long number, T row)
    {
        var index = IndexOf(number);
        return this with { Rows = index >= 0 ? Rows.SetItem(index, new(number, row)) : Rows.Insert(~index, new(number, row)) };
    }

    public Table<T> Remove(long number) =>
        IndexOf(number) is >= 0 and var index ? this with { Rows = Rows.RemoveAt(index) } : this;

    public Table<T> Remove(IEnumerable<long> numbers) => numbers.Aggregate(this, (table, number) => table.Remove(number));

    public Table<T> RemoveWhere(Func<T, bool> condition) => this with { Rows = Rows.RemoveAll(row => condition(row.Value)) };

    // For a number without a row, the complement of where it belongs.
    private int IndexOf(long number) => Rows.BinarySearch(new(number, default!), ByNumber); // only numbers are compared
}
