namespace Maas.Core.Network.Interfaces;

/// <summary>
/// The network interfaces of one node and their links to subnets. Immutable: the rules (<see cref="InterfaceRules"/>, <see
/// cref="LinkRules"/>) return a new configuration or a refusal. VLANs and subnets are shared nouns and are named by number; a rule that
/// needs to know one takes a <see cref="NetworkView"/>.
/// </summary>
public sealed record NetworkConfig
{
    /// <summary>The interfaces, in the order in which they became known.</summary>
    public IReadOnlyList<NodeInterface> Interfaces { get; init; } = [];

    /// <summary>The interface that the node boots from; <see langword="null"/> when not known.</summary>
    public long? BootInterface { get; init; }

    /// <summary>The link whose subnet has the default gateway for IPv4; <see langword="null"/> for the first suitable one.</summary>
    public long? DefaultGatewayIPv4 { get; init; }

    /// <summary>The link whose subnet has the default gateway for IPv6; <see langword="null"/> for the first suitable one.</summary>
    public long? DefaultGatewayIPv6 { get; init; }
}
