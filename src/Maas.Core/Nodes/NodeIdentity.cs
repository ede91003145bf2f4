using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>What is unique among the nodes of all types, and the domain that their names are in.</summary>
/// <param name="Id">The id of the node.</param>
/// <param name="Type">Its type.</param>
/// <param name="Hostname">Its host name without the domain.</param>
/// <param name="MacAddresses">The addresses of its physical interfaces.</param>
internal sealed record NodeIdentity(SystemId Id, NodeType Type, string Hostname, IReadOnlyList<MacAddress> MacAddresses)
{
    /// <summary>
    /// The domain, which is not deleted while the node is in it. <see langword="null"/> for a controller, whose own record raises the epoch
    /// that the deletion of a domain depends on.
    /// </summary>
    public string? Domain { get; init; }

    public static NodeIdentity Of(Machine machine) =>
        new(machine.Id, NodeType.Machine, machine.Hostname, machine.MacAddresses) { Domain = machine.Domain };

    public static NodeIdentity Of(Device device) =>
        new(device.SystemId, NodeType.Device, device.Hostname, device.MacAddresses) { Domain = device.Domain };

    public static NodeIdentity Of(Controller controller) =>
        new(controller.SystemId, NodeType.RegionAndRackController, controller.Hostname, []);

    public bool IsSameAs(NodeIdentity other) =>
        Id == other.Id && Hostname == other.Hostname && Domain == other.Domain
        && (ReferenceEquals(MacAddresses, other.MacAddresses) || MacAddresses.ToHashSet().SetEquals(other.MacAddresses));
}

/// <summary>The host name of a node.</summary>
internal sealed record NodeNameRecord : StoredRecord
{
    /// <summary>The name; unique.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the node; unique.</summary>
    public required string Node { get; init; }

    /// <summary>The type of the node.</summary>
    public NodeType Type { get; init; }

    /// <summary>
    /// The domain that the name is in; <see langword="null"/> when it is not known: an earlier version, or a controller, stored the name.
    /// </summary>
    public long? DomainId { get; init; }
}

/// <summary>The hardware address of a physical interface of a node.</summary>
internal sealed record NodeMacRecord : StoredRecord
{
    /// <summary>The address; unique.</summary>
    public required MacAddress MacAddress { get; init; }

    /// <summary>The id of the node.</summary>
    public required string Node { get; init; }

    /// <summary>The type of the node.</summary>
    public NodeType Type { get; init; }
}

/// <summary>How they are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(NodeNameRecord))]
[JsonSerializable(typeof(NodeMacRecord))]
internal sealed partial class NodeIdentityJson : JsonSerializerContext;
