using System.Text.Json.Serialization;

namespace Maas.Hosting.Outage;

/// <summary>What was stored of the networks that this host serves, as texts: enough to lease without the store.</summary>
/// <param name="Networks">The subnets of each network, by its name.</param>
internal sealed record NetworkSnapshot(Dictionary<string, NetworkSnapshot.Network> Networks)
{
    /// <summary>The subnets of a network.</summary>
    internal sealed record Network(List<Subnet> Subnets, List<Subnet6> Subnets6);

    /// <summary>What is stored of a <c>DhcpSubnet</c>; the rest is the host's.</summary>
    internal sealed record Subnet(
        string Cidr, string? SharedNetwork, int? Mtu, List<string> Ranges, List<Reservation> Reservations, List<string> Routers,
        List<string> NameServers, List<Route> Routes, List<string> Relays);

    /// <summary>What is stored of a <c>Dhcp6Subnet</c>.</summary>
    internal sealed record Subnet6(string Cidr, List<string> Ranges, List<Reservation> Reservations, List<string> NameServers);

    /// <summary>An address that is reserved for a hardware address.</summary>
    internal sealed record Reservation(string Address, string Hardware, string? HostName);

    /// <summary>A route.</summary>
    internal sealed record Route(string Destination, string Router);
}

/// <summary>Reads and writes it without reflection.</summary>
[JsonSerializable(typeof(NetworkSnapshot))]
internal sealed partial class NetworkSnapshotJson : JsonSerializerContext;
