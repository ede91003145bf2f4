using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Dhcp4.Wire;

public class MachineIdentifierTests
{
    [Fact]
    public void The_uuid_is_the_one_the_operating_system_shows() =>
        MachineIdentifier.Of(Captures.Message("bios-ipxe-rom-http-script", DhcpMessageType.Discover))
            .Should()
            .Be(Guid.Parse("11111111-2222-3333-4444-555555555555"));

    [Fact]
    public void A_machine_of_zeros_has_none() =>
        MachineIdentifier.Of(Captures.Message("uefi-http-x64", DhcpMessageType.Discover)).Should().BeNull();

    [Fact]
    public void What_was_set_is_read_and_stands_in_smbios_order()
    {
        var message = new DhcpMessage();
        var uuid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        MachineIdentifier.Set(message, uuid);
        MachineIdentifier.Of(message).Should().Be(uuid);
        message.Options.Get(DhcpOptionCode.ClientMachineIdentifier)[1..5].ToArray().Should().Equal(0x33, 0x22, 0x11, 0x00);
    }
}
