using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>What a host of the server said of itself last.</summary>
public sealed record HostStatus : StoredRecord
{
    /// <summary>Its controller.</summary>
    public required SystemId SystemId { get; init; }

    /// <summary>The controller's host name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>What it does.</summary>
    public HostState State { get; init; }

    /// <summary>When it said so, by the store's clock.</summary>
    public DateTimeOffset Seen { get; init; }

    /// <summary>How many power actions were under way.</summary>
    public int PowerActions { get; init; }

    /// <summary>
    /// The URLs of the folder from which other hosts fetch images, each with a slash at its end; none when it gives them no images.
    /// </summary>
    public IReadOnlyList<Uri> ImageAddresses { get; init; } = [];

    /// <summary>
    /// The rack of hosts of which one fetches an image from outside, and the others from it; <see langword="null"/> for none.
    /// </summary>
    public string? ImageRack { get; init; }

    /// <summary>The version of the server that it ran when it was last started; empty when not known.</summary>
    [JsonIgnore]
    public string ServerVersion { get; init; } = "";

    /// <summary>
    /// Whether it ran the work that one host runs at a time (<see cref="MaasCore.RunAsync"/>). A host that is missing may have lost it
    /// since.
    /// </summary>
    public bool IsLeader { get; init; }

    /// <summary>Its health and load; <see langword="null"/> when it reported none.</summary>
    public HostReport? Report { get; init; }

    /// <summary>Whether it was not stopped, and not heard of within <see cref="Hosts.Patience"/>.</summary>
    /// <param name="now">The present time, by the store's clock.</param>
    public bool IsMissing(DateTimeOffset now) => State is not HostState.Stopped && now - Seen > Hosts.Patience;
}

/// <summary>What a host does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HostState>))]
public enum HostState
{
    /// <summary>It works.</summary>
    Running,

    /// <summary>It is being stopped: it finishes power actions that are under way, and begins none.</summary>
    Draining,

    /// <summary>It was stopped.</summary>
    Stopped,
}

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(HostStatus))]
internal sealed partial class HostStatusJson : JsonSerializerContext;
