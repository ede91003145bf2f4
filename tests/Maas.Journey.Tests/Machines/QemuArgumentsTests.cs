using VmLab.Machines;

namespace Maas.Journey.Tests.Machines;

public class QemuArgumentsTests
{
    private static readonly VirtualMachine Machine = new()
    {
        Name = "one",
        Firmware = Firmware.Bios,
        MacAddress = "52:54:00:77:00:01",
        Tap = "tap0",
        Uuid = Guid.Empty,
        Serial = "LAB1",
        Folder = "/tmp/lab",
    };

    [Fact]
    public void A_BIOS_machine_boots_its_network_card_before_its_disk()
    {
        var arguments = QemuArguments.For(Machine).ToList();

        arguments.Should()
            .Contain(argument => argument.StartsWith("virtio-net-pci", StringComparison.Ordinal)
                && argument.EndsWith(",bootindex=1", StringComparison.Ordinal));
        arguments.Should()
            .Contain(argument => argument.StartsWith("virtio-blk-pci", StringComparison.Ordinal)
                && argument.EndsWith(",bootindex=2", StringComparison.Ordinal));
        arguments.Should().NotContain(argument => argument.Contains("pflash", StringComparison.Ordinal));
    }

    [Fact]
    public void A_UEFI_machine_uses_its_firmwares_own_network_stack_and_variables_of_its_own()
    {
        var arguments = QemuArguments.For(Machine with { Firmware = Firmware.Uefi }).ToList();

        arguments.Should().Contain(argument => argument.EndsWith(",bootindex=1,romfile=", StringComparison.Ordinal));
        arguments.Should().Contain("if=pflash,format=raw,file=/tmp/lab/one.vars");
    }

    [Fact]
    public void A_UEFI_machine_tries_one_version_of_the_internet_protocol_alone()
    {
        QemuArguments.For(Machine with { Firmware = Firmware.Uefi }).Should().Contain("name=opt/org.tianocore/IPv6PXESupport,string=n");
        QemuArguments.For(Machine with { Firmware = Firmware.Uefi, BootsOverIPv6 = true })
            .Should()
            .Contain("name=opt/org.tianocore/IPv4PXESupport,string=n");
    }

    [Fact]
    public void A_UEFI_machine_that_boots_by_HTTP_tries_no_PXE() =>
        QemuArguments.For(Machine with { Firmware = Firmware.Uefi, BootsOverHttp = true }).Should()
            .Contain("name=opt/org.tianocore/IPv4PXESupport,string=n").And.Contain("name=opt/org.tianocore/IPv6PXESupport,string=n");

    [Fact]
    public void A_machine_with_Secure_Boot_keeps_its_variables_from_the_system()
    {
        var arguments = QemuArguments.For(Machine with { Firmware = Firmware.UefiSecureBoot }).ToList();

        arguments.Should().Contain("q35,smm=on").And.Contain("driver=cfi.pflash01,property=secure,value=on");
        arguments.Should().Contain(argument => argument.Contains(".secboot.fd", StringComparison.Ordinal));
        QemuArguments.VariablesOf(Firmware.UefiSecureBoot).Should().EndWith(".ms.fd");
    }
}
