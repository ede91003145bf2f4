using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Tests.Packets;

/// <summary>What real clients send over IPv6.</summary>
public class GoldenPacket6Tests
{
    private static readonly Guid Machine = Guid.Parse("4c4c4544-0000-4d61-8073-000000000001");

    public static TheoryData<string> Names => [.. Captures.Names.Where(n => Captures.Dhcp6(n).Any())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_message_is_written_back_octet_by_octet(string name)
    {
        foreach (var packet in Captures.Dhcp6(name))
            Convert.ToHexStringLower(Captures.ParseDhcp6(packet).Message.ToArray())
                .Should()
                .Be(Convert.ToHexStringLower(packet.Payload.Span));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_sent_to_real_clients_keeps_to_our_own_rules(string name)
    {
        foreach (var packet in Captures.Dhcp6(name).Where(p => p.Source.Port == 547))
            Dhcp6OutgoingRules.Violation(packet.Payload).Should().BeNull();
    }

    [Fact]
    public void Firmware_and_iPXE_are_known_by_their_classes_and_by_their_machine()
    {
        Request("uefi-pxe6-x64-snponly-ipxe", r => r.Firmware is { IsIPxe: false }).Should().BeEquivalentTo(new
        {
            Firmware = new FirmwareClient(FirmwareProtocol.Tftp, BootArchitecture.X64Uefi, IsIPxe: false) { IsPxe = true },
            Hardware = HardwareAddress.Parse("52:54:00:77:00:01"),
            MachineUuid = (Guid?)Machine,
        });
        Request("uefi-pxe6-x64-snponly-ipxe", r => r.Firmware is { IsIPxe: true }).Should().BeEquivalentTo(new
        {
            Firmware = new FirmwareClient(FirmwareProtocol.Tftp, BootArchitecture.X64Uefi, IsIPxe: true) { IsPxe = true },
            Hardware = HardwareAddress.Parse("52:54:00:77:00:01"),
            MachineUuid = (Guid?)Machine,
        });
    }

    [Fact]
    public void OVMFs_own_configuration_asks_for_an_address_and_is_no_boot_request() =>
        Request("uefi-pxe6-x64-snponly-ipxe", r => r.Firmware is null).Associations.Should().HaveCount(1);

    [Fact]
    public void Common_clients_are_no_firmware_and_are_known_by_their_link_local_address()
    {
        foreach (var name in (string[])["dhclient6", "dhcpcd6"])
            Request(name, r => r.Type == Dhcp6MessageType.Solicit)
                .Should()
                .BeEquivalentTo(new { Firmware = (FirmwareClient?)null, Hardware = HardwareAddress.Parse("52:54:00:77:00:02") });
    }

    private static Dhcp6Request Request(string name, Func<Dhcp6Request, bool> which) =>
        Captures.Dhcp6(name).Where(p => p.Destination.Port == 547)
            .Select(p => Dhcp6Request.TryRead(Captures.ParseDhcp6(p), p.Source.Address, out var request)
                ? request
                : throw new InvalidDataException("no request"))
            .First(which);
}
