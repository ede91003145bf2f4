using System.Text.Json.Serialization;
using Maas.Core.Network.Interfaces;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>
/// A node that is known and is not installed: a switch, a camera, a container. It has interfaces, addresses and a DNS name. Immutable: it
/// changes through <see cref="Devices"/>.
/// </summary>
public sealed record Device : StoredRecord
{
    /// <summary>Its name for the API; unique among all nodes.</summary>
    public required SystemId SystemId { get; init; }

    /// <summary>Host name without the domain, lower case; unique among all nodes.</summary>
    public required string Hostname { get; init; }

    /// <summary>DNS domain.</summary>
    public string Domain { get; init; } = "maas";

    /// <summary>Host name and domain.</summary>
    [JsonIgnore]
    public string Fqdn => $"{Hostname}.{Domain}";

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";

    /// <summary>Id of its zone. A zone that does not exist any more counts as the default zone.</summary>
    public long ZoneId { get; init; } = Zone.DefaultId;

    /// <summary>User name of the owner, who may change it; <see langword="null"/> when only administrators may.</summary>
    public string? Owner { get; init; }

    /// <summary>
    /// The node that it belongs to, such as the machine that a container runs on; <see langword="null"/> for none. It is deleted together
    /// with that node.
    /// </summary>
    public SystemId? Parent { get; init; }

    /// <summary>The owner's own keys and values.</summary>
    public IReadOnlyDictionary<string, string> OwnerData { get; init; } = new Dictionary<string, string>();

    /// <summary>Names of its tags, sorted.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Its interfaces.</summary>
    public NetworkConfig Network { get; init; } = new();

    /// <summary>When it was created.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The addresses of its physical interfaces, each of which is unique among all nodes.</summary>
    [JsonIgnore]
    public IReadOnlyList<MacAddress> MacAddresses =>
        [.. Network.Interfaces.Where(one => one.Type == InterfaceType.Physical).Select(one => one.MacAddress).OfType<MacAddress>()];

    /// <summary>The IP addresses that its links have.</summary>
    [JsonIgnore]
    public IEnumerable<System.Net.IPAddress> IpAddresses =>
        Network.Interfaces.SelectMany(one => one.Links).Select(link => link.Address).OfType<System.Net.IPAddress>();
}

/// <summary>What is known of a device that is new here.</summary>
public sealed record NewDevice
{
    /// <summary>
    /// Host name, with or without a domain; <see langword="null"/> for one made from the first address (<c>device-525400aabbcc</c>).
    /// </summary>
    public string? Hostname { get; init; }

    /// <summary>Domain; <see langword="null"/> for the default.</summary>
    public string? Domain { get; init; }

    /// <summary>Its network interfaces' addresses, 1 to 64.</summary>
    public IReadOnlyList<MacAddress> MacAddresses { get; init; } = [];

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";

    /// <summary>Id of its zone.</summary>
    public long ZoneId { get; init; } = Zone.DefaultId;

    /// <summary>The node that it belongs to; <see langword="null"/> for none.</summary>
    public SystemId? Parent { get; init; }
}

/// <summary>Counts the changes of devices: its version rises with each.</summary>
internal sealed record DeviceSerial : StoredRecord
{
    /// <summary>The id of the only record.</summary>
    public const long OnlyId = 1;
}

/// <summary>How devices are written: enumerations by MAAS's names, so that a document outlives a renumbering.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Device))]
[JsonSerializable(typeof(DeviceSerial))]
internal sealed partial class DeviceJson : JsonSerializerContext;
