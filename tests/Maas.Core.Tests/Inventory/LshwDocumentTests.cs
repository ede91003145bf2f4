using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Maas.Core.Inventory;

namespace Maas.Core.Tests.Inventory;

public class LshwDocumentTests
{
    internal static readonly Hardware Server = new()
    {
        Machine = "x86_64",
        Firmware = FirmwareKind.Uefi,
        Cpu = new Processor { Model = "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz", Count = 64, Cores = 32, Sockets = 2, MaxMhz = 3700 },
        MemoryMiB = 196_608,
        Identity = new Identity
        {
            Vendor = "Dell Inc.", Product = "PowerEdge R740", Serial = "ABC123", Uuid = "11111111-2222-3333-4444-555555555555",
            BoardVendor = "Dell Inc.", BoardName = "0923K0", FirmwareVendor = "Dell Inc.", FirmwareVersion = "2.8.2",
            FirmwareDate = "08/27/2020",
            ChassisType = 23,
        },
        Disks =
        [
            new Disk { Name = "sda", Model = "ST2000", Serial = "d1", Size = 2_000_398_934_016, Rotational = true, Bus = "sata" },
            new Disk { Name = "nvme0n1", Model = "<NVMe> & \"more\"", Size = 960_197_124_096, Bus = "nvme" },
        ],
        Interfaces =
        [
            new NetworkInterface
            {
                Name = "eno1", MacAddress = MacAddress.Parse("52:54:00:00:00:01"), SpeedMbps = 1000, LinkUp = true, Driver = "tg3",
                PciAddress = "0000:04:00.0", Vendor = "14e4", Product = "165f",
            },
            new NetworkInterface
            {
                Name = "ens1", MacAddress = MacAddress.Parse("52:54:00:00:00:02"), SpeedMbps = 25_000, LinkUp = true, Driver = "mlx5_core",
                PciAddress = "0000:3b:00.0", Vendor = "15b3", Product = "1015",
            },
        ],
        PciDevices =
        [
            new PciDevice("0000:04:00.0", "020000", "14e4", "165f", "tg3"),
            new PciDevice("0000:3b:00.0", "020000", "15b3", "1015", "mlx5_core"),
            new PciDevice("0000:af:00.0", "030200", "10de", "1eb8", "nvidia"),
            new PciDevice("0000:00:1f.2", "010601", "8086", "a1d2", "ahci"),
            new PciDevice("0000:b0:00.0", "ff0000", "abcd", "0001", ""),
        ],
        UsbDevices = [new UsbDevice("1-1", "0624", "0249", "Avocent Virtual Keyboard")],
    };

    /// <summary>As much as the parser of inventories takes.</summary>
    internal static readonly Hardware Largest = Server with
    {
        PciDevices = [.. Enumerable.Range(0, 4096).Select(number => new PciDevice(
            string.Create(CultureInfo.InvariantCulture, $"0000:{number:x4}:00.0"), "020000", "8086", "1572", new string('d', 200)))],
        UsbDevices = [.. Enumerable.Range(0, 4096).Select(number => new UsbDevice($"1-{number}", "1d6b", "0002", new string('u', 200)))],
        Disks = [.. Enumerable.Range(0, 512).Select(number => new Disk { Name = $"sd{number}", Model = new string('m', 200) })],
    };

    [Fact]
    public void The_root_is_the_machine_with_what_its_maker_wrote_into_it()
    {
        var root = Root(Server);

        (root.Name.LocalName, root.Attribute("id")!.Value, root.Attribute("class")!.Value).Should().Be(("node", "rack-1", "system"));
        (root.Element("vendor")!.Value, root.Element("product")!.Value, root.Element("serial")!.Value).Should()
            .Be(("Dell Inc.", "PowerEdge R740", "ABC123"));
        Setting(root, "chassis").Should().Be("rackmount");
        Node(root, "core").Element("product")!.Value.Should().Be("0923K0");
        Node(root, "firmware").Element("date")!.Value.Should().Be("08/27/2020");
    }

    [Fact]
    public void Sizes_have_lshws_units()
    {
        var root = Root(Server);

        Quantity(Node(root, "memory"), "size").Should().Be((206_158_430_208, "bytes"));
        Quantity(Node(root, "cpu:1"), "capacity").Should().Be((3_700_000_000, "Hz"));
        Setting(Node(root, "cpu:0"), "cores").Should().Be("16");
        Quantity(Node(root, "disk:0"), "size").Should().Be((2_000_398_934_016, "bytes"));
        Quantity(Node(root, "network:1"), "size").Should().Be((25_000_000_000, "bit/s"));
        Setting(Node(root, "network:1"), "speed").Should().Be("25Gbit/s");
    }

    [Fact]
    public void Devices_are_named_by_class_and_numbered_only_among_others_of_their_kind()
    {
        var root = Root(Server);

        Node(root, "display").Element("vendor")!.Value.Should().Be("NVIDIA Corporation");
        Node(root, "storage").Element("vendor")!.Value.Should().Be("Intel Corporation");
        Node(root, "generic").Element("vendor")!.Value.Should().Be("ABCD");
        Node(root, "network:0").Element("serial")!.Value.Should().Be("52:54:00:00:00:01");
        Node(root, "disk:1").Element("product")!.Value.Should().Be("<NVMe> & \"more\"");
        Node(root, "usb").Element("description")!.Value.Should().Be("Avocent Virtual Keyboard");
    }

    [Fact]
    public void Hostile_text_leaves_a_document_that_can_be_read()
    {
        var hostile = "]]><!--\uFFFE&\"'\u0001\uD800x\uDC00" + char.ConvertFromUtf32(0x1F600);
        var hardware = Server with
        {
            Identity = new Identity { Vendor = hostile, Product = hostile },
            Disks = [new Disk { Name = hostile, Model = hostile }],
            PciDevices = [new PciDevice(hostile, hostile, hostile, hostile, hostile)],
        };

        var root = XDocument.Parse(Encoding.UTF8.GetString(LshwDocument.Write(hardware, hostile))).Root!;

        root.Element("vendor")!.Value.Should().StartWith("]]><!--\uFFFD&\"'\uFFFD").And.EndWith(char.ConvertFromUtf32(0x1F600));
    }

    [Fact]
    public void An_empty_inventory_is_a_document_too() => Root(new Hardware()).Descendants("node").Should().NotBeEmpty();

    private static XElement Root(Hardware hardware) =>
        XDocument.Parse(Encoding.UTF8.GetString(LshwDocument.Write(hardware, "rack-1"))).Root!;

    private static XElement Node(XElement root, string id) =>
        root.Descendants("node").Single(node => node.Attribute("id")!.Value == id);

    private static string? Setting(XElement node, string id) =>
        node.Element("configuration")!.Elements("setting").Single(each => each.Attribute("id")!.Value == id).Attribute("value")!.Value;

    private static (long, string) Quantity(XElement node, string name) =>
        ((long)node.Element(name)!, node.Element(name)!.Attribute("units")!.Value);
}
