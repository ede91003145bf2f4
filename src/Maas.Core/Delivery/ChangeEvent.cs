using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Maas.Core.Nodes;

namespace Maas.Core.Delivery;

/// <summary>A change of a machine as it is delivered to other systems. <see cref="ToCloudEvent"/> is its JSON.</summary>
public sealed record ChangeEvent
{
    /// <summary>
    /// Identifies the change together with <see cref="Source"/>: each repetition has the same. The number of the change and its time.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The MAAS, <c>urn:uuid:…</c>: one value for all hosts of a store, made at the first delivery.</summary>
    public required string Source { get; init; }

    /// <summary>What happened.</summary>
    public required ChangeEventKind Kind { get; init; }

    /// <summary>The position in the change feed, ascending.</summary>
    public required long Number { get; init; }

    /// <summary>The time of the change.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The change; <see langword="null"/> for <see cref="ChangeEventKind.HistoryExpired"/>.</summary>
    public MachineChanged? Change { get; init; }

    /// <summary>The machine's host name at the time of the attempt; <see langword="null"/> when the machine was deleted since.</summary>
    public string? Hostname { get; init; }

    /// <summary>The name of its zone at the time of the attempt; <see langword="null"/> when the machine was deleted since.</summary>
    public string? Zone { get; init; }

    /// <summary>The name of its pool at the time of the attempt; <see langword="null"/> when the machine was deleted since.</summary>
    public string? Pool { get; init; }

    /// <summary>The <c>type</c> attribute of the CloudEvent, such as <c>maas.machine.status_changed</c>.</summary>
    public string Type => Kind switch
    {
        ChangeEventKind.Created => "maas.machine.created",
        ChangeEventKind.Updated => "maas.machine.updated",
        ChangeEventKind.StatusChanged => "maas.machine.status_changed",
        ChangeEventKind.Deleted => "maas.machine.deleted",
        _ => "maas.history_expired",
    };

    /// <summary>
    /// The change as a CloudEvent 1.0 in the JSON format (<c>application/cloudevents+json</c>), with the extensions <c>partitionkey</c>
    /// and <c>sequence</c>.
    /// </summary>
    public ReadOnlyMemory<byte> ToCloudEvent()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("specversion", "1.0");
        json.WriteString("id", Id);
        json.WriteString("source", Source);
        json.WriteString("type", Type);
        if (Change is not null) json.WriteString("subject", Change.MachineId.ToString());
        json.WriteString("time", At.UtcDateTime);
        json.WriteString("datacontenttype", "application/json");
        if (Change is not null) json.WriteString("partitionkey", Change.MachineId.ToString());
        json.WriteString("sequence", Number.ToString("D20", CultureInfo.InvariantCulture)); // compared as text
        json.WriteStartObject("data");
        json.WriteNumber("number", Number);
        if (Change is { } change) WriteMachine(json, change);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>The kind of a change.</summary>
    public static ChangeEventKind KindOf(MachineChanged change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return change switch
        {
            { From: null } => ChangeEventKind.Created,
            { To: null } => ChangeEventKind.Deleted,
            { IsStatusChange: true } => ChangeEventKind.StatusChanged,
            _ => ChangeEventKind.Updated,
        };
    }

    private void WriteMachine(Utf8JsonWriter json, MachineChanged change)
    {
        json.WriteString("system_id", change.MachineId.ToString());
        json.WriteNumber("version", change.Version);
        json.WriteString("from", change.From?.ToString());
        json.WriteString("to", change.To?.ToString());
        json.WriteString("operation", change.OperationId?.ToString());
        json.WriteString("hostname", Hostname);
        json.WriteString("zone", Zone);
        json.WriteString("pool", Pool);
    }
}

/// <summary>What a delivered change says.</summary>
public enum ChangeEventKind
{
    /// <summary>A machine is new.</summary>
    Created,

    /// <summary>A machine changed and kept its status.</summary>
    Updated,

    /// <summary>A machine came into another status.</summary>
    StatusChanged,

    /// <summary>A machine was deleted.</summary>
    Deleted,

    /// <summary>
    /// Changes were deleted from the history before they could be delivered (<see cref="MaasCoreOptions.MachineChanges"/>): list the
    /// machines again. It is always delivered, whatever the filter says.
    /// </summary>
    HistoryExpired,
}
