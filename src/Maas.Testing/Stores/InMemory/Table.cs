using System.Collections.Immutable;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Rows with numbers that ascend in the order of insertion. A number is given once, also after its row was deleted.</summary>
internal sealed record Table<T>
{
    private ImmutableSortedDictionary<long, T> Rows { get; init; } = ImmutableSortedDictionary<long, T>.Empty;

    /// <summary>The highest number that was given; 0 for none.</summary>
    public long Last { get; private init; }

    public int Count => Rows.Count;

    /// <summary>The rows by ascending number.</summary>
    public IEnumerable<KeyValuePair<long, T>> All => Rows;

    /// <summary>The rows by descending number.</summary>
    public IEnumerable<KeyValuePair<long, T>> Newest => Rows.Reverse();

    public IEnumerable<T> Values => Rows.Values;

    public T? Find(long number) => Rows.GetValueOrDefault(number);

    public Table<T> Add(Func<long, T> row) => this with { Rows = Rows.Add(Last + 1, row(Last + 1)), Last = Last + 1 };

    /// <summary>Replaces a row.</summary>
    public Table<T> Set(long number, T row) => this with { Rows = Rows.SetItem(number, row) };

    public Table<T> Remove(long number) => this with { Rows = Rows.Remove(number) };

    public Table<T> Remove(IEnumerable<long> numbers) => this with { Rows = Rows.RemoveRange(numbers) };

    public Table<T> RemoveWhere(Func<T, bool> condition) =>
        Remove([.. Rows.Where(row => condition(row.Value)).Select(row => row.Key)]);
}
