using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>An order of the list.</summary>
/// <param name="Name">Its name in the URL.</param>
/// <param name="Title">What the user chooses.</param>
/// <param name="IsByName">Whether it goes by the host names, or else by when the machines were added.</param>
/// <param name="IsDescending">Whether it is descending.</param>
internal sealed record MachineOrder(string Name, string Title, bool IsByName, bool IsDescending)
{
    /// <summary>The orders to choose from; the first one is the default.</summary>
    public static IReadOnlyList<MachineOrder> All { get; } =
    [
        new("name", "Names A to Z", true, false), new("-name", "Names Z to A", true, true),
        new("-added", "Newest first", false, true), new("added", "Oldest first", false, false),
    ];

    /// <summary>The order of a name in the URL; the default for any other text.</summary>
    public static MachineOrder Named(string? name) => All.FirstOrDefault(order => order.Name == name) ?? All[0];

    /// <summary>The filter for a page.</summary>
    /// <param name="filter">Which machines.</param>
    /// <param name="after">The machine before the page, or one before that; the default for the beginning.</param>
    /// <param name="offset">How many machines after that one the page begins.</param>
    /// <param name="limit">How many machines it has.</param>
    public MachineFilter Page(MachineFilter filter, (string Hostname, long Number) after, int offset, int limit) => filter with
    {
        AfterHostname = IsByName ? after.Hostname ?? "" : null,
        AfterNumber = IsByName ? 0 : after.Number,
        IsDescending = IsDescending,
        Offset = offset,
        Limit = limit,
    };
}
