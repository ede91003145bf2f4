using System.Net;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>Firmware that is no PC's, or that says what it is in its own way.</summary>
public class UnusualFirmwareTests
{
    [Theory]
    [InlineData(ClientPackets.UBootArm64, BootArchitecture.Arm64UBoot, "snponly-arm64.efi")]
    [InlineData(ClientPackets.UBootArm32, BootArchitecture.Arm32UBoot, "snponly-arm32.efi")]
    [InlineData("350101 3c0c 552d426f6f742e61726d7638 ff", BootArchitecture.Arm64UBoot, "snponly-arm64.efi")] // the class alone
    [InlineData("350101 5d020016 ff", BootArchitecture.Arm64UBoot, "snponly-arm64.efi")] // the architecture alone
    public void UBoot_is_told_a_server_and_a_boot_file(string options, BootArchitecture architecture, string file)
    {
        var client = FirmwareClient4.Of(ClientPackets.Message(options))!.Value;
        client.Should().Be(new FirmwareClient(FirmwareProtocol.Tftp, architecture, IsIPxe: false));
        var reply = new Replies().To(ClientPackets.Message(options))!;
        (reply.NextServerAddress, reply.BootFile).Should().Be((ClientPackets.Server, file));
    }

    // IANA's "Processor Architecture Types": what says "boot from http" fetches a URL.
    [Theory]
    [InlineData(0x00, false)]
    [InlineData(0x07, false)]
    [InlineData(0x0f, true)]
    [InlineData(0x10, true)]
    [InlineData(0x14, true)]
    [InlineData(0x15, false)]
    [InlineData(0x16, false)]
    [InlineData(0x17, true)]
    [InlineData(0x18, true)]
    [InlineData(0x1b, false)]
    [InlineData(0x1c, true)]
    [InlineData(0x27, false)]
    [InlineData(0x28, true)]
    [InlineData(0x29, false)]
    public void Who_tells_an_architecture_alone_boots_as_the_registry_says(int architecture, bool isHttp) =>
        FirmwareClient4.Of(ClientPackets.Message($"350101 5d02{architecture:x4} ff"))!.Value.Protocol.Should()
            .Be(isHttp ? FirmwareProtocol.Http : FirmwareProtocol.Tftp);

    [Theory]
    [InlineData("PXEClient:Arch:00011:UNDI:003000", BootArchitecture.Arm64Uefi)]
    [InlineData("PXEClient:Arch:0000B:UNDI:003016", BootArchitecture.Arm64Uefi)]
    [InlineData("PXEClient:Arch:0000b:UNDI:003016", BootArchitecture.Arm64Uefi)]
    [InlineData("PXEClient:Arch:0000A:UNDI:003016", BootArchitecture.Arm32Uefi)]
    [InlineData("PXEClient:Arch:00016:UNDI:003016", BootArchitecture.X64UefiHttp)] // decimal unless there is a letter
    [InlineData("PXEClient:Arch:7:UNDI:003016", BootArchitecture.X64Uefi)]
    [InlineData("PXEClient:Arch:00007", BootArchitecture.X64Uefi)]
    [InlineData("PXEClient:Arch:", null)]
    [InlineData("PXEClient:Arch:000007:UNDI:003016", null)]
    [InlineData("PXEClient:Arch:-0007:UNDI:003016", null)]
    [InlineData("PXEClient:Arch:0x00B:UNDI:003016", null)]
    [InlineData("PXEClient", null)]
    public void The_architecture_in_the_vendor_class_is_read_in_decimal_and_in_hexadecimal(
        string vendorClass,
        BootArchitecture? architecture)
    {
        var message = new DhcpMessage { Type = DhcpMessageType.Discover };
        message.Options.Set(DhcpOptionCode.VendorClass, vendorClass);
        FirmwareClient4.Of(message)!.Value.Architecture.Should().Be(architecture);
    }

    [Theory]
    [InlineData("dc:a6:32:00:00:01", true)]
    [InlineData("3a:35:41:00:00:01", true)]
    [InlineData("88:a2:9e:00:00:01", true)]
    [InlineData("28:cd:c1:00:00:01", true)]
    [InlineData("b8:27:eb:00:00:01", true)]
    [InlineData("52:54:00:00:00:01", false)]
    public void A_raspberry_pi_is_known_by_its_address(string hardware, bool isPi)
    {
        var pxe = ClientPackets.Message("350101 5d020000 3c09 505845436c69656e74 ff", hardware);
        FirmwareClient4.Of(pxe)!.Value.IsRaspberryPi.Should().Be(isPi);
    }

    [Theory]
    [InlineData(ClientPackets.RaspberryPi4, true)]
    [InlineData("350101 5d020029 3c09 505845436c69656e74 ff", true)] // the registered type
    [InlineData("350101 5d020000 6111 00 52506935 000000000000000000000000 3c09 505845436c69656e74 ff", true)] // a Raspberry Pi 5
    [InlineData("350101 5d02000b 6111 00 52506934 000000000000000000000000 3c09 505845436c69656e74 ff", false)] // UEFI on a Raspberry Pi
    [InlineData("350101 5d020000 6111 00 4c4c4544 000000000000000000000000 3c09 505845436c69656e74 ff", false)] // a Dell
    public void A_raspberry_pi_is_known_by_what_it_tells_whatever_its_address_is(string options, bool isPi) =>
        FirmwareClient4.Of(ClientPackets.Message(options))!.Value.IsRaspberryPi.Should().Be(isPi);

    [Fact]
    public async Task The_policy_is_asked_for_a_raspberry_pi_although_its_ROM_says_x86_BIOS()
    {
        var policy = new Recorder();
        var invoker = new Maas.Boot.Dhcp.BootPolicyInvoker(policy, new DhcpServerOptions(), TimeProvider.System, CancellationToken.None);
        var message = ClientPackets.Message(ClientPackets.RaspberryPi4, "dc:a6:32:00:00:01");
        var files = new BootFileLocator(BootProgramTable.Default, ClientPackets.Server, null);
        await invoker.DecideAsync(ClientPackets.Server, files, FirmwareClient4.Of(message)!.Value, message.Hardware, null, null);
        policy.Asked!.Architecture.Should().Be(BootArchitecture.RaspberryPi);
    }

    [Fact]
    public void The_addresses_of_raspberry_pis_are_a_setting()
    {
        var options = new DhcpServerOptions();
        options.RaspberryPiPrefixes.Add("02-AB-cd");
        var recognizer = new FirmwareRecognizer(new HardwarePrefixes(options.RaspberryPiPrefixes), TimeProvider.System);
        recognizer.Recognize(
            ClientPackets.Message("350101 5d020000 3c09 505845436c69656e74 ff", "02:ab:cd:00:00:01"))!.Value.IsRaspberryPi.Should()
            .BeTrue();
        recognizer.Recognize(
            ClientPackets.Message("350101 5d020000 3c09 505845436c69656e74 ff", "dc:a6:32:00:00:01"))!.Value.IsRaspberryPi.Should()
            .BeTrue();
        options = new DhcpServerOptions
        {
            ListenOn = new IPEndPoint(IPAddress.Loopback, 0),
            RaspberryPiPrefixes = { "dc:a6" },
            Mode = DhcpMode.Proxy
        };
        FluentActions.Invoking(() => new DhcpServer(options, new BootServices { Policy = new BootsNothing() }))
            .Should()
            .Throw<ArgumentException>()
            .WithMessage("'dc:a6' is not the first three octets of a hardware address*");
    }

    [Fact]
    public void An_ack_tells_a_raspberry_pi_what_the_offer_did_though_its_request_does_not_say_what_it_is()
    {
        var replies = new Replies();
        var offer = replies.To(ClientPackets.Message(ClientPackets.RaspberryPi4))!;
        var request = ClientPackets.Message(ClientPackets.RaspberryPi4Request);
        request.Options.Set(DhcpOptionCode.ServerIdentifier, ClientPackets.Server);
        request.Options.Set(DhcpOptionCode.RequestedAddress, offer.YourAddress);
        var ack = replies.To(request)!;

        ack.Type.Should().Be(DhcpMessageType.Ack);
        ack.NextServerAddress.Should().Be(offer.NextServerAddress).And.Be(ClientPackets.Server);
        foreach (var code in (DhcpOptionCode[])[DhcpOptionCode.VendorSpecific, DhcpOptionCode.VendorClass, DhcpOptionCode.TftpServerName])
        {
            offer.Options.Contains(code).Should().BeTrue($"{code} is needed");
            ack.Options.Get(code).ToArray().Should().Equal(offer.Options.Get(code).ToArray(), $"{code} is what the offer said");
        }
    }

    [Theory]
    [InlineData(ClientPackets.RaspberryPi4)]
    [InlineData(ClientPackets.UBootArm64)]
    [InlineData("350101 5d020007 3c09 505845436c69656e74 ff")]
    [InlineData("350101 5d020010 3c0a 48545450436c69656e74 ff")]
    public void A_client_keeps_its_kind_from_its_discover_to_its_request(string discover)
    {
        var time = new FakeTimeProvider();
        var recognizer = new FirmwareRecognizer(HardwarePrefixes.RaspberryPi, time);
        var kind = recognizer.Recognize(ClientPackets.Message(discover));
        kind.Should().NotBeNull();

        var selecting = ClientPackets.Message("350103 36040a000001 32040a000063 ff");
        recognizer.Recognize(selecting).Should().Be(kind);
        recognizer.Recognize(ClientPackets.Message("350103 36040a000001 32040a000063 ff", "52:54:00:00:00:02"))
            .Should()
            .BeNull("another machine said nothing");
        recognizer.Recognize(ClientPackets.Message("350103 ff", clientAddress: "10.0.0.99")).Should().BeNull("who renews has booted since");
        recognizer.Recognize(ClientPackets.Message("350103 32040a000063 ff")).Should().BeNull("who remembers an address has booted since");
        recognizer.Recognize(ClientPackets.Message("350101 ff")).Should().BeNull();
        recognizer.Recognize(selecting).Should().BeNull("the system that it has booted asks for itself");

        recognizer.Recognize(ClientPackets.Message(discover)).Should().Be(kind);
        time.Advance(TimeSpan.FromMinutes(2));
        recognizer.Recognize(selecting).Should().BeNull("it was long ago");
    }

    [Fact]
    public void No_answer_has_padding_between_its_options()
    {
        foreach (var options in (string[])[ClientPackets.RaspberryPi4, ClientPackets.UBootArm64])
        {
            var wire = new byte[DhcpMessage.DefaultMaxLength];
            var reply = new Replies().To(ClientPackets.Message(options))!;
            var area = wire.AsSpan(240, DhcpResponder.Write(reply, wire) - 240);
            while (area[0] != 255)
            {
                area[0].Should().NotBe(0, "a Raspberry Pi stops reading there");
                area = area[(2 + area[1])..];
            }

            area.ContainsAnyExcept((byte)0, (byte)255).Should().BeFalse();
        }
    }

    private sealed class BootsNothing : IBootPolicy
    {
        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) => default;
    }

    /// <summary>What a server on 10.0.0.1 answers, without sockets.</summary>
    private sealed class Replies
    {
        private readonly FirmwareRecognizer _recognizer = new(HardwarePrefixes.RaspberryPi, TimeProvider.System);

        public DhcpMessage? To(DhcpMessage request)
        {
            var options = new DhcpServerOptions();
            var boot = _recognizer.Recognize(request) is { } client
                ? BootParameters.For(
                    client,
                    new BootInstruction.Kernel("kernel", [], ""),
                    request.Hardware,
                    BootFileLocator.On(ClientPackets.Server, options.Programs, options.TftpServer, options.HttpBase))
                : null;
            var address = AddressResult.Grant(
                IPAddress.Parse("10.0.0.99"), Leases.LeaseScene.Subnet, TimeSpan.FromHours(1), "a free address");
            var reply = new DhcpMessage();
            return DhcpResponder.Respond(request, new DhcpResponseContext(ClientPackets.Server.ToIPv4(), address, boot), reply)
                ? reply
                : null;
        }
    }

    private sealed class Recorder : IBootPolicy
    {
        public BootRequest? Asked { get; private set; }

        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken)
        {
            Asked = question;
            return new((BootInstruction?)null);
        }
    }
}
