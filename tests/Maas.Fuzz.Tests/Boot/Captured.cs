using Maas.Boot.Capture;
using Maas.Judges;

namespace Maas.Fuzz.Tests.Boot;

/// <summary>What real firmware and clients sent, to begin from.</summary>
internal static class Captured
{
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Directory.EnumerateFiles(Repository.PathOf("tests/Maas.Boot.Tests/Packets"), "*.pcap").Order(StringComparer.Ordinal)
    ];

    private static IReadOnlyList<CapturedPacket> Packets { get; } = [.. Files.SelectMany(f => PcapReader.Read(File.ReadAllBytes(f)))];

    public static IReadOnlyList<byte[]> Dhcp { get; } = [.. Packets.Where(p => p.IsDhcp).Select(p => p.Payload.ToArray())];

    public static IReadOnlyList<byte[]> Dhcp6 { get; } =
    [
        .. Packets.Where(p => p.Source.Port is 546 or 547 || p.Destination.Port is 546 or 547).Select(p => p.Payload.ToArray())
    ];

    public static IReadOnlyList<byte[]> TftpRequests { get; } =
    [
        .. Packets.Where(p => p.Destination.Port == 69).Select(p => p.Payload.ToArray())
    ];
}
