using System.Globalization;
using Maas.Core.Diagnosis;
using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>A part of a boot on the boot timeline, with what was seen in it. Places are parts of the whole time, 0 to 1.</summary>
/// <param name="Name">The part's name.</param>
/// <param name="Left">Where its bar begins.</param>
/// <param name="Width">How long its bar is.</param>
/// <param name="Duration">How long it took, or has lasted.</param>
/// <param name="Marks">Packets, files, scripts and events, the oldest first; of more than <see cref="MostMarks"/> the newest.</param>
/// <param name="Count">How many marks there are in all.</param>
internal sealed record BootTrack(string Name, double Left, double Width, TimeSpan Duration, IReadOnlyList<BootMark> Marks, int Count)
{
    /// <summary>The most marks of a part.</summary>
    public const int MostMarks = 60;

    private const double LeastWidth = 0.005;

    /// <summary>The parts of a boot.</summary>
    /// <param name="phases">Its phases, in their order.</param>
    /// <param name="entries">The machine's timeline; lines of its own log, and what is outside of the boot, have no mark.</param>
    /// <param name="now">The end of a part that lasts.</param>
    public static IReadOnlyList<BootTrack> Of(IReadOnlyList<PhaseSpan> phases, IReadOnlyList<TimelineEntry> entries, DateTimeOffset now)
    {
        if (phases.Count == 0) return [];
        var (start, end) = (phases[0].Start, phases[^1].End ?? now);
        var total = Math.Max((end - start).TotalSeconds, 0.001);
        var marks = entries.Where(entry => entry.At >= start && entry.At <= end)
            .Select(entry => (entry.At, Mark: MarkOf(entry, start, Place)))
            .ToLookup(each => phases.Last(phase => phase.Start <= each.At), each => each.Mark);
        return
        [
            .. phases.Select(phase =>
            {
                var seen = marks[phase].OfType<BootMark>().ToList();
                var until = phase.End ?? now;
                return new BootTrack(
                    phase.Phase.ToString(), Place(phase.Start), Math.Max(Place(until) - Place(phase.Start), LeastWidth),
                    until - phase.Start, [.. seen.TakeLast(MostMarks)], seen.Count);
            }),
        ];

        double Place(DateTimeOffset at) => Math.Clamp((at - start).TotalSeconds / total, 0, 1);
    }

    private static BootMark? MarkOf(TimelineEntry entry, DateTimeOffset start, Func<DateTimeOffset, double> place)
    {
        var (kind, took, text, hasFailed) = entry switch
        {
            TimelineEntry.EventEntry { Event.Note: var note } =>
                ("event", TimeSpan.Zero, $"{note.Type}: {note.Description}", note.Level >= EventLevel.Warning),
            TimelineEntry.ObservationEntry { Observation: var seen } => Read(seen),
            _ => ("", TimeSpan.Zero, "", false),
        };
        if (kind is "" or Observation.Syslog) return null;
        // An observation is written when it has ended.
        var (left, right) = (place(entry.At - took), place(entry.At));
        return new BootMark(kind, left, right - left, entry.At - took - start, text, hasFailed);
    }

    private static (string Kind, TimeSpan Took, string Text, bool HasFailed) Read(Observation seen) =>
        !BootEvidence.TryParse(seen, out var evidence) ? (seen.Kind, TimeSpan.Zero, seen.Text, false)
        : evidence switch
        {
            BootEvidence.Dhcp dhcp => ("dhcp", dhcp.Took, TextOf(dhcp), dhcp.Answered is null),
            BootEvidence.Script script => ("script", TimeSpan.Zero, $"{script.Name}: {script.Instruction}", false),
            BootEvidence.Transfer transfer => (
                transfer.Transport, transfer.Took,
                $"{transfer.Name}, {Units.Bytes(transfer.Bytes)} in {Units.Duration(transfer.Took)}"
                    + (transfer.Outcome == "completed" ? "" : $": {transfer.Outcome}"),
                transfer.Outcome != "completed"),
            BootEvidence.Logged => (Observation.Syslog, TimeSpan.Zero, "", false),
            _ => (seen.Kind, TimeSpan.Zero, seen.Text, true),
        };

    private static string TextOf(BootEvidence.Dhcp dhcp) => dhcp.Answered is null
        ? $"{dhcp.Asked} not answered: {dhcp.Rule}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{dhcp.Asked}, {dhcp.Answered} {dhcp.Client} {dhcp.BootFile} in {dhcp.Took.TotalMilliseconds:0.0} ms");
}

/// <summary>Something that was seen in a boot.</summary>
/// <param name="Kind"><c>dhcp</c>, <c>tftp</c>, <c>http</c>, <c>script</c> or <c>event</c>.</param>
/// <param name="Left">Where it begins, as a part of the whole time.</param>
/// <param name="Width">How long it took, as a part of the whole time; 0 for a moment.</param>
/// <param name="Offset">When it began, from the begin of the boot.</param>
/// <param name="Text">What it was, with its size and time; it may come from the network and is shown as text only.</param>
/// <param name="HasFailed">Whether it is a failure or a refusal.</param>
internal sealed record BootMark(string Kind, double Left, double Width, TimeSpan Offset, string Text, bool HasFailed);
