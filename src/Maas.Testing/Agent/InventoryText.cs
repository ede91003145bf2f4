using System.Globalization;
using System.Text;

namespace Maas.Testing.Agent;

/// <summary>
/// What the script 00-maas-inventory prints on a simulated machine: a record a line, its kind and its fields separated by tabs.
/// </summary>
internal static class InventoryText
{
    private const string VirtioVendor = "1af4", VirtioNetwork = "1000", VirtioBlock = "1001";

    public static string Write(SimulatedMachineOptions machine)
    {
        var hardware = machine.Hardware;
        var text = new StringBuilder("maas-inventory\t1\n");
        var bios = machine.Firmware is not (SimulatedFirmware.UefiPxe or SimulatedFirmware.UefiHttp);
        Record(text, "system", ("machine", KernelArchitecture(hardware.Architecture)), ("firmware", bios ? "bios" : "uefi"));
        Record(
            text,
            "cpu",
            ("count", hardware.Processors),
            ("cores", hardware.Processors),
            ("sockets", 1),
            ("max_mhz", hardware.ProcessorMegahertz),
            ("model", hardware.ProcessorModel));
        Record(text, "memory", ("kib", hardware.MemoryMebibytes * 1024L));
        Record(text, "identity", ("vendor", hardware.Vendor), ("product", hardware.Product), ("version", ""),
            ("serial", hardware.Serial ?? machine.Mac.ToString().Replace(":", "", StringComparison.Ordinal)),
            ("uuid", machine.Uuid),
            ("board_vendor", hardware.Vendor),
            ("board_name", hardware.Product),
            ("firmware_vendor", hardware.Vendor),
            ("firmware_version", "1.0"),
            ("firmware_date", "04/26/2012"),
            ("chassis_type", 1));

        foreach (var disk in hardware.Disks)
        {
            Record(
                text,
                "disk",
                ("name", disk.Name),
                ("size", disk.Size),
                ("block", 512),
                ("rotational", disk.Rotational ? 1 : 0),
                ("removable", 0),
                ("ro", 0), ("bus", BusOf(disk.Name)), ("serial", disk.Serial), ("wwid", ""), ("model", disk.Model), ("path", ""));
        }

        var interfaces = hardware.OtherInterfaces.Prepend(machine.Mac).ToList();
        for (var i = 0; i < interfaces.Count; i++)
        {
            Record(
                text,
                "nic",
                ("name", $"eth{i}"),
                ("mac", interfaces[i]),
                ("speed", i == 0 ? 1000 : ""),
                ("link", i == 0 ? 1 : 0),
                ("mtu", 1500),
                ("driver", "virtio_net"),
                ("pci", PciAddress(i)),
                ("vendor", VirtioVendor),
                ("product", VirtioNetwork));
        }

        Record(
            text,
            "numa",
            ("index", 0),
            ("cpus", hardware.Processors == 1 ? "0" : $"0-{hardware.Processors - 1}"),
            ("kib", hardware.MemoryMebibytes * 1024L));
        for (var i = 0; i < interfaces.Count; i++)
            Record(
                text,
                "pci",
                ("address", PciAddress(i)),
                ("class", "020000"),
                ("vendor", VirtioVendor),
                ("product", VirtioNetwork),
                ("driver", "virtio-pci"));
        for (var i = 0; i < hardware.Disks.Count; i++)
            Record(
                text,
                "pci",
                ("address", PciAddress(interfaces.Count + i)),
                ("class", "010000"),
                ("vendor", VirtioVendor),
                ("product", VirtioBlock),
                ("driver", "virtio-pci"));
        return text.Append("end\n").ToString();
    }

    private static string PciAddress(int index) => string.Create(CultureInfo.InvariantCulture, $"0000:00:{(index / 8) + 3:x2}.{index % 8}");

    private static string KernelArchitecture(string architecture) => architecture switch
    {
        "amd64" => "x86_64",
        "i386" => "i686",
        "arm64" => "aarch64",
        _ => architecture,
    };

    private static string BusOf(string disk) => disk switch
    {
        ['v', ..] => "virtio",
        ['n', ..] => "nvme",
        ['m', ..] => "mmc",
        _ => "sata",
    };

    // A tab or a line break in a value would break the record; the real script has none either.
    private static void Record(StringBuilder text, string kind, params (string Name, object Value)[] fields)
    {
        text.Append(kind);
        foreach (var (name, value) in fields)
            text.Append('\t')
                .Append(name)
                .Append('=')
                .Append(string.Concat(string.Create(CultureInfo.InvariantCulture, $"{value}").Select(c => char.IsControl(c) ? ' ' : c)));
        text.Append('\n');
    }
}
