using CsCheck;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;
using Maas.Boot.Tests.Dhcp4.Server;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Dhcp4.Wire;

/// <summary>
/// What a client must be told fits into the options, file, and sname fields, in parts if need be (RFC 2131 section 4.1, RFC 3396).
/// </summary>
public class OverloadTests
{
    private const int Header = 240, FileRoom = 127, NameRoom = 63;

    private static readonly DhcpOptionCode[] Needed =
    [
        .. Enumerable.Range(1, 254).Select(c => (DhcpOptionCode)c).Where(DhcpResponder.IsNeeded)
    ];

    private static readonly Gen<DhcpMessage> Reply = Gen.Select(
        Gen.Select(Gen.Int[0, Needed.Length - 1], Gen.OneOf(Gen.Int[0, 12], Gen.Int[0, 90], Gen.Int[0, 400])).Array[0, 12],
        Gen.Select(Gen.Byte[128, 254], Gen.Int[0, 200]).Array[0, 5],
        (needed, others) =>
        {
            var reply = new DhcpMessage { Operation = DhcpOperation.Reply, Type = DhcpMessageType.Offer };
            foreach (var (code, length) in needed) reply.Options.Set(
                Needed[code], Enumerable.Range(code, length).Select(o => (byte)o).ToArray());
            foreach (var (code, length) in others) reply.Options.Set((DhcpOptionCode)code, new byte[length]);
            reply.Type = DhcpMessageType.Offer;
            return reply;
        });

    [Fact]
    public void Whatever_must_be_said_is_said_where_the_three_fields_have_room_for_it() =>
        Gen.Select(Reply, Gen.Int[DhcpMessage.DefaultMaxLength, DhcpMessage.LongestOnEthernet]).Sample(
        (reply, size) =>
        {
            var needed = Values(reply).Where(o => DhcpResponder.IsNeeded(o.Key)).ToDictionary();
            var relay = needed.TryGetValue(DhcpOptionCode.RelayAgentInformation, out var echoed) ? Wire(echoed.Length) : 0;
            var room = size - Header - 3 - 1 - relay;
            if (room < 0) return;

            // Small ones stay whole, so that each field may lose as much as one of them; a part needs three octets.
            var mustFit =
                needed.Where(o => o.Key != DhcpOptionCode.RelayAgentInformation)
                    .Sum(o => Wire(o.Value.Length) + 4) + (3 * 34) <= room + FileRoom + NameRoom;
            var buffer = new byte[size];
            var written = DhcpResponder.Write(reply, buffer);
            if (written == 0)
            {
                mustFit.Should().BeFalse();
                return;
            }

            var read = Values(Captures.Parse(buffer[..written]));
            foreach (var (code, value) in needed) read[code].Should().Equal(value, $"{code} must be said");
        },
        iter: 20_000);

    [Theory]
    [InlineData(300)]
    [InlineData(305)]
    [InlineData(400)]
    public void A_client_identifier_in_two_parts_is_echoed_whole_to_a_client_that_takes_576_octets(int length)
    {
        var request = ClientPackets.Message("350101 ff");
        var identifier = Enumerable.Range(0, length).Select(i => (byte)(i + 1)).ToArray();
        request.Options.Set(DhcpOptionCode.ClientIdentifier, identifier);
        var grant = AddressResult.Grant(
            System.Net.IPAddress.Parse("10.0.0.10"),
            Leases.LeaseScene.Subnet with { Routers = [ClientPackets.Server] },
            TimeSpan.FromHours(1),
            "a free address");
        var reply = new DhcpMessage();
        DhcpResponder.Respond(
            Captures.Parse(DhcpMessageTests.Write(request, 1000)),
            new DhcpResponseContext(ClientPackets.Server.ToIPv4(), grant, null),
            reply)
            .Should()
            .BeTrue();

        var buffer = new byte[DhcpResponder.LongestReplyTo(request)];
        buffer.Length.Should().Be(DhcpMessage.DefaultMaxLength);
        var sent = Captures.Parse(buffer[..DhcpResponder.Write(reply, buffer)]);
        sent.Options.Get(DhcpOptionCode.ClientIdentifier).ToArray().Should().Equal(identifier);
        foreach (var code in (DhcpOptionCode[])
        [
            DhcpOptionCode.MessageType,
            DhcpOptionCode.ServerIdentifier,
            DhcpOptionCode.LeaseTime,
            DhcpOptionCode.SubnetMask,
            DhcpOptionCode.Router
        ])
            sent.Options.Contains(code).Should().BeTrue($"{code} is needed");
        buffer[240].Should().Be((byte)DhcpOptionCode.MessageType, "what has one part stays in the options field");
    }

    [Fact]
    public void The_boot_files_name_gives_up_the_header_when_nothing_else_makes_room()
    {
        var reply = new DhcpMessage { Operation = DhcpOperation.Reply, Type = DhcpMessageType.Offer, BootFile = "snponly.efi" };
        reply.Options.Set(DhcpOptionCode.BootFileName, "snponly.efi");
        reply.Options.Set(DhcpOptionCode.ClientIdentifier, new byte[400]);
        var buffer = new byte[DhcpMessage.DefaultMaxLength];
        var sent = Captures.Parse(buffer[..DhcpResponder.Write(reply, buffer)]);
        sent.Options.GetText(DhcpOptionCode.BootFileName).Should().Be("snponly.efi");
        sent.Options.Get(DhcpOptionCode.ClientIdentifier).Length.Should().Be(400);
        sent.BootFile.Should().BeEmpty();
    }

    private static Dictionary<DhcpOptionCode, byte[]> Values(DhcpMessage message)
    {
        var values = new Dictionary<DhcpOptionCode, byte[]>();
        for (var i = 0; i < message.Options.Count; i++) values[message.Options.At(i).Code] = message.Options.At(i).Value.ToArray();
        return values;
    }

    private static int Wire(int length) => length + (2 * Math.Max(1, (length + 254) / 255));
}
