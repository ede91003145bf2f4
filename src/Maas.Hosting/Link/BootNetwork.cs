using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dns;
using Maas.Boot.Ntp;
using Maas.Boot.RouterAdvertisement;
using Maas.Boot.Syslog;
using Maas.Boot.Tftp;

namespace Maas.Hosting.Link;

/// <summary>The link that machines boot from: our address on it and its network, and what Boot's servers are told about it.</summary>
/// <param name="Address">This server's address on the link.</param>
/// <param name="Network">The link's network.</param>
internal sealed record BootNetwork(IPAddress Address, IPNetwork Network)
{
    private const int MostPrefixBits = 112; // so that the usual range lies within

    /// <summary>This server's address of <see cref="MaasOptions.Prefix6"/>; <see langword="null"/> when IPv6 is left to others.</summary>
    public IPAddress? Address6 { get; private init; }

    /// <summary>The link of an interface: its first IPv4 address.</summary>
    /// <exception cref="InvalidOperationException">There is no such interface, or it has no IPv4 address.</exception>
    public static BootNetwork Of(string name)
    {
        var address = AddressesOf(name).FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork)
            ?? throw new InvalidOperationException($"The network interface {name} has no IPv4 address.");
        return new BootNetwork(address.Address, new IPNetwork(BaseOf(address.Address, address.PrefixLength), address.PrefixLength));
    }

    /// <summary>The link that the options name; <see langword="null"/> when they name none.</summary>
    /// <exception cref="InvalidOperationException">The interface is not there, or lacks an address of its network.</exception>
    public static BootNetwork? For(MaasOptions options) => options switch
    {
        { Loopback: { }, Prefix6: not null } or { Interface: null, Prefix6: not null } =>
            throw new InvalidOperationException("IPv6 is served on a network interface only; name one."),
        { Loopback: { } loopback } => new BootNetwork(loopback.Address, loopback.Network),
        { Prefix6: { BaseAddress.AddressFamily: not AddressFamily.InterNetworkV6 } prefix } =>
            throw new InvalidOperationException($"{prefix} is no IPv6 prefix such as fd00:77::/64."),
        { Interface: { } name, Prefix6: { } prefix } => Of(name) with { Address6 = AddressIn(name, prefix) },
        { Interface: { } name } => Of(name),
        _ => null,
    };

    /// <summary>The kernel's number of an interface with an IPv4 address.</summary>
    public static int IndexOf(string name) => InterfaceOf(name).GetIPProperties().GetIPv4Properties().Index;

    /// <summary>What is served beside DHCP and TFTP.</summary>
    public static LinkServices ServicesOf(MaasOptions options) =>
        options.Services ?? (options.Mode == DhcpMode.Full ? LinkServices.All : LinkServices.None);

    /// <summary>The subnet that full mode leases on this link.</summary>
    /// <exception cref="InvalidOperationException">The operator named no range, or one outside of the link's network.</exception>
    public DhcpSubnet Subnet(MaasOptions options)
    {
        if (options.Range is not { } range)
            throw new InvalidOperationException(
                "Leasing addresses needs a range, such as 10.0.0.100-10.0.0.200; beside another DHCP server choose proxy mode.");
        if (!Network.Contains(range.First) || !Network.Contains(range.Last))
            throw new InvalidOperationException($"The range {range} is not inside the network {Network} of the link.");
        var services = ServicesOf(options);
        return new DhcpSubnet
        {
            Network = Network,
            Ranges = [range],
            Routers = [.. options.Routers],
            NameServers = options.NameServers.Count > 0 ? [.. options.NameServers] : services.HasFlag(LinkServices.Dns) ? [Address] : [],
            DomainName = options.Domain,
            SearchDomains = [options.Domain],
            TimeServers = services.HasFlag(LinkServices.Time) ? [Address] : [],
        };
    }

    /// <summary>The subnet that DHCPv6 leases on this link.</summary>
    /// <exception cref="InvalidOperationException">The range lies outside of the prefix, or there is none and the prefix is too small for
    /// the usual one.</exception>
    public static Dhcp6Subnet Subnet6(IPNetwork prefix, AddressRange6? range)
    {
        if (range is null && prefix.PrefixLength > MostPrefixBits)
            throw new InvalidOperationException(
                $"The prefix {prefix} is small; say which of its addresses are leased, such as {prefix.BaseAddress}10-{prefix.BaseAddress}1f.");
        var leased = range ?? AddressRange6.Parse($"{With(prefix, 0x1000)}-{With(prefix, 0x1fff)}");
        if (!prefix.Contains(leased.First) || !prefix.Contains(leased.Last))
            throw new InvalidOperationException($"The range {leased} is not inside the prefix {prefix}.");
        return new Dhcp6Subnet { Network = prefix, Ranges = [leased] };
    }

    /// <summary>Fills in Boot's options.</summary>
    public void Configure(BootServerOptions boot, MaasOptions options)
    {
        var dhcp = new DhcpServerOptions
        {
            Mode = options.Mode,
            Programs = options.Programs,
            HttpBase = HttpBase("0.0.0.0", options),
            AllowOtherServers = options.AllowOtherDhcpServers,
        };
        boot.OnFailure = options.OnBootFailure;
        boot.Dhcp = dhcp;
        boot.Tftp = new TftpServerOptions();
        if (options.Loopback is { } loopback)
        {
            dhcp.ListenOn = new IPEndPoint(loopback.Address, loopback.DhcpPort);
            boot.Tftp.Listen = new IPEndPoint(loopback.Address, loopback.TftpPort);
        }
        else
        {
            // The leases, the zone and the URLs are of this address: while the interface does not have it, nothing is answered in its name.
            (boot.Interface, boot.Address) = (options.Interface, Address);
        }

        if (Address6 is { } address6 && options.Prefix6 is { } prefix)
        {
            boot.Dhcp6 = new Dhcp6ServerOptions { Programs = options.Programs, HttpBase = HttpBase("[::]", options), ServerAddress =
                address6, AllowOtherServers = options.AllowOtherDhcpServers };
            boot.RouterAdvertisement = new RouterAdvertiserOptions { Prefixes = { new AdvertisedPrefix { Network = prefix } } };
        }

        ConfigureServices(boot, options);
    }

    // The host part is replaced by this server's address on the link.
    private static Uri HttpBase(string anyHost, MaasOptions options) =>
        new UriBuilder("http", anyHost, options.HttpPort, $"{options.PathBase.TrimEnd('/')}/boot/").Uri;

    // On the link's own address: a resolver or a time server that the host runs for itself keeps its port elsewhere.
    private void ConfigureServices(BootServerOptions boot, MaasOptions options)
    {
        var services = ServicesOf(options);
        var ports = options.Loopback;
        if (services.HasFlag(LinkServices.Dns))
        {
            boot.Dns = new DnsServerOptions { Listen = new IPEndPoint(Address, ports?.DnsPort ?? 53), Domain = options.Domain, Networks =
                { Network }, ServerAddresses = { Address } };
            if (Address6 is { } own && options.Prefix6 is { } network)
            {
                boot.Dns.Networks.Add(network);
                boot.Dns.ServerAddresses.Add(own);
            }

            foreach (var forwarder in options.DnsForwarders) boot.Dns.Forwarders.Add(forwarder);
        }

        if (services.HasFlag(LinkServices.Time))
            boot.Sntp = new SntpServerOptions { Listen = new IPEndPoint(Address, ports?.TimePort ?? 123) };
        if (services.HasFlag(LinkServices.Syslog))
            boot.Syslog = new SyslogServerOptions { Listen = new IPEndPoint(Address, ports?.SyslogPort ?? 514) };
    }

    private static IPAddress With(IPNetwork prefix, ushort last)
    {
        var octets = prefix.BaseAddress.GetAddressBytes();
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(14), last);
        return new IPAddress(octets);
    }

    private static IPAddress AddressIn(string name, IPNetwork prefix) =>
        AddressesOf(name).Select(a => a.Address).FirstOrDefault(prefix.Contains)
            ?? throw new InvalidOperationException($"The network interface {name} has no address of the prefix {prefix}; give it one.");

    private static UnicastIPAddressInformationCollection AddressesOf(string name) => InterfaceOf(name).GetIPProperties().UnicastAddresses;

    private static NetworkInterface InterfaceOf(string name) =>
        NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(candidate => candidate.Name == name)
            ?? throw new InvalidOperationException(
            $"There is no network interface {name}; there are: {string.Join(", ", NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name))}.");

    private static IPAddress BaseOf(IPAddress address, int prefixLength)
    {
        var octets = address.GetAddressBytes();
        for (var bit = prefixLength; bit < 32; bit++) octets[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(octets);
    }
}
