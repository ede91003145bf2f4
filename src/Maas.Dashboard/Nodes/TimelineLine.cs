using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>A line of a machine's timeline, as it is shown.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What kind of event or observation it is, such as <c>Deploying</c> or <c>dhcp</c>.</param>
/// <param name="Text">In words; it may come from the network and is shown as text only.</param>
internal readonly record struct TimelineLine(DateTimeOffset At, string Kind, string Text)
{
    /// <summary>The line of an entry.</summary>
    public static TimelineLine Of(TimelineEntry entry) => entry switch
    {
        TimelineEntry.EventEntry { Event: var happened } => new(entry.At, happened.Note.Type, happened.Note.Description),
        TimelineEntry.ObservationEntry { Observation: var seen } => new(entry.At, seen.Kind, seen.Text),
        _ => new(entry.At, "", ""),
    };
}
