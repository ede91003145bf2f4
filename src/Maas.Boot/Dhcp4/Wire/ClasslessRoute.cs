using System.Net;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>A route of option 121 (RFC 3442): a destination, and the router to it; 0.0.0.0 for a destination on the link.</summary>
/// <remarks>A client that takes the option ignores option 3, so the default route belongs into it too.</remarks>
/// <param name="Destination">The network to reach.</param>
/// <param name="Router">The router on the client's link.</param>
public sealed record ClasslessRoute(IPNetwork Destination, IPAddress Router)
{
    /// <summary>Writes routes as the option's value: the prefix length, as many octets of the network as that needs, the router.</summary>
    public static void Set(DhcpOptions options, IReadOnlyList<ClasslessRoute> routes)
    {
        var value = options.Reserve(DhcpOptionCode.ClasslessStaticRoute, routes.Sum(r => 1 + OctetsOf(r.Destination.PrefixLength) + 4));
        Span<byte> network = stackalloc byte[4];
        foreach (var route in routes)
        {
            var significant = OctetsOf(route.Destination.PrefixLength);
            value[0] = (byte)route.Destination.PrefixLength;
            route.Destination.BaseAddress.ToIPv4().WriteTo(network);
            network[..significant].CopyTo(value[1..]);
            route.Router.ToIPv4().WriteTo(value[(1 + significant)..]);
            value = value[(5 + significant)..];
        }
    }

    /// <summary>Reads the option's value.</summary>
    /// <returns><see langword="false"/> when it is malformed.</returns>
    public static bool TryParse(ReadOnlySpan<byte> value, out IReadOnlyList<ClasslessRoute> routes)
    {
        var read = new List<ClasslessRoute>();
        routes = read;
        var reader = new WireReader(value);
        Span<byte> network = stackalloc byte[4];
        while (reader.Remaining > 0)
        {
            var length = reader.ReadByte();
            if (length > 32) return false;
            network.Clear();
            reader.ReadSpan(OctetsOf(length)).CopyTo(network);
            var router = reader.ReadIPv4();
            if (reader.Failed) return false;
            var destination = IPv4Address.Read(network).FirstOf(length); // bits beyond the prefix have no meaning
            read.Add(new ClasslessRoute(new IPNetwork(destination.ToIPAddress(), length), router.ToIPAddress()));
        }

        return read.Count > 0;
    }

    private static int OctetsOf(int prefixLength) => (prefixLength + 7) / 8;
}
