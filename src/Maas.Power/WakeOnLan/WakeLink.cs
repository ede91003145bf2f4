using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Maas.Power.WakeOnLan;

/// <summary>An IPv4 address of this host, on a link that a sleeping machine may be on.</summary>
/// <param name="Name">The interface's name.</param>
/// <param name="Local">The address to send from.</param>
/// <param name="Broadcast">The network's broadcast address.</param>
internal sealed partial record WakeLink(string Name, IPAddress Local, IPAddress Broadcast)
{
    /// <summary>The links of this host.</summary>
    public static IReadOnlyList<WakeLink> OfThisHost() =>
    [
        .. from adapter in NetworkInterface.GetAllNetworkInterfaces()
           where adapter.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
           where CanHoldMachine(adapter.Name, adapter.NetworkInterfaceType, adapter.GetPhysicalAddress())
           from unicast in adapter.GetIPProperties().UnicastAddresses
           where unicast.Address.AddressFamily == AddressFamily.InterNetwork && unicast.PrefixLength < 31
           select new WakeLink(adapter.Name, unicast.Address, BroadcastOf(unicast.Address, unicast.PrefixLength)),
    ];

    /// <summary>The names of the links of this host, those without an address included.</summary>
    public static IReadOnlyList<string> NamesOfThisHost() =>
    [
        .. from adapter in NetworkInterface.GetAllNetworkInterfaces()
           where adapter.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
           where CanHoldMachine(adapter.Name, adapter.NetworkInterfaceType, adapter.GetPhysicalAddress())
           select adapter.Name,
    ];

    /// <summary>
    /// Whether a machine that listens for magic packets may be on a link: it carries Ethernet frames (a tunnel has no hardware address),
    /// and it is no bridge that a container engine makes for its containers.
    /// </summary>
    public static bool CanHoldMachine(string name, NetworkInterfaceType type, PhysicalAddress hardware) =>
        type is not (NetworkInterfaceType.Loopback or NetworkInterfaceType.Tunnel or NetworkInterfaceType.Ppp) &&
        hardware.GetAddressBytes() is { Length: 6 } octets && octets.Any(octet => octet != 0) &&
        !Virtual().IsMatch(name);

    private static IPAddress BroadcastOf(IPAddress address, int prefixLength)
    {
        var octets = address.GetAddressBytes();
        for (var bit = prefixLength; bit < 32; bit++) octets[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new IPAddress(octets);
    }

    // Docker's (br- and twelve digits are a user's network), Podman's, LXD's, Kubernetes' and VPNs that imitate Ethernet.
    [GeneratedRegex(
        "^(docker[0-9]+|docker_gwbridge|br-[0-9a-f]{12}|podman[0-9]+|lxcbr[0-9]+|lxdbr[0-9]+|cni[0-9]+|cni-podman[0-9]+|cali.+|" +
        "cilium_.+|flannel.+|kube-.+|weave|veth.+|tun[0-9]+|wg[0-9]+|zt.+|tailscale[0-9]+|ipsec[0-9]+)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Virtual();
}
