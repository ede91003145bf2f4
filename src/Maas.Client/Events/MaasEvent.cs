using System.Globalization;
using System.Text.Json.Serialization;

namespace Maas.Client.Events;

/// <summary>Something that has happened to a machine.</summary>
public sealed record MaasEvent
{
    /// <summary>Its number. Newer events have higher ones.</summary>
    public long Id { get; init; }

    /// <summary>The system id of the machine.</summary>
    public string Node { get => field ?? ""; init; }

    /// <summary>The name of the machine.</summary>
    public string Hostname { get => field ?? ""; init; }

    /// <summary>The user who caused it; empty for none.</summary>
    public string Username { get => field ?? ""; init; }

    /// <summary>AUDIT, DEBUG, INFO, WARNING, ERROR or CRITICAL.</summary>
    public string Level { get => field ?? ""; init; }

    /// <summary>Its kind.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>What has happened, as text.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>When it happened, as the server writes it: <c>Sun, 22 Nov. 2026 22:21:09</c>, in UTC.</summary>
    public string Created { get => field ?? ""; init; }

    /// <summary><see cref="Created"/> as a time; null when the text has another form.</summary>
    [JsonIgnore]
    public DateTimeOffset? CreatedAt =>
        DateTimeOffset.TryParseExact(
            Created,
            "ddd, dd MMM. yyyy HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time)
            ? time
            : null;
}
