using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>A group of the list with the number of its machines. A list without groups is one section without a name.</summary>
/// <param name="name">The heading, which no other section of the list has; <see langword="null"/> for none.</param>
/// <param name="filter">Which machines are in it.</param>
/// <param name="count">How many they are.</param>
internal sealed class MachineSection(string? name, MachineFilter filter, int count)
{
    private const int MostStarts = 2_000;

    // Machines with their places, by which a page further on is found.
    private readonly SortedList<int, (string Hostname, long Number)> _starts = [];

    /// <summary>The heading; <see langword="null"/> for none.</summary>
    public string? Name => name;

    /// <summary>Which machines are in it.</summary>
    public MachineFilter Filter => filter;

    /// <summary>How many they are.</summary>
    public int Count => count;

    /// <summary>Whether only the heading is shown.</summary>
    public bool IsClosed { get; set; }

    /// <summary>How many lines are shown, with the heading.</summary>
    public int LineCount => (Name is null ? 0 : 1) + (IsClosed ? 0 : Count);

    /// <summary>The nearest known machine before a place.</summary>
    /// <returns>The place that follows it, and the machine; 0 for the beginning.</returns>
    public (int Place, (string Hostname, long Number) After) StartBefore(int place)
    {
        var (low, high) = (0, _starts.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_starts.Keys[middle] <= place) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? default : (_starts.Keys[low - 1], _starts.Values[low - 1]);
    }

    /// <summary>Notes the machine before a place.</summary>
    public void Note(int place, Machine before)
    {
        if (_starts.Count >= MostStarts) _starts.Clear();
        _starts[place] = (before.Hostname, before.Number);
    }
}
