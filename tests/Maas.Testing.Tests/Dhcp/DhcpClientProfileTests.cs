using Maas.Boot;
using Maas.Boot.Dhcp4.Wire;
using Maas.Testing.Dhcp;

namespace Maas.Testing.Tests.Dhcp;

public class DhcpClientProfileTests
{
    private static readonly Guid CapturedUuid = Guid.Parse("11111111-2222-3333-4444-555555555555");

    private static byte[] Captured(string name) =>
        Convert.FromHexString(string.Concat(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Packets", name + ".hex"))));

    // Padding behind END is not a word of the message.
    private static byte[] Written(DhcpMessage message, int length)
    {
        var datagram = new byte[DhcpMessage.LongestOnEthernet];
        message.TryWrite(datagram, out var written).Should().BeTrue();
        written.Should().BeLessThanOrEqualTo(length);
        return datagram[..length];
    }

    private static DhcpClientProfile Voice(string packets, HardwareAddress mac) => packets switch
    {
        "bios-ipxe" => DhcpClientProfile.Of(SimulatedFirmware.BiosIpxe, mac, UuidWithBytes(CapturedUuid)),
        "uefi-pxe" => DhcpClientProfile.Of(SimulatedFirmware.UefiPxe, mac, Guid.Empty),
        "uefi-http" => DhcpClientProfile.Of(SimulatedFirmware.UefiHttp, mac, Guid.Empty),
        "efi-ipxe" => DhcpClientProfile.Ipxe(BootArchitecture.X64Uefi, mac, Guid.Empty),
        _ => throw new ArgumentOutOfRangeException(nameof(packets)),
    };

    // Option 97 in the capture holds the UUID's digits in the order of its text.
    private static Guid UuidWithBytes(Guid text) => new(text.ToByteArray(bigEndian: true), bigEndian: false);

    [Theory]
    [InlineData("bios-ipxe")]
    [InlineData("uefi-pxe")]
    [InlineData("uefi-http")]
    [InlineData("efi-ipxe")]
    public void A_discover_is_byte_for_byte_what_the_real_firmware_sends(string packets)
    {
        var captured = Captured(packets + "-discover");
        DhcpMessage.TryParse(captured, out var real).Should().BeTrue();
        Written(Voice(packets, real!.Hardware).Discover(real.Hardware, real.TransactionId), captured.Length).Should().Equal(captured);
    }

    // The options as U-Boot (tftpd64 issue 37) and a Raspberry Pi 4 (rpi-eeprom issue 82) send them; the Pi's own numbers differ.
    [Theory]
    [InlineData("U-Boot.armv8", "350101390202405d0200165e030100003c0c552d426f6f742e61726d763837090103060c0f111c282aff")]
    [InlineData("U-Boot.armv7", "350101390202405d0200155e030100003c0c552d426f6f742e61726d763737090103060c0f111c282aff")]
    [InlineData(
        "Raspberry Pi",
        "350101370e01032b3c424380818283848586875d0200005e03010201611100525069341131c00001efcdab01efcdab"
        + "3c20505845436c69656e743a417263683a30303030303a554e44493a303032303031ff")]
    public void The_options_of_a_board_are_those_that_were_seen(string board, string options)
    {
        var mac = HardwareAddress.Parse("dc:a6:ab:cd:ef:01");
        var profile = board == "Raspberry Pi" ? DhcpClientProfile.RaspberryPi(mac, 0xabcdef01) : DhcpClientProfile.UBoot(board[^1] == '8');
        var datagram = Written(profile.Discover(mac, 1), DhcpMessage.LongestOnEthernet);
        Convert.ToHexStringLower(datagram)[480..].Should().StartWith(options);
    }

    [Fact]
    public void A_raspberry_pi_leaves_its_class_and_its_machine_out_of_its_request()
    {
        var mac = HardwareAddress.Parse("dc:a6:32:cd:ef:01");
        var offer = new DhcpMessage { Operation = DhcpOperation.Reply, YourAddress = System.Net.IPAddress.Parse("10.0.0.7") };
        var request = DhcpClientProfile.RaspberryPi(mac, 1).Request(mac, 1, offer);
        (request.Options.Contains(DhcpOptionCode.VendorClass), request.Options.Contains(DhcpOptionCode.ClientMachineIdentifier),
            request.Options.Contains(DhcpOptionCode.ClientArchitecture)).Should().Be((false, false, true));
    }

    [Theory]
    [InlineData("bios-ipxe")]
    [InlineData("uefi-pxe")]
    [InlineData("uefi-http")]
    [InlineData("efi-ipxe")]
    public void A_request_is_byte_for_byte_what_the_real_firmware_sends(string packets)
    {
        var captured = Captured(packets + "-request");
        DhcpMessage.TryParse(captured, out var real).Should().BeTrue();
        var offer = new DhcpMessage
        {
            Operation = DhcpOperation.Reply,
            YourAddress = real!.Options.GetAddress(DhcpOptionCode.RequestedAddress)!
        };
        offer.Options.Set(DhcpOptionCode.ServerIdentifier, real.Options.GetAddress(DhcpOptionCode.ServerIdentifier)!);
        Written(Voice(packets, real.Hardware).Request(real.Hardware, real.TransactionId, offer), captured.Length).Should().Equal(captured);
    }
}
