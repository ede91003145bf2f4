using System.Text;
using CsCheck;
using Maas.Core.Inventory;

namespace Maas.Core.Tests.Inventory;

public class InventoryParserTests
{
    [Fact]
    public void An_inventory_is_read()
    {
        var hardware = Read(Inventories.Small()
            .Replace("end\n",
            "numa\tindex=0\tcpus=0-1\tkib=2097152\n" +
            "pci\taddress=0000:00:03.0\tclass=020000\tvendor=1af4\tproduct=1000\tdriver=virtio-pci\n" +
            "usb\taddress=1-1\tvendor=0627\tproduct=0001\tname=QEMU Tablet\nend\n",
            StringComparison.Ordinal));

        hardware.Firmware.Should().Be(FirmwareKind.Uefi);
        hardware.Cpu.Should().Be(new Processor { Model = "QEMU Virtual CPU", Count = 2, Cores = 2, Sockets = 1, MaxMhz = 2400 });
        hardware.MemoryMiB.Should().Be(2048);
        hardware.Identity.Uuid.Should().Be("11111111-2222-3333-4444-555555555555");
        hardware.Disks.Should()
            .Equal(new Disk { Name = "vda", Model = "Disk", Serial = "serial-vda", Size = 2147483648, BlockSize = 512, Bus = "virtio" });
        hardware.Interfaces.Should().ContainSingle().Which.PciAddress.Should().Be("0000:00:03.0");
        hardware.NumaNodes.Should().Equal(new NumaNode(0, "0-1", 2048));
        hardware.PciDevices.Should().Equal(new PciDevice("0000:00:03.0", "020000", "1af4", "1000", "virtio-pci"));
        hardware.UsbDevices.Should().Equal(new UsbDevice("1-1", "0627", "0001", "QEMU Tablet"));
    }

    [Theory]
    [InlineData("", "does not begin")]
    [InlineData("hello\n", "does not begin")]
    [InlineData("maas-inventory\t1\ncpu\tcount=1\nmemory\tkib=2048\n", "cut short")]
    [InlineData("maas-inventory\t1\nmemory\tkib=2048\nend\n", "no processor")]
    [InlineData("maas-inventory\t1\ncpu\tcount=1\nend\n", "no memory")]
    [InlineData("maas-inventory\t1\ncpu\tcount=-1\nend\n", "line 2 (cpu): count is not a number")]
    [InlineData("maas-inventory\t1\ncpu\tcount=99999999999\nend\n", "out of range")]
    [InlineData("maas-inventory\t1\ndisk\tname=../etc\nend\n", "name is not a name")]
    [InlineData("maas-inventory\t1\nnic\tname=eth0\tmac=zz\nend\n", "not an Ethernet address")]
    [InlineData("maas-inventory\t1\nmaas-inventory\t1\nend\n", "begins another")]
    [InlineData("maas-inventory\t1\ncpu\tcount=1\nmemory\tkib=2048\ndisk\tname=a\ndisk\tname=a\nend\n", "same name")]
    public void What_cannot_be_is_refused_with_the_line_at_fault(string text, string error)
    {
        InventoryParser.TryParse(Encoding.UTF8.GetBytes(text), out var hardware, out var told).Should().BeFalse();
        told.Should().Contain(error);
        hardware.Should().Be(new Hardware(), "nothing of it is taken");
    }

    [Fact]
    public void Kinds_and_keys_of_a_newer_script_are_passed_over() =>
        Read("maas-inventory\t1\nquantum\tbits=3\ncpu\tcount=1\tflavour=sour\nmemory\tkib=2048\nend\ntrailing\n").Cpu.Count.Should().Be(1);

    [Fact]
    public void Texts_are_bounded_and_free_of_control_characters()
    {
        var hardware = Read($"maas-inventory\t1\ncpu\tcount=1\tmodel=a\u001b[31mb{new string('x', 5000)}\nmemory\tkib=2048\nend\n");
        hardware.Cpu.Model.Should().StartWith("a[31mb").And.HaveLength(200);
    }

    [Fact]
    public void Too_many_devices_are_refused()
    {
        var disks = Enumerable.Range(0, 513).Select(number => $"d{number}").ToArray();
        InventoryParser.TryParse(Encoding.UTF8.GetBytes(Inventories.Small(disks: disks)), out _, out var error).Should().BeFalse();
        error.Should().Contain("more than 512");
    }

    [Fact]
    public void No_bytes_make_it_throw() => Gen.Byte.Array[0, 300].Sample(bytes => { _ = InventoryParser.TryParse(bytes, out _, out _); });

    [Fact]
    public void No_change_of_a_good_inventory_makes_it_throw()
    {
        var good = Encoding.UTF8.GetBytes(Inventories.Small());
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).List[1, 20].Sample(changes =>
        {
            var bytes = (byte[])good.Clone();
            foreach (var (at, value) in changes) bytes[at] = value;
            _ = InventoryParser.TryParse(bytes, out _, out _);
        });
    }

    private static Hardware Read(string text)
    {
        InventoryParser.TryParse(Encoding.UTF8.GetBytes(text), out var hardware, out var error).Should().BeTrue(error);
        return hardware;
    }
}
