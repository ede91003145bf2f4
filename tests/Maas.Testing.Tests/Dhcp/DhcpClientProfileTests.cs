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
