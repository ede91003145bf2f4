using System.Text;

namespace Maas.Core.Tests.Scripts;

/// <summary>A root with a sysfs and procfs of our own: two disks and what must not be taken for one, two NICs, PCI, USB, NUMA.</summary>
internal sealed class FakeRoot : IDisposable
{
    public FakeRoot()
    {
        File("proc/cpuinfo", "processor\t: 0\nmodel name\t: Test CPU\t9000\ncpu MHz\t\t: 2100.5\n\nprocessor\t: 1\n");
        File("proc/meminfo", "MemTotal:        2000000 kB\nMemFree:  1 kB\nMemAvailable:    1900000 kB\n");
        File("proc/cmdline", "quiet BOOTIF=01-52-54-00-00-00-01");
        foreach (var cpu in new[] { 0, 1 })
        {
            File($"sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id", "0");
            File($"sys/devices/system/cpu/cpu{cpu}/topology/core_id", $"{cpu}");
            File($"sys/devices/system/cpu/cpu{cpu}/cpufreq/cpuinfo_max_freq", "3600000");
        }

        File("sys/devices/system/cpu/cpufreq/boost", "1");
        File("sys/devices/system/memory/block_size_bytes", "8000000");
        for (var block = 0; block < 16; block++) File($"sys/devices/system/memory/memory{block}/online", "1");
        File("sys/devices/system/node/node0/cpulist", "0-1");
        File("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal:        2000000 kB\n");
        Directory("sys/firmware/efi");
        File("sys/class/dmi/id/sys_vendor", "ACME\tInc\u0001");
        File("sys/class/dmi/id/product_name", "Rocket Skates");
        File("sys/class/dmi/id/product_uuid", "0A1B2C3D-0000-0000-0000-000000000001");
        File("sys/class/dmi/id/chassis_type", "23");

        Disk("vda", "devices/pci0000:00/0000:00:04.0/virtio1", sectors: 4194304, removable: 0);
        File("sys/block/vda/serial", "VIRT1");
        Disk("sda", "devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", sectors: 2048, removable: 0);
        File("sys/block/sda/device/model", "Spinner 9  ");
        File("sys/block/sda/device/wwid", "naa.5000c500a1b2c3d4");
        File("sys/devices/pci0000:00/0000:00:1f.2/ata1/ata_port/ata1/port_no", "1");
        Bytes("sys/block/sda/device/vpd_pg80", [0, 0x80, 0, 8, .. "  SN-42 "u8]);
        Disk("sdb", "devices/pci0000:00/0000:00:14.0/usb1/1-2", sectors: 4096, removable: 1);
        Disk("loop0", "devices/virtual", sectors: 4096, removable: 0);
        Disk("sdz", "devices/pci0000:00/0000:00:1f.2/empty", sectors: 0, removable: 0);
        File("sys/block/dm-0/size", "4096");

        Nic("eth0", "0000:00:03.0", "52:54:00:00:00:01", carrier: "1", speed: "1000");
        Nic("eth1", "0000:00:05.0", "52:54:00:00:00:02", carrier: "0", speed: "-1");
        File("sys/class/net/lo/address", "00:00:00:00:00:00");
        File("sys/bus/usb/devices/1-1/idVendor", "0627");
        File("sys/bus/usb/devices/1-1/idProduct", "0001");
        File("sys/bus/usb/devices/1-1/product", "Tablet");
        File("sys/bus/usb/devices/usb1/idVendor", "1d6b");
    }

    public string Path { get; } = System.IO.Directory.CreateTempSubdirectory("maas-root-").FullName;

    public void File(string name, string text) => Bytes(name, Encoding.Latin1.GetBytes(text + "\n"));

    public void Bytes(string name, byte[] bytes)
    {
        var path = System.IO.Path.Combine(Path, name);
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, bytes);
    }

    public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);

    private void Directory(string name) => System.IO.Directory.CreateDirectory(System.IO.Path.Combine(Path, name));

    private void Disk(string name, string device, long sectors, int removable)
    {
        Directory($"sys/{device}/block/{name}/queue");
        Directory("sys/block");
        System.IO.File.CreateSymbolicLink(
            System.IO.Path.Combine(Path, "sys/block", name), System.IO.Path.Combine(Path, "sys", device, "block", name));
        if (device != "devices/virtual") Directory($"sys/{device}/block/{name}/device");
        File($"sys/block/{name}/size", $"{sectors}");
        File($"sys/block/{name}/removable", $"{removable}");
        File($"sys/block/{name}/ro", "0");
        File($"sys/block/{name}/queue/logical_block_size", "512");
        File($"sys/block/{name}/queue/rotational", "1");
    }

    private void Nic(string name, string pci, string mac, string carrier, string speed)
    {
        var device = $"sys/devices/pci0000:00/{pci}";
        Directory($"{device}/virtio9");
        Directory("sys/bus/pci/devices");
        Directory("sys/drivers/virtio_net");
        File($"{device}/vendor", "0x1af4");
        File($"{device}/device", "0x1000");
        File($"{device}/class", "0x020000");
        Link($"sys/bus/pci/devices/{pci}", device);
        Link($"{device}/virtio9/driver", "sys/drivers/virtio_net");
        Directory($"sys/class/net/{name}");
        Link($"sys/class/net/{name}/device", $"{device}/virtio9");
        File($"sys/class/net/{name}/address", mac);
        File($"sys/class/net/{name}/type", "1");
        File($"sys/class/net/{name}/mtu", "1500");
        File($"sys/class/net/{name}/carrier", carrier);
        File($"sys/class/net/{name}/speed", speed);
    }

    private void Link(string name, string target) =>
        System.IO.File.CreateSymbolicLink(System.IO.Path.Combine(Path, name), System.IO.Path.Combine(Path, target));
}
