using System.Buffers;
using System.Net;
using CsCheck;
using Maas.Boot.Capture;
using Maas.Boot.Tests.Packets;
using Maas.Judges;

namespace Maas.Boot.Tests.Capture;

public sealed class PcapngTests : IDisposable
{
    private static readonly Gen<IPEndPoint> End = Gen.Select(
        Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]), Gen.UShort, (octets, port) => new IPEndPoint(new IPAddress(octets), port));

    private static readonly Gen<CapturedPacket> Packet = Gen.Select(
        End,
        End,
        Gen.Byte.Array[0, 300],
        Gen.Int[0, 40],
        Gen.Long[0, 4_000_000_000_000_000],
        Gen.String.AlphaNumeric,
        Gen.Bool,
        (source, destination, payload, cut, ticks, text, sent) =>
        new CapturedPacket(DateTimeOffset.UnixEpoch.AddTicks(ticks), source, Like(source, destination), payload)
        {
            Length = payload.Length + (payload.Length > 0 ? cut : 0),
            SourceHardware = HardwareAddress.Parse("52:54:00:00:00:01"),
            DestinationHardware = HardwareAddress.Parse("52:54:00:00:00:02"),
            Interface = sent ? "eth0" : "eth1",
            Comment = text.Length == 0 ? null : text,
            IsSent = sent,
        });

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void What_was_written_is_read_back() => Packet.Array[0, 10].Sample(packets =>
    {
        var read = PcapReader.Read(Write(packets));
        read.Should().HaveCount(packets.Length);
        foreach (var (was, written) in read.Zip(packets))
        {
            (was with { Payload = default }).Should().Be(written with { Payload = default });
            was.Payload.ToArray().Should().Equal(written.Payload.ToArray());
        }
    });

    [Fact]
    public async Task Tcpdump_reads_what_was_written_and_finds_its_checksums_right()
    {
        var tcpdump = Judge.Require("tcpdump", "tcpdump");
        var packets = Captures.Read("uefi-pxe-x64-snponly-ipxe").Where(p => p.IsDhcp || p.Destination.Port == 69).ToList();
        await using (var output = File.Create(_file))
            await PcapngWriter.WriteAsync(
                output,
                [.. packets, packets[0] with
                {
                    Source = IPEndPoint.Parse("[fe80::1]:546"),
                    Destination = IPEndPoint.Parse("[ff02::1:2]:547"),
                    Payload = new byte[] { 1, 0, 0, 1 },
                    Length = 4
                }]);
        var verdict = (await Judge.RunAsync(tcpdump, ["-r", _file, "-n", "-vv", "-e"])).Approved();
        verdict.Output.Should().Contain("BOOTP/DHCP, Request from 52:54:00").And.Contain("RRQ \"").And.Contain(
            "dhcp6 solicit").And.NotContain(
            "bad cksum").And.NotContain(
            "bad udp cksum").And.NotContain(
            "truncated");
        verdict.Output.Split('\n').Count(l => l.Contains("ethertype", StringComparison.Ordinal)).Should().Be(packets.Count + 1);
    }

    [Fact]
    public void A_capture_of_tcpdumps_and_ours_of_it_hold_the_same()
    {
        foreach (var name in Captures.Names)
            PcapReader.Read(Write([.. Captures.Read(name)]))
                .Select(p => (p.At, p.Source, p.Destination, Convert.ToHexString(p.Payload.Span)))
                .Should()
                .Equal(Captures.Read(name).Select(p => (p.At, p.Source, p.Destination, Convert.ToHexString(p.Payload.Span))));
    }

    [Fact]
    public void A_file_of_the_other_byte_order_with_nanoseconds_and_blocks_unknown_here_is_read()
    {
        byte[] frame =
        [
            .. new byte[12], 8, 0, 0x45, 0, 0, 29, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 67, 0, 68, 0, 9, 0, 0, 7, 0
        ];
        byte[] file =
        [
            .. Block(0x0a0d0d0a, [0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0, .. Enumerable.Repeat((byte)0xff, 8)]),
            .. Block(1, [0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0]),
            .. Block(0x0bad, [1, 2, 3, 4]),
            .. Block(6, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 43, 0, 0, 0, 43, .. frame]),
        ];
        var packet = PcapReader.Read(file).Should().ContainSingle().Subject;
        packet.At.Should().Be(DateTimeOffset.UnixEpoch.AddTicks((1L << 32) / 100));
        packet.Payload.ToArray().Should().Equal(7);
        packet.Source.Should().Be(IPEndPoint.Parse("10.0.0.1:67"));

        static byte[] Block(uint type, byte[] body) =>
            [.. Big(type), .. Big((uint)(12 + body.Length)), .. body, .. Big((uint)(12 + body.Length))];
        static byte[] Big(uint number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
    }

    [Theory]
    [InlineData(1, "0102030405060708090a0b0c81000064080045000000")]
    [InlineData(113, "0000000100060102030405060000080045000000")]
    [InlineData(276, "0800000000000001000106060102030405060000")]
    [InlineData(101, "")]
    public void Tags_and_tcpdumps_any_device_are_understood(int link, string before)
    {
        byte[] ip = [0x45, 0, 0, 29, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 67, 0, 68, 0, 9, 0, 0, 7];
        var header = Convert.FromHexString(before.Replace("45000000", "", StringComparison.Ordinal));
        byte[] frame = [.. header, .. ip];
        byte[] file =
        [
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, .. new byte[8], 0, 0, 4, 0, (byte)link, (byte)(link >> 8), 0, 0, .. new byte[8],
            (byte)frame.Length, 0, 0, 0, (byte)frame.Length, 0, 0, 0, .. frame
        ];
        PcapReader.Read(file).Should().ContainSingle().Which.Payload.ToArray().Should().Equal(7);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0a0d0d0a")]
    [InlineData("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1d000000")]
    [InlineData("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c00000006000000200000000000000000000000000000000000000000000000"
        + "0000000020000000")]
    public void A_file_that_contradicts_itself_is_refused_with_a_reason(string hex) =>
        FluentActions.Invoking(
            () => PcapReader.Read(Convert.FromHexString(hex))).Should().Throw<InvalidDataException>().Which.Message.Should()
            .NotBeEmpty();

    private static IPEndPoint Like(IPEndPoint one, IPEndPoint other) =>
        one.AddressFamily == other.AddressFamily ? other : new IPEndPoint(one.Address, other.Port);

    private static byte[] Write(IReadOnlyList<CapturedPacket> packets)
    {
        var output = new ArrayBufferWriter<byte>();
        PcapngWriter.Write(output, packets);
        return output.WrittenSpan.ToArray();
    }
}
