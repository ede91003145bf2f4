using System.Text.Json;
using System.Text.Json.Serialization;
using Maas.Core.Inventory;
using Maas.Core.Network.Interfaces;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>
/// What one node owns of networks and storage: its interfaces and their links, its disks and what is planned on them. It is one document. A
/// node has up to three: what commissioning <i>found</i>, what the operator <i>intends</i>, and what the owner of the deployment
/// <i>acquired</i>.
/// </summary>
public sealed record NodeConfig
{
    /// <summary>Interfaces and links.</summary>
    public NetworkConfig Network { get; init; } = new();

    /// <summary>Disks, partitions and file systems.</summary>
    public StorageConfig Storage { get; init; } = new();

    /// <summary>What commissioning found. Disks and interfaces that were known before keep their numbers.</summary>
    /// <param name="hardware">The inventory.</param>
    /// <param name="architecture">The Debian name of the processor architecture (<c>amd64</c>).</param>
    /// <param name="boot">The interface that the node booted from, and its VLAN.</param>
    /// <param name="previous">What was known before; <see langword="null"/> the first time.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static NodeConfig Found(
        Hardware hardware, string architecture, (MacAddress? Address, long? Vlan) boot, NodeConfig? previous, IIdSource ids) => new()
        {
            Network = NetworkDiscovery.Discover(hardware, boot.Address, boot.Vlan, previous?.Network, ids),
            Storage = StorageDiscovery.Discover(
                hardware, new BootPlatform(architecture, hardware.Firmware == FirmwareKind.Uefi), previous?.Storage, ids),
        };

    /// <summary>
    /// What is intended with what was found: the default links, and a storage layout. A layout that the disks do not allow leaves them
    /// blank: the node then cannot be deployed, and says why.
    /// </summary>
    public static NodeConfig Intended(
        NodeConfig found, StorageLayoutRequest layout, NetworkView view, NodeConfig? previous, IIdSource ids) => new()
        {
            Network = NetworkDiscovery.WithDefaultLinks(found.Network, view, previous?.Network, ids),
            Storage = StorageLayouts.Apply(found.Storage, layout, ids) is StorageResult.Changed changed ? changed.Config : found.Storage,
        };

    /// <summary>The document as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, NodeConfigJson.Default.NodeConfig);

    /// <summary>Reads a document.</summary>
    /// <exception cref="JsonException">The text is not one.</exception>
    public static NodeConfig FromJson(string json) =>
        JsonSerializer.Deserialize(json, NodeConfigJson.Default.NodeConfig) ?? throw new JsonException("The document is null.");
}

/// <summary>How a node's configuration is written: enumerations by MAAS's names, so that a document outlives a renumbering.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeConfig))]
[JsonSerializable(typeof(NodeConfigRecord))]
[JsonSerializable(typeof(NodeLinkRecord))]
[JsonSerializable(typeof(IdRecord))]
internal sealed partial class NodeConfigJson : JsonSerializerContext;
