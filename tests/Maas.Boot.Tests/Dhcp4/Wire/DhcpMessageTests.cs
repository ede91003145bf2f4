using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Dhcp4.Wire;

public class DhcpMessageTests
{
    private static readonly HardwareAddress Mac = HardwareAddress.Parse("52:54:00:00:00:01");

    [Fact]
    public void An_option_longer_than_255_octets_is_split_and_joined_again()
    {
        var message = Request();
        var value = Enumerable.Range(0, 700).Select(i => (byte)i).ToArray();
        message.Options.Set((DhcpOptionCode)224, value);

        var wire = Write(message, 1472);
        wire.Should().HaveCount(240 + 3 + 700 + (3 * 2) + 1);
        Captures.Parse(wire).Options.Get((DhcpOptionCode)224).ToArray().Should().Equal(value);
    }

    [Fact]
    public void Parts_of_an_option_that_stand_apart_are_joined_in_order()
    {
        var message = Captures.Parse(Raw([224, 2, 1, 2, 12, 1, (byte)'a', 224, 1, 3, 255]));
        message.Options.Get((DhcpOptionCode)224).ToArray().Should().Equal(1, 2, 3);
        message.Options.Count.Should().Be(2);
    }

    [Fact]
    public void Options_in_the_file_and_sname_fields_are_read_after_those_of_the_options_field()
    {
        var datagram = Raw([52, 1, 3, 224, 1, 1, 255]);
        byte[] inName = [224, 1, 3, 255], inFile = [224, 1, 2, 12, 1, (byte)'h', 255];
        inName.CopyTo(datagram, 44);
        inFile.CopyTo(datagram, 108);

        var message = Captures.Parse(datagram);
        message.Options.Get((DhcpOptionCode)224).ToArray().Should().Equal(1, 2, 3);
        message.Options.GetText(DhcpOptionCode.HostName).Should().Be("h");
        message.Options.Contains(DhcpOptionCode.Overload).Should().BeFalse();
        message.BootFile.Should().BeEmpty();
        message.ServerHostName.Should().BeEmpty();
    }

    [Fact]
    public void What_does_not_fit_the_options_field_goes_to_file_and_sname()
    {
        var message = Request();
        for (byte code = 224; code < 229; code++) message.Options.Set((DhcpOptionCode)code, Enumerable.Repeat(code, 60).ToArray());

        var read = Captures.Parse(Write(message, 500));
        for (byte code = 224; code < 229; code++)
            read.Options.Get((DhcpOptionCode)code).ToArray().Should().Equal(Enumerable.Repeat(code, 60));
    }

    [Fact]
    public void A_boot_file_in_the_header_is_never_overwritten_by_options()
    {
        var message = Request();
        message.BootFile = "snponly.efi";
        for (byte code = 224; code < 228; code++) message.Options.Set((DhcpOptionCode)code, new byte[60]);

        message.TryWrite(new byte[400], out var written).Should().BeFalse();
        written.Should().Be(0);
    }

    [Fact]
    public void Relay_agent_information_is_written_last_wherever_it_was_set()
    {
        var message = Request();
        message.Options.Set(DhcpOptionCode.RelayAgentInformation, [1, 1, 9]);
        message.Options.Set(DhcpOptionCode.HostName, "h");
        Write(message, 548).AsSpan(240, 12).ToArray().Should().Equal(53, 1, 1, 12, 1, (byte)'h', 82, 3, 1, 1, 9, 255);
    }

    [Fact]
    public void A_short_message_is_padded_to_300_octets() => Write(Request(), 548).Should().HaveCount(300);

    [Theory]
    [InlineData(new byte[] { 12, 200, 1 })]
    [InlineData(new byte[] { 12, 1 })]
    [InlineData(new byte[] { 52, 1, 1, 255 })]
    public void An_option_that_leads_out_of_its_field_makes_no_message(byte[] options)
    {
        var datagram = Raw(options);
        datagram.AsSpan(108, 128).Fill(200); // the file field, read when option 52 says so
        DhcpMessage.TryParse(datagram, out _).Should().BeFalse();
    }

    [Fact]
    public void A_hardware_address_longer_than_its_field_makes_no_message()
    {
        var datagram = Raw([53, 1, 1, 255]);
        datagram[2] = 17;
        DhcpMessage.TryParse(datagram, out _).Should().BeFalse();
    }

    [Fact]
    public void A_missing_end_is_forgiven() => Captures.Parse(Raw([53, 1, 3])).Type.Should().Be(DhcpMessageType.Request);

    [Fact]
    public void An_option_repeated_twenty_thousand_times_is_joined_in_one_pass()
    {
        var options = new byte[3 * 20_000];
        for (var i = 0; i < options.Length; i += 3) (options[i], options[i + 1], options[i + 2]) = (224, 1, 7);
        Captures.Parse(Raw(options)).Options.Get((DhcpOptionCode)224).Length.Should().Be(20_000);
    }

    [Fact]
    public void A_message_used_again_holds_nothing_of_the_one_before()
    {
        var message = new DhcpMessage();
        var first = Request();
        first.Options.Set(DhcpOptionCode.HostName, "first");
        first.BootFile = "a";
        message.TryRead(Write(first, 548)).Should().BeTrue();
        message.TryRead(Write(Request(), 548)).Should().BeTrue();
        message.ToString().Should().Be(Request().ToString());
    }

    [Fact]
    public void Text_of_a_client_reaches_a_terminal_without_control_characters()
    {
        var message = Request();
        message.Options.Set(DhcpOptionCode.HostName, "a\u001b[31m\"\n");
        message.ToString().Should().Contain("\"a\\x1b[31m\\x22\\x0a\"");
    }

    internal static DhcpMessage Request() => new() { Hardware = Mac, TransactionId = 1, Type = DhcpMessageType.Discover };

    internal static byte[] Write(DhcpMessage message, int longest)
    {
        var buffer = new byte[longest];
        message.TryWrite(buffer, out var written).Should().BeTrue();
        return buffer[..written];
    }

    private static byte[] Raw(byte[] options)
    {
        var datagram = new byte[240 + options.Length];
        (datagram[0], datagram[1], datagram[2]) = (1, 1, 6);
        byte[] cookie = [0x63, 0x82, 0x53, 0x63];
        cookie.CopyTo(datagram, 236);
        options.CopyTo(datagram, 240);
        return datagram;
    }
}
