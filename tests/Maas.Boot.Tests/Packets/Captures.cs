using Maas.Boot.Capture;
using Maas.Boot.Dhcp.Wire;
using Maas.Judges;

namespace Maas.Boot.Tests.Packets;

/// <summary>The captures beside this file: real firmware and clients with a server of dnsmasq's.</summary>
internal static class Captures
{
    private static readonly string Folder = Repository.PathOf("tests/Maas.Boot.Tests/Packets");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.pcap").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    public static string PathOf(string name, string extension) => Path.Combine(Folder, name + extension);

    public static IReadOnlyList<CapturedPacket> Read(string name) => PcapReader.Read(File.ReadAllBytes(PathOf(name, ".pcap")));

    /// <summary>The DHCP datagrams of a capture.</summary>
    public static IEnumerable<byte[]> Dhcp(string name) => Read(name).Where(p => p.IsDhcp).Select(p => p.Payload.ToArray());

    /// <summary>The n-th client message of a type in a capture.</summary>
    public static DhcpMessage Message(string name, DhcpMessageType type, int index = 0) =>
        Dhcp(name).Select(Parse).Where(m => m.Operation == DhcpOperation.Request && m.Type == type).ElementAt(index);

    public static DhcpMessage Parse(byte[] datagram) => DhcpMessage.TryParse(datagram, out var message) ? message : throw new InvalidDataException("no DHCP message");
}
