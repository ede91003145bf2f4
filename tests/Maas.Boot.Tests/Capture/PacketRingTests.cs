using System.Net;
using CsCheck;
using Maas.Boot.Capture;
using Maas.Boot.Net;

namespace Maas.Boot.Tests.Capture;

public class PacketRingTests
{
    private static readonly UdpEndpoint Server = UdpEndpoint.Of(IPEndPoint.Parse("10.0.0.1:67"));

    [Fact]
    public void The_last_datagrams_are_kept_whole_and_in_order_whatever_their_sizes() => Gen.Int[0, 5000].Array[1, 60].Sample(sizes =>
    {
        var ring = new PacketRing(bytesPerMachine: 4096);
        for (var i = 0; i < sizes.Length; i++) ring.Record(Machine(1), 0, Packet(i, from: 1), Content(i, sizes[i]));
        var kept = ring.Packets(Machine(1));
        kept.Should().NotBeEmpty();
        kept.Sum(p => p.Payload.Length).Should().BeLessThanOrEqualTo(4096);
        foreach (var (packet, i) in kept.Reverse().Select((p, n) => (p, sizes.Length - 1 - n)))
        {
            packet.At.Should().Be(DateTimeOffset.UnixEpoch.AddSeconds(i));
            packet.Length.Should().Be(sizes[i]);
            packet.Payload.ToArray().Should().Equal(Content(i, Math.Min(sizes[i], 4096)));
        }
    });

    [Fact]
    public void What_a_machine_fetches_from_the_address_it_was_leased_stands_with_it()
    {
        var ring = new PacketRing();
        ring.Record(Machine(1), 0, Packet(0, from: 1), [1]);
        ring.Record(Machine(1), Address(1), Packet(1, from: 1) with { IsSent = true, Comment = "a free address" }, [2]);
        ring.Record(null, Address(1), Packet(2, from: 1), [3]);
        ring.Record(null, Address(2), Packet(3, from: 2), [4]);
        var kept = ring.Packets(Machine(1));
        kept.Select(p => p.Payload.Span[0]).Should().Equal(1, 2, 3);
        kept[1].Should()
            .Match<CapturedPacket>(p => p.Comment == "a free address" && p.IsSent == true && p.DestinationHardware == Machine(1));
        ring.Packets().Should().HaveCount(4);
        ring.Machines.Should().Equal(Machine(1));
    }

    [Fact]
    public void An_address_that_goes_to_another_machine_takes_no_packets_along()
    {
        var ring = new PacketRing();
        ring.Record(Machine(1), Address(1), Packet(0, from: 1), [1]);
        ring.Record(Machine(2), Address(1), Packet(1, from: 1), [2]);
        ring.Record(null, Address(1), Packet(2, from: 1), [3]);
        ring.Packets(Machine(1)).Should().HaveCount(1);
        ring.Packets(Machine(2)).Should().HaveCount(2);
    }

    [Fact]
    public void Of_more_machines_than_places_the_one_heard_last_longest_ago_is_forgotten()
    {
        var ring = new PacketRing(machines: 3);
        for (var i = 1; i <= 3; i++) ring.Record(Machine(i), Address(i), Packet(i, from: i), [1]);
        ring.Record(Machine(1), Address(1), Packet(4, from: 1), [1]);
        for (var i = 4; i <= 5; i++) ring.Record(Machine(i), Address(i), Packet(i, from: i), [1]);
        ring.Machines.Should().Equal(Machine(5), Machine(4), Machine(1));
        ring.Packets(Machine(2)).Should().BeEmpty();
        ring.Record(null, Address(2), Packet(6, from: 2), [1]);
        ring.Packets().Should().HaveCount(3, "an address of a forgotten machine is nobody's");
    }

    [Fact]
    public void A_ring_that_is_full_takes_a_datagram_without_allocating()
    {
        var ring = new PacketRing(bytesPerMachine: 4096);
        var (packet, payload, machine) = (Packet(1, from: 1), new byte[300], Machine(1));
        for (var i = 0; i < 100; i++) ring.Record(machine, 0, packet, payload);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) ring.Record(machine, 0, packet, payload);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static HardwareAddress Machine(int number) => new(HardwareAddress.Ethernet, [2, 0, 0, 0, 0, (byte)number]);

    private static UInt128 Address(int number) => 0x0a000000u + (uint)number;

    private static byte[] Content(int seed, int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i + seed))];

    private static RingPacket Packet(int second, int from) =>
        new(
            DateTimeOffset.UnixEpoch.AddSeconds(second), new UdpEndpoint(new IPv4Address((uint)Address(from)), 68), Server,
            IsSent: false, "eth0", null);
}
