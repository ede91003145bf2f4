using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.RouterAdvertisement;

/// <summary>
/// The octets of a router advertisement. The kernel fills in the checksum.
/// <code>
///  0                   1                   2                   3
/// +---------------+---------------+-------------------------------+
/// |   type = 134  |   code = 0    |          checksum             |
/// +---------------+-+-+-----------+-------------------------------+
/// | cur hop limit |M|O|  reserved |       router lifetime (s)     |
/// +---------------+-+-+-----------+-------------------------------+
/// |       reachable time (4), retransmission timer (4)            |
/// |       options: type (1), length in units of 8 octets (1), ... |      RFC 4861 section 4.2
/// +---------------------------------------------------------------+
/// </code>
/// </summary>
internal static class AdvertisementMessage
{
    public const byte RouterSolicitation = 133, RouterAdvertisement = 134;

    /// <summary>What every IPv6 link carries in one piece (RFC 8200 section 5) less the header.</summary>
    public const int MaxLength = 1280 - 40;

    private const int SolicitationLength = 8, AdvertisementLength = 16;
    private const byte Managed = 0x80, Other = 0x40; // M and O
    private const byte SourceLinkLayerAddress = 1, PrefixInformation = 3, Mtu = 5, RecursiveDnsServer = 25, DnsSearchList = 31;

    /// <summary>Writes an advertisement.</summary>
    /// <param name="options">What it tells.</param>
    /// <param name="hardware">The interface's hardware address; empty for none.</param>
    /// <param name="isFarewell">Whether it is the last: this host is no router any longer (RFC 4861 section 6.2.5).</param>
    /// <param name="nameServers">The name servers; <see langword="null"/> for those of the options.</param>
    /// <exception cref="ArgumentException">A prefix or name server is not IPv6, a time does not fit, a domain name is invalid, or it all is
    /// longer than <see cref="MaxLength"/>.</exception>
    public static byte[] Write(
        RouterAdvertiserOptions options, ReadOnlySpan<byte> hardware, bool isFarewell = false,
        IReadOnlyList<IPAddress>? nameServers = null)
    {
        const byte hopLimit = 64;
        var lifetime = isFarewell ? 0 : options.RouterLifetimeSeconds;
        var flags = (byte)((options.ManagedAddresses ? Managed : 0) | (options.OtherConfiguration ? Other : 0));
        var message = new List<byte>
        {
            RouterAdvertisement, 0, 0, 0, hopLimit, flags, (byte)(lifetime >> 8), (byte)lifetime, 0, 0, 0, 0, 0, 0, 0, 0
        };
        if (!hardware.IsEmpty) Add(message, SourceLinkLayerAddress, hardware);
        if (options.Mtu is { } mtu) Add(message, Mtu, [0, 0, .. Number((uint)mtu)]);
        foreach (var prefix in options.Prefixes) Add(message, PrefixInformation, ValueOf(prefix));

        // Three intervals, so that two lost advertisements lose no name server (RFC 8106 section 5.1).
        var dnsLifetime = Number((uint)options.LongestIntervalSeconds * 3);
        nameServers ??= [.. options.NameServers];
        if (nameServers.Count > 0) Add(message, RecursiveDnsServer, [0, 0, .. dnsLifetime, .. nameServers.SelectMany(OctetsOf)]);
        if (options.SearchDomains.Count > 0)
            Add(message, DnsSearchList, [0, 0, .. dnsLifetime, .. DomainNames.ToArray([.. options.SearchDomains])]);
        return message.Count <= MaxLength
            ? [.. message]
            : throw new ArgumentException($"The advertisement has {message.Count} octets; {MaxLength} are the most.", nameof(options));
    }

    /// <summary>Whether a received message is a solicitation that keeps to RFC 4861 section 6.1.1, as far as a socket shows it.</summary>
    /// <param name="message">The ICMPv6 message.</param>
    /// <param name="source">Whence it came. A router never passes on what comes from a link-local address, so that it replaces the check of
    /// the hop limit of 255.</param>
    public static bool IsSolicitation(ReadOnlySpan<byte> message, IPAddress source)
    {
        var isUnspecified = source.Equals(IPAddress.IPv6Any);
        return message.Length >= SolicitationLength
            && message[0] == RouterSolicitation
            && message[1] == 0
            && (isUnspecified || source.IsIPv6LinkLocal)
            && TryReadOptions(message[SolicitationLength..], out var hardware) && !(isUnspecified && hardware is not null);
    }

    /// <summary>Reads another router's advertisement, if it keeps to section 6.1.2 as far as a socket shows it.</summary>
    /// <param name="message">The ICMPv6 message.</param>
    /// <param name="source">Whence it came, which is a link-local address.</param>
    /// <param name="heard">What it says.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, IPAddress source, out ReceivedAdvertisement heard)
    {
        heard = default;
        if (message.Length < AdvertisementLength || message[0] != RouterAdvertisement || message[1] != 0 || !source.IsIPv6LinkLocal)
            return false;
        if (!TryReadOptions(message[AdvertisementLength..], out var hardware)) return false;
        heard = new ReceivedAdvertisement(
            (message[5] & Managed) != 0,
            (message[5] & Other) != 0,
            TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt16BigEndian(message[6..])),
            hardware);
        return true;
    }

    // The sender's hardware address is the one option that is looked into; the others must only be where they say they are.
    private static bool TryReadOptions(ReadOnlySpan<byte> options, out HardwareAddress? hardware)
    {
        hardware = null;
        for (; !options.IsEmpty; options = options[(options[1] * 8)..])
        {
            if (options.Length < 2 || options[1] == 0 || options[1] * 8 > options.Length) return false;
            if (options[0] == SourceLinkLayerAddress) hardware = new HardwareAddress(HardwareAddress.Ethernet, options[2..8]);
        }

        return true;
    }

    /// <summary>
    /// <code>prefix length (1), L A (1), valid lifetime (4), preferred lifetime (4), reserved (4), prefix (16) section 4.6.2</code>
    /// </summary>
    private static byte[] ValueOf(AdvertisedPrefix prefix)
    {
        var flags = (byte)((prefix.IsOnLink ? 0x80 : 0) | (prefix.IsAutonomous ? 0x40 : 0));
        return
        [
            (byte)prefix.Network.PrefixLength,
            flags,
            .. Seconds(prefix.ValidTime),
            .. Seconds(prefix.ValidTime / 2),
            0,
            0,
            0,
            0,
            .. OctetsOf(prefix.Network.BaseAddress)
        ];
    }

    // Padded to the unit of 8 octets; the search list's padding is the empty name (RFC 8106 section 5.2).
    private static void Add(List<byte> message, byte type, ReadOnlySpan<byte> value)
    {
        var units = (2 + value.Length + 7) / 8;
        if (units > 255) throw new ArgumentException($"Option {type} of {value.Length} octets does not fit.", nameof(value));
        message.AddRange([type, (byte)units]);
        message.AddRange(value);
        message.AddRange(new byte[(units * 8) - 2 - value.Length]);
    }

    private static byte[] OctetsOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.GetAddressBytes()
            : throw new ArgumentException($"{address} is no IPv6 address.", nameof(address));

    private static byte[] Seconds(TimeSpan time) =>
        time >= TimeSpan.Zero && time.TotalSeconds < uint.MaxValue
            ? Number((uint)time.TotalSeconds)
            : throw new ArgumentException($"{time} is no lifetime of a prefix.", nameof(time));

    private static byte[] Number(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return octets;
    }
}

/// <summary>What another router says.</summary>
/// <param name="ManagedAddresses">M: hosts ask DHCPv6 for an address.</param>
/// <param name="OtherConfiguration">O: hosts ask DHCPv6 for the rest.</param>
/// <param name="RouterLifetime">For how long it is a default router; zero when it is not.</param>
/// <param name="Hardware">Its hardware address; <see langword="null"/> when it does not tell.</param>
internal readonly record struct ReceivedAdvertisement(
    bool ManagedAddresses,
    bool OtherConfiguration,
    TimeSpan RouterLifetime,
    HardwareAddress? Hardware);
