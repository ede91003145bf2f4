using CsCheck;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Tests.Ipmi.Wire;

public class LanMessageTests
{
    // "Get Channel Authentication Capabilities" as ipmitool 1.8.19 sends it.
    private static readonly byte[] FromIpmitool = Convert.FromHexString("0600ff07000000000000000000092018c88100388e04b5");

    [Fact]
    public void A_request_of_ipmitool_is_read_and_written_again()
    {
        SessionPacket.TryParse(FromIpmitool, out var packet).Should().BeTrue();
        LanMessage.TryParse(packet.Payload, out var message).Should().BeTrue();
        (message.NetFunction, message.Command).Should().Be((0x06, 0x38));
        message.Data.ToArray().Should().Equal(0x8e, 0x04);

        var (payload, datagram) = (new byte[64], new byte[64]);
        var length = message.Write(payload);
        length = SessionPacket.WriteLegacy(AuthenticationType.None, 0, 0, default, payload.AsSpan(0, length), datagram);
        datagram[..length].Should().Equal(FromIpmitool);
    }

    [Fact]
    public void A_message_with_a_wrong_checksum_is_none()
    {
        for (var at = 14; at < FromIpmitool.Length; at++)
        {
            var wrong = FromIpmitool.ToArray();
            wrong[at] ^= 0x10;
            SessionPacket.TryParse(wrong, out var packet).Should().BeTrue();
            LanMessage.TryParse(packet.Payload, out _).Should().BeFalse();
        }
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            byte[] datagram = [6, 0, 255, 7, .. bytes];
            if (SessionPacket.TryParse(datagram, out var packet)) _ = LanMessage.TryParse(packet.Payload, out _);
            _ = Rakp1.TryParse(bytes, out _);
            _ = Rakp2.TryParse(bytes, out _);
            _ = RakpProof.TryParse(bytes, out _);
            _ = SolPacket.TryParse(bytes, out _);
            _ = OpenSessionRequest.TryParse(bytes, out _);
            _ = OpenSessionResponse.TryParse(bytes, out _);
        });

    [Fact]
    public void Messages_of_a_login_survive_being_written() =>
        Gen.Select(Gen.Byte, Gen.UInt, Gen.Byte.Array[16], Gen.Byte.Array[0, 16], Gen.Byte.Array[0, 32]).Sample(
            (tag, id, random, name, code) =>
            {
                var buffer = new byte[128];
                var first = new Rakp1 { Tag = tag, ControllerSessionId = id, ConsoleRandom = random, Role = 0x13, UserName = name };
                Rakp1.TryParse(buffer.AsSpan(0, first.Write(buffer)), out var one).Should().BeTrue();
                one.UserName.SequenceEqual(name).Should().BeTrue();
                one.ConsoleRandom.SequenceEqual(random).Should().BeTrue();

                var second = new Rakp2
                {
                    Tag = tag, ConsoleSessionId = id, ControllerRandom = random, ControllerGuid = random, Code = code,
                };
                Rakp2.TryParse(buffer.AsSpan(0, second.Write(buffer)), out var two).Should().BeTrue();
                two.Code.SequenceEqual(code).Should().BeTrue();
                two.ConsoleSessionId.Should().Be(id);
            });
}
