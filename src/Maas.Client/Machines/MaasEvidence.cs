namespace Maas.Client.Machines;

/// <summary>A line of a machine's timeline.</summary>
public sealed record MaasEvidence
{
    /// <summary>When it was seen.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>What has seen it, such as dhcp, tftp or syslog; event for an event.</summary>
    public string Kind { get => field ?? ""; init; }

    /// <summary>What was seen.</summary>
    public string Text { get => field ?? ""; init; }
}
