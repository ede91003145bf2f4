using System.Text;
using Maas.Boot;
using Maas.Core.Inventory;
using Maas.Testing.Agent;
using Maas.Testing.Hardware;

namespace Maas.Testing.Tests.Agent;

public class InventoryTextTests
{
    private static readonly SimulatedMachineOptions Machine = new()
    {
        Mac = HardwareAddress.Parse("52:54:00:00:00:01"), Network = new SimulatedNetwork(), Firmware = SimulatedFirmware.UefiPxe,
        Hardware = new SimulatedHardware
        {
            Vendor = "Ac\tme\n",
            Disks = [new("sda", 4096, "S1", "Turner", Rotational: true)],
            OtherInterfaces = [HardwareAddress.Parse("52:54:00:00:00:02")]
        },
    };

    [Fact]
    public void It_begins_and_ends_as_the_scripts_output_does()
    {
        var lines = InventoryText.Write(Machine).Split('\n');
        lines[0].Should().Be("maas-inventory\t1");
        lines[^2].Should().Be("end");
        lines[^1].Should().BeEmpty();
    }

    [Fact]
    public void It_is_the_machines_hardware() =>
        InventoryText.Write(Machine).Split('\n').Should().Contain(
        [
            "system\tmachine=x86_64\tfirmware=uefi",
            "memory\tkib=8388608",
            "disk\tname=sda\tsize=4096\tblock=512\trotational=1\tremovable=0\tro=0\tbus=sata\tserial=S1\twwid=\tmodel=Turner\tpath=",
            "nic\tname=eth0\tmac=52:54:00:00:00:01\tspeed=1000\tlink=1\tmtu=1500" +
            "\tdriver=virtio_net\tpci=0000:00:03.0\tvendor=1af4\tproduct=1000",
            "nic\tname=eth1\tmac=52:54:00:00:00:02\tspeed=\tlink=0\tmtu=1500" +
            "\tdriver=virtio_net\tpci=0000:00:03.1\tvendor=1af4\tproduct=1000",
        ]);

    [Fact]
    public void The_core_reads_it()
    {
        InventoryParser.TryParse(Encoding.UTF8.GetBytes(InventoryText.Write(Machine)), out var hardware, out var error)
            .Should()
            .BeTrue(error);
        hardware.Firmware.Should().Be(FirmwareKind.Uefi);
        hardware.Cpu.Count.Should().Be(4);
        hardware.MemoryMiB.Should().Be(8192);
        hardware.Disks.Should().ContainSingle().Which.Should()
            .BeEquivalentTo(new { Name = "sda", Size = 4096L, Serial = "S1", Model = "Turner", Rotational = true });
        hardware.Interfaces.Select(i => i.MacAddress.ToString()).Should().Equal("52:54:00:00:00:01", "52:54:00:00:00:02");
        hardware.NumaNodes.Should().ContainSingle();
        hardware.PciDevices.Should().HaveCount(3).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void No_value_breaks_a_record() => InventoryText.Write(Machine).Should().Contain("\tvendor=Ac me \t");
}
