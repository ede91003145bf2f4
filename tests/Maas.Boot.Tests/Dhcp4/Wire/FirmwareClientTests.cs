using System.Net;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Dhcp4.Wire;

public class FirmwareClientTests
{
    [Theory]
    [InlineData(BootArchitecture.X64Uefi, "bootx64.efi")]
    [InlineData(BootArchitecture.EfiByteCode, "bootx64.efi")]
    [InlineData(BootArchitecture.X64UefiHttp, null)]
    [InlineData(BootArchitecture.EfiByteCodeHttp, null)]
    [InlineData(BootArchitecture.X86Bios, "undionly.kpxe")]
    public void A_table_for_Secure_Boot_gives_all_x64_UEFI_firmware_the_signed_chain(BootArchitecture architecture, string? program) =>
        BootProgramTable.Default.WithSecureBoot()[architecture].Should().Be(program);

    [Fact]
    public void The_captured_firmware_is_told_apart()
    {
        Of("bios-ipxe-rom-http-script")
            .Should()
            .Be(new FirmwareClient(FirmwareProtocol.Tftp, BootArchitecture.X86Bios, IsIPxe: true) { IsPxe = true });
        Of("uefi-pxe-x64-shim-grub")
            .Should()
            .Be(new FirmwareClient(FirmwareProtocol.Tftp, BootArchitecture.X64Uefi, IsIPxe: false) { IsPxe = true });
        Of("uefi-http-x64").Should().Be(new FirmwareClient(FirmwareProtocol.Http, BootArchitecture.X64UefiHttp, IsIPxe: false));
        FirmwareClient4.Of(Captures.Message("uefi-http-x64", DhcpMessageType.Discover, 1))
            .Should()
            .Be(new FirmwareClient(FirmwareProtocol.Tftp, BootArchitecture.X64Uefi, IsIPxe: true) { IsPxe = true });
    }

    [Theory]
    [InlineData("dhclient")]
    [InlineData("udhcpc")]
    [InlineData("dhcpcd")]
    public void An_operating_system_is_no_firmware(string capture) => Of(capture).Should().BeNull();

    [Fact]
    public void Discover_without_option_93_takes_the_architecture_of_the_vendor_class()
    {
        var message = new DhcpMessage();
        message.Options.Set(DhcpOptionCode.VendorClass, "PXEClient:Arch:00011:UNDI:003000");
        FirmwareClient4.Of(message)!.Value.Architecture.Should().Be(BootArchitecture.Arm64Uefi);
    }

    [Fact]
    public void A_well_formed_user_class_is_read_as_the_bare_one_is()
    {
        var message = new DhcpMessage();
        message.Options.Set(DhcpOptionCode.UserClass, [3, (byte)'l', (byte)'a', (byte)'b', 4, .. "iPXE"u8]);
        FirmwareClient4.Of(message)!.Value.IsIPxe.Should().BeTrue();
    }

    [Theory]
    [InlineData(BootArchitecture.X86Bios, "undionly.kpxe")]
    [InlineData(BootArchitecture.X64Uefi, "snponly.efi")]
    [InlineData(BootArchitecture.EfiByteCode, "snponly.efi")]
    [InlineData(BootArchitecture.Arm64Uefi, "snponly-arm64.efi")]
    [InlineData((BootArchitecture)99, null)]
    public void A_firmware_gets_the_program_of_the_table(BootArchitecture architecture, string? program) =>
        File(new FirmwareClient(FirmwareProtocol.Tftp, architecture, IsIPxe: false), new BootInstruction.LocalDisk()).Should().Be(program);

    [Fact]
    public void A_program_of_the_callers_is_named_directly_unless_tftp_cannot_fetch_it()
    {
        var pxe = new FirmwareClient(FirmwareProtocol.Tftp, BootArchitecture.X64Uefi, IsIPxe: false);
        File(pxe, new BootInstruction.Program("memtest.efi")).Should().Be("memtest.efi");
        File(pxe, new BootInstruction.Program("http://10.0.0.9/memtest.efi")).Should().Be("snponly.efi");
        File(pxe with { Protocol = FirmwareProtocol.Http }, new BootInstruction.Program("http://10.0.0.9/memtest.efi"))
            .Should()
            .Be("http://10.0.0.9/memtest.efi");
    }

    [Fact]
    public void Http_firmware_without_an_http_server_gets_nothing() =>
        File(new FirmwareClient(FirmwareProtocol.Http, BootArchitecture.X64UefiHttp, IsIPxe: false), new BootInstruction.PowerOff())
            .Should()
            .BeNull();

    [Fact]
    public void Http_firmware_that_is_to_boot_its_disk_gets_nothing_and_goes_on()
    {
        var source = BootFileLocator.On(IPAddress.Parse("10.0.0.1"), httpBase: new Uri("http://0.0.0.0:5240/MAAS/boot/"));
        var firmware = new FirmwareClient(FirmwareProtocol.Http, BootArchitecture.X64UefiHttp, IsIPxe: false);
        BootParameters.For(firmware, new BootInstruction.PowerOff(), HardwareAddress.Parse("52:54:00:00:00:01"), source)!.File.Should()
            .EndWith("/ipxe.efi");
        BootParameters.For(firmware, new BootInstruction.LocalDisk(), HardwareAddress.Parse("52:54:00:00:00:01"), source).Should().BeNull();
    }

    [Fact]
    public void IPxe_without_an_http_server_fetches_its_script_by_tftp() =>
        File(new FirmwareClient(FirmwareProtocol.Tftp, BootArchitecture.X86Bios, IsIPxe: true), new BootInstruction.LocalDisk())
            .Should()
            .Be("ipxe/52-54-00-00-00-01");

    [Fact]
    public void A_table_differs_from_another_in_one_firmware()
    {
        var table = BootProgramTable.Default.With(BootArchitecture.X86Bios, "pxelinux.0").With(BootArchitecture.Arm64Uefi, null);
        table[BootArchitecture.X86Bios].Should().Be("pxelinux.0");
        table[BootArchitecture.Arm64Uefi].Should().BeNull();
        BootProgramTable.Default[BootArchitecture.X86Bios].Should().Be("undionly.kpxe");
    }

    private static string? File(FirmwareClient client, BootInstruction instruction) =>
        BootParameters.For(
            client,
            instruction,
            HardwareAddress.Parse("52:54:00:00:00:01"),
            BootFileLocator.On(IPAddress.Loopback))?.File;

    private static FirmwareClient? Of(string capture) => FirmwareClient4.Of(Captures.Message(capture, DhcpMessageType.Discover));
}
