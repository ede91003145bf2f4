using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Maas.Hosting.Images;

/// <summary>The addresses of this host that other hosts may reach, and the subnets in which they are.</summary>
/// <param name="Addresses">Each with the length of its prefix, in a fixed order.</param>
internal sealed record HostAddresses(IReadOnlyList<(IPAddress Address, int PrefixLength)> Addresses)
{
    /// <summary>Reads them from the system; none when it does not tell them.</summary>
    public static HostAddresses Read()
    {
        try
        {
            return new HostAddresses(
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(link => link.OperationalStatus == OperationalStatus.Up
                        && link.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                    .SelectMany(link => link.GetIPProperties().UnicastAddresses)
                    .Where(unicast => unicast.Address.AddressFamily is AddressFamily.InterNetwork
                        || (unicast.Address.AddressFamily is AddressFamily.InterNetworkV6 && !unicast.Address.IsIPv6LinkLocal))
                    .Select(unicast => (unicast.Address, unicast.PrefixLength)).DistinctBy(each => each.Address)
                    .OrderBy(each => each.Address.ToString(), StringComparer.Ordinal),
            ]);
        }
        catch (NetworkInformationException)
        {
            return new HostAddresses([]); // a sandbox may forbid to ask
        }
    }

    /// <summary>The addresses of another host at which it is to be asked, those in a subnet of this host and names first.</summary>
    /// <param name="announced">What the other host announced. Hosts may have addresses in common, of bridges for example.</param>
    /// <param name="own">Hosts and ports that lead to this host.</param>
    public IReadOnlyList<Uri> Reachable(IEnumerable<Uri> announced, IReadOnlySet<string> own) =>
    [
        .. announced.Where(url => !own.Contains(url.Authority))
            .OrderBy(url => IPAddress.TryParse(url.DnsSafeHost, out var address) && !Contains(address) ? 1 : 0),
    ];

    /// <summary>Whether an address is in a subnet of this host.</summary>
    public bool Contains(IPAddress address) => Addresses.Any(each => Shares(each.Address, address, each.PrefixLength));

    private static bool Shares(IPAddress one, IPAddress other, int prefixLength)
    {
        if (one.AddressFamily != other.AddressFamily) return false;
        var (first, second) = (one.GetAddressBytes(), other.GetAddressBytes());
        for (var bit = 0; bit < Math.Min(prefixLength, first.Length * 8); bit++)
            if (((first[bit / 8] ^ second[bit / 8]) & (0x80 >> (bit % 8))) != 0) return false;
        return true;
    }
}
