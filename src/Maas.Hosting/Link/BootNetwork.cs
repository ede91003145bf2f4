using System.Buffers.Binary;
using System.Diagnostics;
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

/// <summary>The link that machines boot from: our address on it and its network, and what Boot's servers serve there.</summary>
/// <param name="Address">This server's address on the link: of IPv4, where the link has it.</param>
/// <param name="Network">The link's network.</param>
internal sealed record BootNetwork(IPAddress Address, IPNetwork Network)
{
    private const int MostPrefixBits = 112; // so that the usual range lies within

    /// <summary>
    /// This server's address of <see cref="MaasNetworkOptions.Prefix6"/>; <see langword="null"/> when IPv6 is left to others.
    /// </summary>
    public IPAddress? Address6 { get; init; }

    /// <summary>Whether the link has IPv4. One that has not is its IPv6 prefix, and <see cref="Address"/> is the address there.</summary>
    public bool HasIPv4 => Address.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>The link of an interface: its first IPv4 address.</summary>
    /// <exception cref="InvalidOperationException">There is no such interface, or it has no IPv4 address.</exception>
    public static BootNetwork Of(string name) =>
        Find(name) ?? throw new InvalidOperationException($"The network interface {name} has no IPv4 address.");

    private static BootNetwork? Find(string name) =>
        AddressesOf(name).FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork) is { } address
            ? new BootNetwork(address.Address, new IPNetwork(BaseOf(address.Address, address.PrefixLength), address.PrefixLength))
            : null;

    /// <summary>The link of a network that has one.</summary>
    /// <exception cref="InvalidOperationException">The interface is not there, or lacks an address of its network.</exception>
    public static BootNetwork For(MaasNetworkOptions options) => options switch
    {
        { Loopback: { } loopback } => new BootNetwork(loopback.Address, loopback.Network),
        // IPv4 that is only observed may be absent.
        { Interface: { } name, Prefix6: { } prefix, Mode: DhcpMode.Observe } when Find(name) is null =>
            new BootNetwork(AddressIn(name, prefix), prefix) { Address6 = AddressIn(name, prefix) },
        { Interface: { } name, Prefix6: { } prefix } => Of(name) with { Address6 = AddressIn(name, prefix) },
        { Interface: { } name } => Of(name),
        _ => throw new UnreachableException("The validation of the options demands one of them."),
    };

    /// <summary>The kernel's number of an interface with an IPv4 address.</summary>
    public static int IndexOf(string name) => InterfaceOf(name).GetIPProperties().GetIPv4Properties().Index;

    /// <summary>The subnet that full mode leases on this link.</summary>
    /// <exception cref="InvalidOperationException">The range lies outside of the link's network.</exception>
    public DhcpSubnet Subnet(MaasNetworkOptions options, string domain)
    {
        if (options.Range is { } range && !(Network.Contains(range.First) && Network.Contains(range.Last)))
            throw new InvalidOperationException($"The range {range} is not inside the network {Network} of the link.");
        var services = options.EffectiveServices;
        var subnet = SubnetOf(options, Network, domain);
        return subnet with
        {
            NameServers = subnet.NameServers.Count == 0 && services.HasFlag(LinkServices.Dns) ? [Address] : subnet.NameServers,
            TimeServers = services.HasFlag(LinkServices.Time) ? [Address] : [],
        };
    }

    /// <summary>The subnet of a network behind a relay.</summary>
    public static DhcpSubnet RelayedSubnet(MaasNetworkOptions options, IPNetwork network, string domain) =>
        SubnetOf(options, network, domain) with { Relays = [.. options.Relays] };

    private static DhcpSubnet SubnetOf(MaasNetworkOptions options, IPNetwork network, string domain) => new()
    {
        Network = network,
        Ranges = options.Range is { } range ? [range] : [],
        Reservations =
        [
            .. Reserved(options, AddressFamily.InterNetwork).Select(each =>
                new AddressReservation.ForHardware(each.Address, each.Of.Hardware) { HostName = each.Of.HostName }),
        ],
        Routers = [.. options.Routers],
        NameServers = [.. options.NameServers],
        DomainName = domain,
        SearchDomains = [domain],
    };

    /// <summary>Why a prefix and a range cannot be leased; <see langword="null"/> when they can.</summary>
    public static string? RefusalOf(IPNetwork prefix, AddressRange6? range)
    {
        if (range is null && prefix.PrefixLength > MostPrefixBits)
            return $"The prefix {prefix} is small; set which of its addresses are leased, such as "
                + $"{prefix.BaseAddress}10-{prefix.BaseAddress}1f.";
        var leased = range ?? UsualRange(prefix);
        return prefix.Contains(leased.First) && prefix.Contains(leased.Last) ? null
            : $"The range {leased} is not inside the prefix {prefix}.";
    }

    /// <summary>The subnet that DHCPv6 leases on this link. Its name server is this host, as that of IPv4 is.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="RefusalOf"/>.</exception>
    public Dhcp6Subnet LinkSubnet6(IPNetwork prefix, MaasNetworkOptions options) => Subnet6(prefix, options) with
    {
        NameServers = options.NameServers.Count > 0
            ? [.. options.NameServers.Where(server => server.AddressFamily == AddressFamily.InterNetworkV6)]
            : options.EffectiveServices.HasFlag(LinkServices.Dns) && Address6 is { } own ? [own] : [],
    };

    /// <summary>The subnet that DHCPv6 leases, without what names this host.</summary>
    /// <exception cref="InvalidOperationException">The range lies outside of the prefix, or is missing and the prefix is too small for
    /// the usual one.</exception>
    public static Dhcp6Subnet Subnet6(IPNetwork prefix, MaasNetworkOptions options)
    {
        if (RefusalOf(prefix, options.Range6) is { } refusal) throw new InvalidOperationException(refusal);
        return new Dhcp6Subnet
        {
            Network = prefix,
            Ranges = [options.Range6 ?? UsualRange(prefix)],
            Reservations =
            [
                .. Reserved(options, AddressFamily.InterNetworkV6)
                    .Select(each => new AddressReservation6.ForHardware(each.Address, each.Of.Hardware)),
            ],
        };
    }

    private static IEnumerable<(IPAddress Address, NetworkReservation Of)> Reserved(MaasNetworkOptions options, AddressFamily family)
    {
        foreach (var each in options.Reservations)
            if (each.Address is { } address && address.AddressFamily == family) yield return (address, each);
    }

    private static AddressRange6 UsualRange(IPNetwork prefix) => AddressRange6.Parse($"{With(prefix, 0x1000)}-{With(prefix, 0x1fff)}");

    /// <summary>What Boot serves on this link.</summary>
    /// <param name="options">The network.</param>
    /// <param name="maas">The options of all networks.</param>
    /// <param name="web">Where machines reach the web host.</param>
    public BootServerOptions ServerOptions(MaasNetworkOptions options, MaasOptions maas, WebAddress web)
    {
        var boot = AddressOptions(options);
        boot.OnFailure = maas.OnBootFailure == BootFailureAction.StopHost ? ServerFailureAction.Stop : ServerFailureAction.Restart;
        boot.Tftp = new TftpServerOptions();
        if (options.Loopback is { } loopback) boot.Tftp.Listen = new IPEndPoint(loopback.Address, loopback.TftpPort);
        if (boot.Dhcp is { } dhcp)
        {
            dhcp.Programs = maas.Programs;
            dhcp.HttpBase = web.BootFiles("0.0.0.0"); // the host part is replaced by this server's address on the link
            dhcp.AllowOtherServers = options.AllowOtherDhcpServers;
        }

        if (boot.Dhcp6 is { } dhcp6)
        {
            dhcp6.Programs = maas.Programs;
            dhcp6.HttpBase = web.BootFiles("[::]");
            dhcp6.AllowOtherServers = options.AllowOtherDhcpServers;
        }

        AddServices(boot, options, maas.Domain);
        return boot;
    }

    /// <summary>
    /// What Boot serves on this link that leases addresses and names no boot program, beside other servers with the same leases.
    /// </summary>
    /// <param name="options">The network.</param>
    public BootServerOptions AddressOptions(MaasNetworkOptions options)
    {
        var dhcp = new DhcpServerOptions { Mode = options.Mode, AllowOtherServers = true, LoadSplit = options.LoadSplit };
        var boot = new BootServerOptions { Dhcp = dhcp };
        if (options.Loopback is { } loopback)
        {
            dhcp.ListenOn = new IPEndPoint(loopback.Address, loopback.DhcpPort);
        }
        else
        {
            // The leases, the zone and the URLs are of this address: while the interface does not have it, nothing is answered in its name.
            (boot.Interface, boot.Address) = (options.Interface, Address);
        }

        if (!HasIPv4) boot.Dhcp = null;
        if (Address6 is not { } address6 || options.Prefix6 is not { } prefix) return boot;
        boot.Dhcp6 = new Dhcp6ServerOptions { ServerAddress = address6, AllowOtherServers = true };
        // The ephemeral environment makes its own address where it has no other.
        boot.RouterAdvertisement = new RouterAdvertiserOptions
        {
            Prefixes = { new AdvertisedPrefix { Network = prefix, IsAutonomous = !HasIPv4 } },
        };
        return boot;
    }

    // On the link's own address: a resolver or a time server that the host runs for itself keeps its port elsewhere.
    private void AddServices(BootServerOptions boot, MaasNetworkOptions options, string domain)
    {
        var services = options.EffectiveServices;
        var ports = options.Loopback;
        if (services.HasFlag(LinkServices.Dns))
        {
            boot.Dns = Dns(Address);
            // A server apart: while the IPv6 address is being tried out, or is gone, names are resolved over IPv4.
            if (HasIPv4 && Address6 is { } own && options.Prefix6 is not null) boot.Dns6 = Dns(own);
        }

        if (services.HasFlag(LinkServices.Time))
            boot.Sntp = new SntpServerOptions { Listen = new IPEndPoint(Address, ports?.TimePort ?? 123) };
        if (services.HasFlag(LinkServices.Syslog))
            boot.Syslog = new SyslogServerOptions { Listen = new IPEndPoint(Address, ports?.SyslogPort ?? 514) };

        DnsServerOptions Dns(IPAddress listen)
        {
            var dns = new DnsServerOptions
            {
                Listen = new IPEndPoint(listen, ports?.DnsPort ?? 53),
                Domain = domain,
                Networks = { Network },
                ServerAddresses = { Address },
            };
            if (HasIPv4 && Address6 is { } own && options.Prefix6 is { } network)
            {
                dns.Networks.Add(network);
                dns.ServerAddresses.Add(own);
            }

            foreach (var forwarder in options.DnsForwarders) dns.Forwarders.Add(forwarder);
            return dns;
        }
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
            $"There is no network interface {name}; there are: "
            + $"{string.Join(", ", NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name))}.");

    private static IPAddress BaseOf(IPAddress address, int prefixLength)
    {
        var octets = address.GetAddressBytes();
        for (var bit = prefixLength; bit < 32; bit++) octets[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(octets);
    }
}
