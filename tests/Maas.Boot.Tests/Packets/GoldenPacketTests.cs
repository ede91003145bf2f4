using System.Globalization;
using System.Text;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Boot.Tests.Packets;

public class GoldenPacketTests
{
    public static TheoryData<string> Names => [.. Captures.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_message_decodes_to_the_text_beside_the_capture(string name)
    {
        var text = new StringBuilder();
        foreach (var packet in Captures.Read(name))
            if (Captures.Describe(packet) is { } words)
                text.Append(
                    CultureInfo.InvariantCulture, $"{packet.Source} -> {packet.Destination}, {packet.Payload.Length} octets\n{words}\n");

        var golden = Captures.PathOf(name, ".txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(golden, text.ToString());
        text.ToString().Should().Be(File.ReadAllText(golden));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_message_is_written_back_octet_by_octet(string name)
    {
        foreach (var datagram in Captures.Dhcp(name))
        {
            var buffer = new byte[DhcpMessage.LongestOnEthernet];
            Captures.Parse(datagram).TryWrite(buffer, out var written).Should().BeTrue();
            Convert.ToHexStringLower(buffer.AsSpan(0, written)).Should().Be(Convert.ToHexStringLower(datagram));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_message_cut_short_anywhere_is_refused_or_read_but_never_throws(string name)
    {
        foreach (var datagram in Captures.Dhcp(name))
            for (var length = 0; length < datagram.Length; length++)
            {
                var read = DhcpMessage.TryParse(datagram.AsSpan(0, length), out _);
                if (length < 240) read.Should().BeFalse();
            }
    }
}
