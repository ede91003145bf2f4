using CsCheck;
using System.Net.NetworkInformation;
using VmLab.Power;

namespace Maas.Journey.Tests.Power;

public class MagicPacketTests
{
    private static readonly PhysicalAddress Nic = PhysicalAddress.Parse("52:54:00:77:00:01");

    private static byte[] Packet =>
        [.. Enumerable.Repeat((byte)0xFF, 6), .. Enumerable.Repeat(Nic.GetAddressBytes(), 16).SelectMany(octets => octets)];

    [Fact]
    public void A_packet_wakes_the_nic_it_names() => MagicPacket.Wakes(Packet, Nic).Should().BeTrue();

    [Fact]
    public void It_may_stand_anywhere_in_the_payload() => MagicPacket.Wakes([1, 2, 3, .. Packet, 4], Nic).Should().BeTrue();

    [Fact]
    public void It_does_not_wake_another_nic() => MagicPacket.Wakes(Packet, PhysicalAddress.Parse("52:54:00:77:00:02")).Should().BeFalse();

    [Fact]
    public void Fifteen_repetitions_are_not_enough() => MagicPacket.Wakes(Packet.AsSpan()[..^6], Nic).Should().BeFalse();

    [Fact]
    public void A_short_payload_never_wakes() => Gen.Byte.Array[0, 101].Sample(bytes => !MagicPacket.Wakes(bytes, Nic));
}
