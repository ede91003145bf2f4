using System.Text.Json.Serialization;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>A host that runs this server. It is a region controller and a rack controller in one.</summary>
public sealed record Controller : StoredRecord
{
    /// <summary>Its name for the API.</summary>
    public required SystemId SystemId { get; init; }

    /// <summary>Host name without the domain, lower case; unique.</summary>
    public required string Hostname { get; init; }

    /// <summary>DNS domain.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Host name and domain.</summary>
    [JsonIgnore]
    public string Fqdn => Domain.Length == 0 ? Hostname : $"{Hostname}.{Domain}";

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";

    /// <summary>Id of its zone.</summary>
    public long ZoneId { get; init; } = Zone.DefaultId;

    /// <summary>Architecture and sub-architecture, <c>amd64/generic</c>.</summary>
    public string Architecture { get; init; } = Machine.DefaultArchitecture;

    /// <summary>Names of its tags, sorted.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Logical processors; 0 when not known.</summary>
    public int CpuCount { get; init; }

    /// <summary>Memory in MiB; 0 when not known.</summary>
    public int MemoryMiB { get; init; }

    /// <summary>The version of the server that it runs; empty when not known.</summary>
    public string ServerVersion { get; init; } = "";

    /// <summary>Its IP addresses when it was last started, but for those of its links alone.</summary>
    public IReadOnlyList<string> IpAddresses { get; init; } = [];

    /// <summary>The network interfaces of its host that were up when it was last started.</summary>
    public IReadOnlyList<HostInterface> Interfaces { get; init; } = [];

    /// <summary>When it was last started.</summary>
    public DateTimeOffset Started { get; init; }
}

/// <summary>How controllers are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Controller))]
internal sealed partial class ControllerJson : JsonSerializerContext;
