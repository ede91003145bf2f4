using System.Globalization;
using System.Net;

namespace Maas.Core.Topology;

/// <summary>Finds shared nouns by what clients call them: a number, a name, or <c>kind:value</c> as in MAAS.</summary>
public static class TopologySpecifiers
{
    private const int Longest = 512;

    extension(TopologySnapshot topology)
    {
        /// <summary>The fabric with this number or name.</summary>
        public Fabric? Fabric(string text) => Value(ref text, "name", "fabric", "id") switch
        {
            null => null,
            "id" => Number(text) is { } id ? topology.FindFabric(id + 1) : null,
            "name" => topology.Fabrics.FirstOrDefault(fabric => fabric.Name == text),
            _ => (Number(text) is { } id ? topology.FindFabric(id + 1) : null)
                ?? topology.Fabrics.FirstOrDefault(fabric => fabric.Name == text),
        };

        /// <summary>The space with this number or name.</summary>
        public Space? Space(string text) => Value(ref text, "name", "space", "id") switch
        {
            null => null,
            "name" => topology.Spaces.FirstOrDefault(space => space.Name == text),
            _ => (Number(text) is { } id ? topology.FindSpace(id) : null) ?? topology.Spaces.FirstOrDefault(space => space.Name == text),
        };

        /// <summary>The VLANs that match a specifier.</summary>
        public IEnumerable<Vlan> Vlans(string text) => Value(ref text, "id", "vlan", "name", "vid", "fabric", "space", "subnet") switch
        {
            null => [],
            "name" => topology.Vlans.Where(vlan => vlan.Name == text),
            "vid" => topology.Vlans.Where(vlan => Vid(text) == vlan.Vid),
            "fabric" => topology.Fabric(text) is { } fabric ? topology.VlansOf(fabric.Id) : [],
            "space" => topology.Vlans.Where(vlan => topology.IsInSpace(vlan, text)),
            "subnet" => topology.Subnets(text).Select(subnet => topology.FindVlan(subnet.VlanId)).OfType<Vlan>(),
            _ => Number(text) is { } id && topology.FindVlan(id) is { } found ? [found] : topology.Vlans.Where(vlan => vlan.Name == text),
        };

        /// <summary>The VLAN that a specifier names alone.</summary>
        public Vlan? Vlan(string text) => topology.Vlans(text).Take(2).ToList() is [var only] ? only : null;

        /// <summary>The subnets that match a specifier.</summary>
        public IEnumerable<Subnet> Subnets(string text) =>
            Value(ref text, "id", "subnet", "cidr", "name", "ip", "space", "vlan", "vid", "fabric") switch
            {
                null => [],
                "id" => Number(text) is { } id && topology.FindSubnet(id) is { } found ? [found] : [],
                "cidr" => Cidr(text) is { } cidr ? topology.Subnets.Where(subnet => subnet.Cidr.Equals(cidr)) : [],
                "name" => topology.Subnets.Where(subnet => subnet.Name == text),
                "ip" => IPAddress.TryParse(text, out var address) && topology.FindSubnet(address) is { } found ? [found] : [],
                "space" => topology.Subnets.Where(
                    subnet => topology.FindVlan(subnet.VlanId) is { } vlan && topology.IsInSpace(vlan, text)),
                "vid" => topology.Subnets.Where(subnet => topology.FindVlan(subnet.VlanId)?.Vid == Vid(text)),
                "vlan" => topology.Vlans(text).SelectMany(vlan => topology.SubnetsOf(vlan.Id)),
                "fabric" => topology.Fabric(text) is { } fabric
                    ? topology.VlansOf(fabric.Id).SelectMany(vlan => topology.SubnetsOf(vlan.Id)) : [],
                _ => Number(text) is { } id && topology.FindSubnet(id) is { } found
                    ? [found]
                    : Cidr(text) is { } cidr ? topology.Subnets.Where(subnet => subnet.Cidr.Equals(cidr) || subnet.Name == text)
                    : topology.Subnets.Where(subnet => subnet.Name == text),
            };

        /// <summary>The subnet that a specifier names alone; of several with one name, none.</summary>
        public Subnet? Subnet(string text) => topology.Subnets(text).Take(2).ToList() is [var only] ? only : null;

        private bool IsInSpace(Vlan vlan, string text) =>
            topology.SpaceNameOf(vlan) == text || (vlan.SpaceId is { } space && space == Number(text));
    }

    /// <summary>
    /// A tag of a VLAN, 0 to 4094: decimal, or hexadecimal after <c>0x</c>; <c>untagged</c> is 0. <see langword="null"/> for another text.
    /// </summary>
    public static int? Vid(string text)
    {
        if (string.Equals(text, "untagged", StringComparison.OrdinalIgnoreCase)) return 0;
        var isRead = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var vid)
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out vid);
        return isRead && vid is >= 0 and <= 4094 ? vid : null;
    }

    // The address within the network may be any (10.0.0.5/24).
    private static IPNetwork? Cidr(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(text.AsSpan(0, slash), out var address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)) return null;
        var bits = address.GetAddressBytes();
        if (length > bits.Length * 8) return null;
        for (var bit = length; bit < bits.Length * 8; bit++) bits[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bits), length);
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < long.MaxValue ? number : null;

    /// <summary>
    /// Separates the kind from the value: "" when the text has none, which leaves the text as it is; null for an unknown kind, and for a
    /// text that is too long.
    /// </summary>
    private static string? Value(ref string text, params ReadOnlySpan<string> kinds)
    {
        // A specifier may have another as its value (vlan:subnet:name:x), and so on.
        if (text.Length > Longest) return null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        // A bare IPv6 network has colons too.
        if (colon < 0 || IPNetwork.TryParse(text, out _)) return "";
        var kind = text[..colon];
        if (!kinds.Contains(kind)) return null;
        text = text[(colon + 1)..];
        return kind;
    }
}
