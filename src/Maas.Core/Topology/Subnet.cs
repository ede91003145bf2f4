using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>An IP network on a VLAN.</summary>
public sealed record Subnet : StoredRecord
{
    /// <summary>The VLAN.</summary>
    public long VlanId { get; init; }

    /// <summary>The network; unique.</summary>
    public required IPNetwork Cidr { get; init; }

    /// <summary>The name that was given; empty for the network.</summary>
    public string GivenName { get; init; } = "";

    /// <summary>Its name.</summary>
    [JsonIgnore]
    public string Name => GivenName.Length > 0 ? GivenName : Cidr.ToString();

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";

    /// <summary>The router; <see langword="null"/> for none.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>Name servers; empty for this server.</summary>
    public IReadOnlyList<IPAddress> DnsServers { get; init; } = [];

    /// <summary>Whether and how reverse DNS is served for it.</summary>
    public ReverseDnsMode ReverseDns { get; init; } = ReverseDnsMode.Rfc2317;

    /// <summary>Whether its nodes may use this server's DNS.</summary>
    public bool AllowDns { get; init; } = true;

    /// <summary>Whether its nodes may use this server's proxy.</summary>
    public bool AllowProxy { get; init; } = true;

    /// <summary>Whether this server gives out all addresses outside reserved ranges; otherwise only those within reserved ranges.</summary>
    public bool Managed { get; init; } = true;

    /// <summary>Whether hosts are looked for by scanning.</summary>
    public bool ActiveDiscovery { get; init; }

    /// <summary>Boot architectures that are not offered, by MAAS's names, such as <c>uefi_arm64_tftp</c>.</summary>
    public IReadOnlyList<string> DisabledBootArchitectures { get; init; } = [];

    /// <summary>Whether it is an IPv6 network.</summary>
    [JsonIgnore]
    public bool IsIPv6 => Cidr.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;
}

/// <summary>How reverse DNS of a subnet is served. The numbers are MAAS's.</summary>
public enum ReverseDnsMode
{
    /// <summary>Not at all.</summary>
    Disabled = 0,

    /// <summary>In the zones of whole octets.</summary>
    Enabled = 1,

    /// <summary>In a zone of its own when it is smaller than a whole octet (RFC 2317).</summary>
    Rfc2317 = 2,
}
