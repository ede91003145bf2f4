using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>A boot script or an answer file as a machine received it last, without secrets.</summary>
public sealed record ReceivedBootFile : StoredRecord
{
    /// <summary>The machine.</summary>
    [JsonConverter(typeof(SystemIdJsonConverter))]
    public required SystemId Machine { get; init; }

    /// <summary>What it is: <c>iPXE script</c>, <c>GRUB configuration</c>, <c>pxelinux configuration</c>, or a file's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its text; tokens and passwords are replaced by asterisks.</summary>
    public required string Text { get; init; }

    /// <summary>The machine's owner then; <see langword="null"/> for none.</summary>
    public string? Owner { get; init; }

    /// <summary>When the machine received this text first.</summary>
    public DateTimeOffset At { get; init; }
}
