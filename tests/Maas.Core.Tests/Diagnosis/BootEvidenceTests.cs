using System.Net;
using CsCheck;
using Maas.Core.Diagnosis;
using Maas.Core.Events;

namespace Maas.Core.Tests.Diagnosis;

public class BootEvidenceTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly MacAddress Mac = MacAddress.Parse("52:54:00:12:34:56");

    private static readonly string[] Words =
    [
        "a free address", "no subnet for the client's link", "snponly.efi", "ipxe/52-54-00-12-34-56", "x (y)", "10.0.0.1", "is 5 s: ahead",
    ];

    private static readonly string[] Kinds = ["dhcp", "tftp", "script", "syslog", "other"];

    private static readonly Gen<string> Word = Gen.Int[0, 6].Select(index => Words[index]);

    private static readonly Gen<IPAddress> Address = Gen.Byte.Array[4].Select(octets => new IPAddress(octets));

    private static readonly Gen<BootEvidence> Dhcp =
        Gen.Select(Word, Address, Gen.Int[0, 100_000], Gen.UInt, Gen.Int[0, 3], Gen.Int[0, 7]).Select(one =>
        {
            var (rule, address, took, xid, message, parts) = one;
            var (asked, answered) = message switch
            {
                0 => ("DISCOVER", "OFFER"),
                1 => ("SOLICIT", "ADVERTISE"),
                2 => ("REQUEST", "ACK"),
                _ => ("DISCOVER", null),
            };
            return (BootEvidence)new BootEvidence.Dhcp(
                asked, answered, answered is null || (parts & 1) == 0 ? null : address,
                answered is null || (parts & 2) == 0 ? null : "http://10.0.0.1/ipxe/52-54-00-12-34-56",
                answered is null ? TimeSpan.Zero : TimeSpan.FromMicroseconds(took * 100), rule, xid)
            {
                Firmware = (parts & 4) == 0 ? null : "X64Uefi",
                Relay = (parts & 3) == 0 ? address : null,
            };
        });

    private static readonly Gen<BootEvidence> Other =
        Gen.Select(Word, Address, Gen.Int[0, 9000], Gen.Int[0, 15]).Select(one =>
        {
            var (text, address, number, kind) = one;
            return (kind >> 2) switch
            {
                0 => (BootEvidence)new BootEvidence.OtherServer(
                    (kind & 1) == 0 ? "10.0.0.9" : "00:03:00:01:52", (kind & 2) == 0 ? null : address),
                1 => new BootEvidence.OtherRouter(address, "eth0", (kind & 1) != 0, (kind & 2) != 0, TimeSpan.FromSeconds(number)),
                2 => new BootEvidence.Limited(text),
                _ => new BootEvidence.Logged(text, TimeSpan.FromSeconds((kind & 1) == 0 ? number : -number)),
            };
        });

    private static readonly Gen<BootEvidence> File =
        Gen.Select(Word, Address, Gen.Int[0, 100_000], Gen.Long[0, long.MaxValue / 100], Gen.Int[0, 7]).Select(one =>
        {
            var (text, address, took, bytes, kind) = one;
            return (kind & 1) == 0
                ? (BootEvidence)new BootEvidence.Script(address, "ipxe/52-54-00-12-34-56", text)
                : new BootEvidence.Transfer(
                    (kind & 2) == 0 ? "tftp" : "http", address, text, bytes, TimeSpan.FromMilliseconds(took * 10),
                    (kind & 4) == 0 ? "completed" : "aborted by the client: error 8 (no)",
                    (kind & 4) == 0 ? "" : "blksize 1468, 0 blocks sent again");
        });

    private static readonly Gen<BootEvidence> Any = Gen.OneOf(Dhcp, Other, File);

    [Fact]
    public void What_is_written_is_read_again() => Any.Sample(evidence =>
    {
        var text = evidence.ToText();
        BootEvidence.TryParse(Observation(evidence.Kind, text), out var read).Should().BeTrue("{0} is read", text);
        read.Should().Be(evidence);
    });

    [Fact]
    public void Whatever_is_read_is_written_the_same() =>
        Gen.Select(Gen.Int[0, 4], Gen.String).Sample((kind, text) =>
        {
            if (BootEvidence.TryParse(Observation(Kinds[kind], text), out var read)) read.ToText().Should().Be(text);
        });

    [Theory]
    [InlineData("dhcp", "DISCOVER answered with OFFER 10.0.0.100, boot file snponly.efi in 1.3 ms (a free address; xid 0000cafe)")]
    [InlineData("dhcp", "DISCOVER not answered (the pool is empty; xid 00000001)")]
    [InlineData("dhcp", "SOLICIT answered with ADVERTISE fd00:77::1000 in 0.4 ms (a free address; xid 00000001; firmware X64Uefi)")]
    [InlineData("dhcp", "DISCOVER not answered (no subnet for the client's link; xid 00000001; firmware X64Uefi; relay 10.7.0.1)")]
    [InlineData("dhcp", "another DHCP server, 10.0.0.2, offered something")]
    [InlineData("tftp", "10.0.0.100 fetched snponly.efi, 1000 bytes in 2.00 s: completed (blksize 1468)")]
    [InlineData("http", "10.0.0.100 fetched ephemeral/kernel, 0 bytes in 0.00 s: broken off by the client (status 200)")]
    [InlineData("script", "10.0.0.100 fetched ipxe/52-54-00-12-34-56: local disk")]
    [InlineData("syslog", "kernel: eth0: link up")]
    public void A_stored_text_is_understood(string kind, string text) =>
        BootEvidence.TryParse(Observation(kind, text), out _).Should().BeTrue();

    [Theory]
    [InlineData("dhcp", "a sentence of an application's own")]
    [InlineData("dhcp", "DISCOVER not answered (cut off; xid 0000")]
    [InlineData("tftp", "10.0.0.100 fetched x, 01 bytes in 2.00 s: completed")]
    [InlineData("made-up", "10.0.0.100 fetched x: y")]
    public void Other_texts_are_no_evidence(string kind, string text) =>
        BootEvidence.TryParse(Observation(kind, text), out _).Should().BeFalse();

    [Fact]
    public void The_longest_text_is_stored_whole()
    {
        var part = new string('x', 2000);
        new BootEvidence.Dhcp(part, part, IPAddress.IPv6Any, part, TimeSpan.Zero, part, 1) { Firmware = "X64Uefi" }.ToText().Length
            .Should().BeLessThanOrEqualTo(640);
        new BootEvidence.Dhcp("DISCOVER", "OFFER", IPAddress.IPv6Any, part, TimeSpan.Zero, part, 1) { Firmware = "X64Uefi" }.ToText().Length
            .Should().BeLessThanOrEqualTo(500);
        new BootEvidence.Transfer("tftp", IPAddress.IPv6Any, part, long.MaxValue, TimeSpan.Zero, part, part).ToText().Length
            .Should().BeLessThanOrEqualTo(500);
        new BootEvidence.Logged(part, TimeSpan.FromDays(10_000)).ToText().Length.Should().BeLessThanOrEqualTo(500);
    }

    private static Observation Observation(string kind, string text) => new(At, Mac, kind, text);
}
