using System.Net;
using CsCheck;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Tests.Dhcp6.Server;

namespace Maas.Boot.Tests.Dhcp6.Wire;

public class Dhcp6MessageTests
{
    private static readonly Gen<Dhcp6Options> Options =
        Gen.Select(Gen.UShort, Gen.OneOf(Gen.Byte.Array[0, 12], Gen.Byte.Array[0, 300])).Array[0, 12].Select(all =>
    {
        var options = new Dhcp6Options();
        foreach (var (code, value) in all) options.Add((Dhcp6OptionCode)code, value);
        return options;
    });

    [Fact]
    public void What_was_written_is_read_back() =>
        Gen.Select(Gen.Byte[1, 11], Gen.UInt[0, 0xffffff], Options).Sample((type, xid, options) =>
    {
        var written = new Dhcp6Message((Dhcp6MessageType)type, xid, options).ToArray();
        return Dhcp6Message.TryParse(written, out var read)
            && read.Type == (Dhcp6MessageType)type
            && read.TransactionId == xid
            && read.ToArray().SequenceEqual(written);
    });

    [Fact]
    public void Any_octets_are_read_or_refused_and_what_is_read_is_written_back() => Hostile.Sample(
        datagram =>
        {
            if (!Dhcp6Envelope.TryParse(datagram, out var envelope)) return true;
            _ = Dhcp6Text.Of(envelope);
            _ = Dhcp6Request.TryRead(envelope, Packet6.LinkLocal, out _);
            // All but the up to three octets that may stray behind the last option.
            var written = envelope.Message.ToArray();
            return envelope.Relays.Count > 0 || (datagram.Length - written.Length < 4 && datagram.AsSpan().StartsWith(written));
        },
        iter: 50_000);

    [Fact]
    public void A_message_cut_short_within_an_option_is_refused()
    {
        var whole = Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation("fd00::1")).ToArray();
        var ends = new List<int> { 4 };
        for (var at = 4; at < whole.Length; ends.Add(at)) at += 4 + (whole[at + 2] << 8) + whole[at + 3];
        for (var length = 0; length < whole.Length; length++)
            Dhcp6Message.TryParse(whole.AsMemory(0, length), out _)
                .Should()
                .Be(ends.Any(e => length >= e && length < e + 4), $"of {length} octets");
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff })]
    public void Octets_that_stray_behind_the_last_option_are_passed_over(byte[] stray)
    {
        var solicit = Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation()).ToArray();
        Packet6.Read([.. solicit, .. stray]).Associations.Should().ContainSingle();
        Packet6.Read(Packet6.Relay([.. solicit, .. stray], "fd00:1::1", "fe80::5054:ff:fe77:1")).Associations.Should().ContainSingle();
        Packet6.Read([.. Packet6.Relay(solicit, "fd00:1::1", "fe80::5054:ff:fe77:1"), .. stray]).Associations.Should().ContainSingle();
    }

    [Fact]
    public void What_strays_is_not_passed_over_within_an_option() =>
        IdentityAssociation.TryParse(new byte[13], out _).Should().BeFalse("an association's own options end where it does");

    [Fact]
    public void An_association_that_is_named_twice_is_one()
    {
        var renew = Packet6.Request(Dhcp6MessageType.Renew, o =>
        {
            o.AddAssociation("fd00:77::1000");
            o.AddAssociation("fd00:77::1000", "fd00:77::1001");
            o.Add(Dhcp6OptionCode.NonTemporaryAddresses, Packet6.Association(2, "fd00:77::1002").ToArray());
            o.AddAssociation();
        });
        renew.Associations.Select(a => (a.Id, string.Join(' ', a.Addresses.Select(l => l.Address))))
            .Should()
            .Equal((1u, "fd00:77::1000 fd00:77::1001"), (2u, "fd00:77::1002"));
    }

    [Fact]
    public void Relays_are_unwrapped_the_nearest_last_and_wrapped_again_on_the_way_back()
    {
        var inner = Packet6.Message(Dhcp6MessageType.Solicit, o => o.AddAssociation()).ToArray();
        var first = Packet6.Relay(inner, "fd00:1::1", "fe80::5054:ff:fe77:1", 0, (Dhcp6OptionCode.InterfaceId, [7, 8]));
        var second = Packet6.Relay(first, "::", "fd00:1::1", 1, (Dhcp6OptionCode.InterfaceId, [9]));

        var request = Packet6.Read(second, IPAddress.Parse("fd00:2::1"));
        request.RelayedLink.Should().Be(IPAddress.Parse("fd00:1::1"));
        request.Hardware.Should().Be(HardwareAddress.Parse("52:54:00:77:00:01"));

        var reply = new Dhcp6Message(Dhcp6MessageType.Reply, 0x123456, new Dhcp6Options());
        var wrapped = request.Envelope.Wrap(reply);
        wrapped[..2].Should().Equal([(byte)Dhcp6MessageType.RelayReply, 1]);
        Dhcp6Options.TryParse(wrapped.AsMemory(34), out var outer).Should().BeTrue();
        outer!.Get(Dhcp6OptionCode.InterfaceId).ToArray().Should().Equal([9]);
        var within = outer.Get(Dhcp6OptionCode.RelayMessage);
        within.Span[0].Should().Be((byte)Dhcp6MessageType.RelayReply);
        new IPAddress(within.Span.Slice(2, 16)).Should().Be(IPAddress.Parse("fd00:1::1"));
        new IPAddress(within.Span.Slice(18, 16)).Should().Be(IPAddress.Parse("fe80::5054:ff:fe77:1"));
        Dhcp6Options.TryParse(within[34..], out var innermost).Should().BeTrue();
        innermost!.Get(Dhcp6OptionCode.InterfaceId).ToArray().Should().Equal([7, 8]);
        innermost.Get(Dhcp6OptionCode.RelayMessage).ToArray().Should().Equal(reply.ToArray());
    }

    [Fact]
    public void More_relays_than_the_hop_limit_are_refused()
    {
        var datagram = Packet6.Message(Dhcp6MessageType.Solicit).ToArray();
        for (var hop = 0; hop < Dhcp6Envelope.MostRelays; hop++) datagram = Packet6.Relay(datagram, "fd00::1", "fe80::1", (byte)hop);
        Dhcp6Envelope.TryParse(datagram, out _).Should().BeTrue();
        Dhcp6Envelope.TryParse(Packet6.Relay(datagram, "fd00::1", "fe80::1"), out _).Should().BeFalse();
    }

    [Fact]
    public void A_relay_that_tells_the_link_layer_address_is_believed_before_the_client()
    {
        var inner = Packet6.Message(Dhcp6MessageType.Solicit).ToArray();
        var relayed = Packet6.Relay(
            inner, "fd00:1::1", "fe80::5054:ff:fe77:1", 0, (Dhcp6OptionCode.ClientLinkLayerAddress, [0, 1, 0x52, 0x54, 0, 1, 2, 3]));
        Packet6.Read(relayed).Hardware.Should().Be(HardwareAddress.Parse("52:54:00:01:02:03"));
    }

    [Theory]
    [InlineData("00:01:00:01:2a:00:00:00:52:54:00:77:00:02", "52:54:00:77:00:02")]
    [InlineData("00:03:00:01:52:54:00:77:00:03", "52:54:00:77:00:03")]
    public void An_identifier_made_of_a_hardware_address_tells_it_where_nothing_else_does(string duid, string hardware)
    {
        var message = Packet6.Message(Dhcp6MessageType.Solicit, client: Duid.Parse(duid)).ToArray();
        Packet6.Read(message, IPAddress.Parse("fe80::1")).Hardware.Should().Be(HardwareAddress.Parse(hardware));
        Packet6.Read(message, Packet6.LinkLocal).Hardware.Should().Be(HardwareAddress.Parse("52:54:00:77:00:01"));
    }

    [Fact]
    public void Parameters_of_a_boot_file_are_read_back()
    {
        BootFileParameters.TryParse(BootFileParameters.ToArray(["a=1", "", "ü"]), out var read).Should().BeTrue();
        read.Should().Equal("a=1", "", "ü");
        BootFileParameters.TryParse([0, 5, 1], out _).Should().BeFalse();
    }

    private static Gen<byte[]> Hostile => Gen.OneOf(
        Gen.Byte.Array[0, 300],
        Gen.Select(Gen.Byte[1, 13], Gen.Select(Gen.UShort[0, 140], Gen.Byte.Array[0, 40]).Array[0, 8], Gen.Int[0, 3])
            .Select((type, options, relays) =>
        {
            var area = new Dhcp6Options();
            foreach (var (code, value) in options) area.Add((Dhcp6OptionCode)code, value);
            byte[] datagram = [type, 1, 2, 3, .. area.ToArray()];
            for (var i = 0; i < relays; i++) datagram = Packet6.Relay(datagram, "fd00::1", "fe80::1");
            return datagram;
        }));
}
