using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Core.Diagnosis;

/// <summary>A line of a timeline, read.</summary>
/// <param name="Source">The line.</param>
/// <param name="Evidence">What was observed; <see langword="null"/> for an event, and for a text that is not understood.</param>
internal sealed record TraceEntry(TimelineEntry Source, BootEvidence? Evidence)
{
    public DateTimeOffset At => Source.At;

    public EventNote? Note => (Source as TimelineEntry.EventEntry)?.Event.Note;

    public BootEvidence.Dhcp? Dhcp => Evidence as BootEvidence.Dhcp;

    public BootEvidence.Transfer? Transfer => Evidence as BootEvidence.Transfer;

    public BootEvidence.Script? Script => Evidence as BootEvidence.Script;

    /// <summary>
    /// Whether firmware, iPXE included, sent the message; the agent and installed systems name no architecture. Of a message through a
    /// relay that is not served the server reads no architecture.
    /// </summary>
    public bool IsFirmware => Dhcp is { Firmware: not null } or { BootFile: not null } || IsOfUnservedRelay;

    private bool IsOfUnservedRelay =>
        Dhcp is { Answered: null, Relay: not null } dhcp && dhcp.Rule.Contains("relay", StringComparison.Ordinal);

    public bool IsFirmwareDiscover => IsFirmware && Dhcp is { Asked: "DISCOVER" or "SOLICIT" };

    public bool IsRequest => Dhcp is { Asked: "REQUEST" or "INFORMATION-REQUEST" };

    /// <summary>Whether the answer names a script, which iPXE runs: the boot program has started.</summary>
    public bool NamesScript => Dhcp?.BootFile is { } file && IsScriptName(file);

    /// <summary>Whether it shows that something goes on: what persons and workers do to a machine, or to its power, does not.</summary>
    public bool IsProgress => Note is null or { Level: not EventLevel.Audit, Type: not "Power" };

    /// <summary>What was said: an event's description, or a line of the machine's log.</summary>
    public string Words => Note?.Description ?? (Evidence as BootEvidence.Logged)?.Line ?? "";

    public static TraceEntry Read(TimelineEntry source) => new(
        source,
        source is TimelineEntry.ObservationEntry { Observation: var observation } && BootEvidence.TryParse(observation, out var evidence)
            ? evidence
            : null);

    public bool Says(params ReadOnlySpan<string> phrases)
    {
        foreach (var phrase in phrases)
            if (Words.Contains(phrase, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>Whether a file's name is one of a machine's script.</summary>
    public static bool IsScriptName(string file) =>
        file.Contains("ipxe/", StringComparison.Ordinal) || file.Contains("grub.cfg", StringComparison.Ordinal)
        || file.Contains("pxelinux.cfg/", StringComparison.Ordinal);
}
