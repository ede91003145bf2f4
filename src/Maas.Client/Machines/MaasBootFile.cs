namespace Maas.Client.Machines;

/// <summary>A file that a machine would receive.</summary>
public sealed record MaasBootFile
{
    /// <summary>Its name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Its text, in which secrets are asterisks; null when it cannot be made.</summary>
    public string? Text { get; init; }

    /// <summary>Why it cannot be made; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>When the machine received it last; null when it has not, or in a comparison with another machine.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>
    /// The difference to what it received, or to the other machine's, as of <c>diff -u</c>; empty when they are the same, null without one.
    /// </summary>
    public string? Change { get; init; }
}
