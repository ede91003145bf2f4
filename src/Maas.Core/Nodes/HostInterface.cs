using System.Net;
using System.Text.Json.Serialization;

namespace Maas.Core.Nodes;

/// <summary>A network interface of a host that runs this server, as it was when the server was started there.</summary>
public sealed record HostInterface
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its hardware address; <see langword="null"/> for none.</summary>
    public MacAddress? MacAddress { get; init; }

    /// <summary>Its MTU in octets; 0 when not known.</summary>
    public int Mtu { get; init; }

    /// <summary>The speed of its link in Mbit/s; 0 when not known.</summary>
    public int SpeedMbps { get; init; }

    /// <summary>Its addresses, but for those of its link alone.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(HostInterface? other) =>
        other is not null && (Name, MacAddress, Mtu, SpeedMbps) == (other.Name, other.MacAddress, other.Mtu, other.SpeedMbps)
        && Addresses.SequenceEqual(other.Addresses);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, MacAddress, Mtu, SpeedMbps, Addresses.Count);

    /// <summary>The addresses that can be read.</summary>
    [JsonIgnore]
    internal IEnumerable<IPAddress> Ips =>
        Addresses.Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>();
}
