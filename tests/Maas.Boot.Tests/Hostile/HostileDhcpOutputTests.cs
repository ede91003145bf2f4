using System.Net;
using CsCheck;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;
using Maas.Boot.Tests.Dhcp4.Leases;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Hostile;

/// <summary>
/// What is sent must not break the firmware that takes it: PixieFail (CVE-2023-45229 to 45237) was a firmware that trusted lengths in
/// answers, CVE-2023-40547 a shim that trusted an HTTP server's headers. Whatever a client says and an operator configures, answers stay
/// within the bounds of the RFCs.
/// </summary>
public class HostileDhcpOutputTests
{
    private static readonly IPv4Address Server = IPAddress.Parse("10.0.0.1").ToIPv4();

    private static readonly Gen<DhcpSubnet> Subnet = Gen.Select(
        Gen.Int[0, 60],
        Gen.Int[0, 20],
        Gen.Int[0, 40],
        Gen.Int[0, 250],
        Gen.Select(Gen.Byte[128, 254], Gen.Byte.Array[0, 600]).Array[0, 6],
        (routers, domains, routes, domain, others) => LeaseScene.Subnet with
    {
        Routers = [.. Enumerable.Range(1, routers).Select(i => new IPAddress([10, 0, 0, (byte)i]))],
        SearchDomains = [.. Enumerable.Range(1, domains).Select(i => $"domain-{i}.example.org")],
        Routes =
        [
            .. Enumerable.Range(1, routes).Select(i => new ClasslessRoute(IPNetwork.Parse($"10.{i}.0.0/16"), IPAddress.Parse("10.0.0.254")))
        ],
        DomainName = domain == 0 ? null : new string('d', domain),
        Options = [.. others.DistinctBy(o => o.Item1).Select(o => new DhcpOptionValue((DhcpOptionCode)o.Item1, o.Item2))],
    });

    public static TheoryData<string> Captured => [.. Captures.NamesOverIPv4];

    [Theory]
    [MemberData(nameof(Captured))]
    public void Whatever_the_subnet_tells_an_answer_fits_its_receiver_and_every_option_is_whole(string name)
    {
        var requests = Captures.Dhcp(name).Select(Captures.Parse).Where(m => m.Operation == DhcpOperation.Request).ToArray();
        Gen.Select(Subnet, Gen.Int[0, requests.Length - 1], Gen.UShort).Sample((subnet, index, size) =>
        {
            var request = requests[index];
            request.Options.Set(DhcpOptionCode.MaximumMessageSize, size);
            Check(request, subnet);
        }, iter: 400);
    }

    [Fact]
    public void Relay_information_as_long_as_it_can_be_is_echoed_whole_or_nothing_is_sent() => Gen.Int[0, 1400].Sample(length =>
    {
        var request = LeaseScene.From(1);
        request.Options.Set(DhcpOptionCode.RelayAgentInformation, new byte[length]);
        Check(request, LeaseScene.Subnet);
    });

    [Theory]
    [InlineData(BootArchitecture.X86Bios)]
    [InlineData(BootArchitecture.X64Uefi)]
    [InlineData(BootArchitecture.Arm64Uefi)]
    public void The_boot_file_ends_in_a_NUL_in_the_header_and_in_option_67(BootArchitecture architecture)
    {
        var request = LeaseScene.From(1);
        request.Options.Set(DhcpOptionCode.VendorClass, "PXEClient");
        request.Options.Set(DhcpOptionCode.ClientArchitecture, (ushort)architecture);
        var wire = Check(request, LeaseScene.Subnet);
        wire.AsSpan(108, 128).IndexOf((byte)0).Should().BeInRange(1, 127);
        Captures.Parse(wire).Options.Get(DhcpOptionCode.BootFileName)[^1].Should().Be(0);
    }

    [Fact]
    public void A_refusal_whose_reason_is_a_novel_still_fits()
    {
        var request = LeaseScene.From(1);
        request.Type = DhcpMessageType.Request;
        var reply = new DhcpMessage();
        DhcpResponder.Respond(request, new DhcpResponseContext(Server, AddressResult.Refuse(new string('x', 5000)), null), reply)
            .Should()
            .BeTrue();
        DhcpResponder.Write(reply, new byte[DhcpResponder.LongestReplyTo(request)])
            .Should()
            .BeInRange(DhcpMessage.Shortest, DhcpMessage.DefaultMaxLength);
    }

    // RFC 2131 section 2 and 4.1, RFC 2132, RFC 3396: as a suspicious client would check it, without this package's reader.
    private static byte[] Check(DhcpMessage request, DhcpSubnet subnet)
    {
        var source = BootFileLocator.On(IPAddress.Parse("10.0.0.1"), httpBase: new Uri("http://10.0.0.1/"));
        var boot = FirmwareClient4.Of(request) is { } firmware
            ? BootParameters.For(firmware, new BootInstruction.LocalDisk(), request.Hardware, source)
            : null;
        var grant = AddressResult.Grant(IPAddress.Parse("10.0.0.10"), subnet, TimeSpan.FromHours(1), "a free address");
        var reply = new DhcpMessage();
        if (!DhcpResponder.Respond(request, new DhcpResponseContext(Server, grant, boot), reply)) return [];
        var longest = DhcpResponder.LongestReplyTo(request);
        longest.Should().BeInRange(DhcpMessage.DefaultMaxLength, DhcpMessage.LongestOnEthernet);
        var buffer = new byte[longest];
        var wire = buffer[..DhcpResponder.Write(reply, buffer)];
        if (wire.Length == 0) return wire; // what must be echoed does not fit: silence
        wire.Length.Should().BeGreaterThanOrEqualTo(DhcpMessage.Shortest);
        wire[0].Should().Be(2);
        wire.AsSpan(236, 4).ToArray().Should().Equal(0x63, 0x82, 0x53, 0x63);
        var overload = Walk(wire.AsSpan(240));
        if ((overload & 1) != 0) Walk(wire.AsSpan(108, 128));
        if ((overload & 2) != 0) Walk(wire.AsSpan(44, 64));
        return wire;
    }

    private static int Walk(ReadOnlySpan<byte> area)
    {
        var overload = 0;
        for (var at = 0; ;)
        {
            at.Should().BeLessThan(area.Length, "every field of options has its END");
            if (area[at] == 255) break;
            if (area[at] == 0)
            {
                at++;
                continue;
            }

            (at + 1).Should().BeLessThan(area.Length);
            var end = at + 2 + area[at + 1];
            end.Should().BeLessThanOrEqualTo(area.Length, "no option leads out of its field");
            if (area[at] == 52) overload = area[at + 2];
            at = end;
        }

        return overload;
    }
}
