using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Wire;
using Maas.Judges;

namespace Maas.Boot.Tests.Packets;

/// <summary>
/// The captures beside this file: real firmware and clients, over IPv4 with a server of dnsmasq's, over IPv6 with our own.
/// </summary>
internal static class Captures
{
    private static readonly string Folder = Repository.PathOf("tests/Maas.Boot.Tests/Packets");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.pcap").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    /// <summary>Those with DHCP in them, and not only DHCPv6.</summary>
    public static IEnumerable<string> NamesOverIPv4 => Names.Where(name => Dhcp(name).Any());

    public static string PathOf(string name, string extension) => Path.Combine(Folder, name + extension);

    public static IReadOnlyList<CapturedPacket> Read(string name) => PcapReader.Read(File.ReadAllBytes(PathOf(name, ".pcap")));

    /// <summary>The DHCP datagrams of a capture.</summary>
    public static IEnumerable<byte[]> Dhcp(string name) => Read(name).Where(p => p.IsDhcp).Select(p => p.Payload.ToArray());

    /// <summary>The n-th client message of a type in a capture.</summary>
    public static DhcpMessage Message(string name, DhcpMessageType type, int index = 0) =>
        Dhcp(name).Select(Parse).Where(m => m.Operation == DhcpOperation.Request && m.Type == type).ElementAt(index);

    public static DhcpMessage Parse(byte[] datagram) =>
        DhcpMessage.TryParse(datagram, out var message) ? message : throw new InvalidDataException("no DHCP message");

    /// <summary>The DHCPv6 datagrams of a capture.</summary>
    public static IEnumerable<CapturedPacket> Dhcp6(string name) => Read(name).Where(IsDhcp6);

    /// <summary>A message in words; <see langword="null"/> when it is neither DHCP nor DHCPv6.</summary>
    public static string? Describe(CapturedPacket packet) =>
        IsDhcp6(packet) ? Dhcp6Text.Of(ParseDhcp6(packet)) : packet.IsDhcp ? Parse(packet.Payload.ToArray()).ToString() : null;

    public static Dhcp6Envelope ParseDhcp6(CapturedPacket packet) =>
        Dhcp6Envelope.TryParse(packet.Payload, out var envelope) ? envelope : throw new InvalidDataException("no DHCPv6 message");

    private static bool IsDhcp6(CapturedPacket packet) => packet.Source.Port is 546 or 547 || packet.Destination.Port is 546 or 547;
}
