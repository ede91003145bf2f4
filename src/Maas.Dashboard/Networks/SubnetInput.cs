using System.Net;
using Maas.Core.Topology;

namespace Maas.Dashboard.Networks;

/// <summary>The fields of a subnet's form.</summary>
public sealed class SubnetInput
{
    /// <summary>The network, <c>10.0.0.0/24</c>.</summary>
    public string Cidr { get; set; } = "";

    /// <summary>The name; empty for the network.</summary>
    public string Name { get; set; } = "";

    /// <summary>Description.</summary>
    public string Description { get; set; } = "";

    /// <summary>The VLAN.</summary>
    public long VlanId { get; set; }

    /// <summary>The router; empty for none.</summary>
    public string Gateway { get; set; } = "";

    /// <summary>Name servers, with blanks between them.</summary>
    public string DnsServers { get; set; } = "";

    /// <summary>Whether and how reverse DNS is served.</summary>
    public ReverseDnsMode ReverseDns { get; set; } = ReverseDnsMode.Rfc2317;

    /// <summary>Whether its nodes may use this server's DNS.</summary>
    public bool AllowDns { get; set; } = true;

    /// <summary>Whether its nodes may use this server's proxy.</summary>
    public bool AllowProxy { get; set; } = true;

    /// <summary>Whether all addresses outside of reserved ranges are given out.</summary>
    public bool Managed { get; set; } = true;

    /// <summary>Whether hosts are looked for by scanning.</summary>
    public bool ActiveDiscovery { get; set; }

    /// <summary>The fields of a subnet.</summary>
    /// <param name="subnet">The stored one.</param>
    public static SubnetInput Of(Subnet subnet) => new()
    {
        Cidr = subnet.Cidr.ToString(),
        Name = subnet.GivenName,
        Description = subnet.Description,
        VlanId = subnet.VlanId,
        Gateway = subnet.Gateway?.ToString() ?? "",
        DnsServers = string.Join(' ', subnet.DnsServers),
        ReverseDns = subnet.ReverseDns,
        AllowDns = subnet.AllowDns,
        AllowProxy = subnet.AllowProxy,
        Managed = subnet.Managed,
        ActiveDiscovery = subnet.ActiveDiscovery,
    };

    /// <summary>Reads the fields.</summary>
    /// <param name="edit">Gives a subnet their values.</param>
    /// <returns>What is wrong; <see langword="null"/> when nothing is.</returns>
    public string? Read(out Func<Subnet, Subnet> edit)
    {
        edit = same => same;
        if (!IPNetwork.TryParse(Cidr.Trim(), out var cidr)) return $"cidr: {Cidr} is no network, such as 10.0.0.0/24.";
        if (AddressText.Read("gateway_ip", Gateway, out var gateway) is { } noGateway) return noGateway;
        if (AddressText.ReadAll("dns_servers", DnsServers, out var servers) is { } noServer) return noServer;
        var (name, description, vlan, reverse) = (Name.Trim(), Description.Trim(), VlanId, ReverseDns);
        var (dns, proxy, managed, discovery) = (AllowDns, AllowProxy, Managed, ActiveDiscovery);
        edit = subnet => subnet with
        {
            Cidr = cidr,
            GivenName = name == cidr.ToString() ? "" : name,
            Description = description,
            VlanId = vlan,
            Gateway = gateway,
            DnsServers = subnet.DnsServers.SequenceEqual(servers) ? subnet.DnsServers : servers,
            ReverseDns = reverse,
            AllowDns = dns,
            AllowProxy = proxy,
            Managed = managed,
            ActiveDiscovery = discovery,
        };
        return null;
    }
}
