using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;
using Maas.Boot.Tests.Dhcp4.Server;

namespace Maas.Boot.Tests.Dhcp4.Wire;

public class PxeBootItemTests
{
    private const string Pxe = "350103 5d020000 3c09 505845436c69656e74";

    [Theory] // PXE 2.1 table 2-1 and section 2.2.6
    [InlineData("2b07 4704 0000 0000 ff", "06 01 08 47 04 00 00 00 00 ff")]
    [InlineData("2b0a 060108 4704 0000 0000 ff", "06 01 08 47 04 00 00 00 00 ff")]
    [InlineData("", "06 01 08 ff")] // none asked for
    [InlineData("2b04 4702 0000", "06 01 08 ff")] // malformed
    public void The_boot_service_names_the_item_that_it_is_asked_for(string vendorOptions, string answered)
    {
        var reply = AtBootService(vendorOptions)!;
        reply.Type.Should().Be(DhcpMessageType.Ack);
        reply.Options.Get(DhcpOptionCode.VendorSpecific)
            .ToArray()
            .Should()
            .Equal(Convert.FromHexString(answered.Replace(" ", "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("2b07 4704 0001 0000 ff")] // a boot server of another type
    [InlineData("2b07 4704 8000 0000 ff")]
    [InlineData("2b07 4704 0000 0001 ff")] // a second program
    [InlineData("2b07 4704 0000 8000 ff")] // credentials
    public void The_boot_service_leaves_another_servers_items_to_it(string vendorOptions) => AtBootService(vendorOptions).Should().BeNull();

    private static DhcpMessage? AtBootService(string vendorOptions)
    {
        var request = ClientPackets.Message($"{Pxe} {vendorOptions} ff", clientAddress: "10.0.0.99");
        var boot = BootParameters.For(
            FirmwareClient4.Of(request)!.Value,
            new BootInstruction.LocalDisk(),
            request.Hardware,
            BootFileLocator.On(ClientPackets.Server));
        var reply = new DhcpMessage();
        return DhcpResponder.RespondAsProxy(request, ClientPackets.Server.ToIPv4(), boot, atBootService: true, reply) ? reply : null;
    }
}
