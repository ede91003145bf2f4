namespace Maas.Core.Inventory;

/// <summary>
/// What a machine is made of, as the inventory script reported it from inside. It came from the machine, so every text is
/// bounded and free of control characters, and every list has a limit (<see cref="InventoryParser"/>).
/// </summary>
public sealed record Hardware
{
    /// <summary>The kernel's name of the processor architecture (<c>x86_64</c>); empty when not told.</summary>
    public string Machine { get; init; } = "";

    /// <summary>How the machine was started.</summary>
    public FirmwareKind Firmware { get; init; }

    /// <summary>The processors.</summary>
    public Processor Cpu { get; init; } = new();

    /// <summary>Working memory in MiB.</summary>
    public int MemoryMiB { get; init; }

    /// <summary>What the maker wrote into it.</summary>
    public Identity Identity { get; init; } = new();

    /// <summary>Disks, in the kernel's order.</summary>
    public IReadOnlyList<Disk> Disks { get; init; } = [];

    /// <summary>Network interfaces of real hardware, in the kernel's order.</summary>
    public IReadOnlyList<NetworkInterface> Interfaces { get; init; } = [];

    /// <summary>NUMA nodes; one or none on small machines.</summary>
    public IReadOnlyList<NumaNode> NumaNodes { get; init; } = [];

    /// <summary>PCI devices.</summary>
    public IReadOnlyList<PciDevice> PciDevices { get; init; } = [];

    /// <summary>USB devices, without the root hubs.</summary>
    public IReadOnlyList<UsbDevice> UsbDevices { get; init; } = [];
}

/// <summary>How a machine was started.</summary>
public enum FirmwareKind
{
    /// <summary>Not told.</summary>
    Unknown,

    /// <summary>PC BIOS.</summary>
    Bios,

    /// <summary>UEFI.</summary>
    Uefi,
}

/// <summary>The processors of a machine.</summary>
public sealed record Processor
{
    /// <summary>The maker's model name; empty when not told.</summary>
    public string Model { get; init; } = "";

    /// <summary>Logical processors the kernel runs on: MAAS's <c>cpu_count</c>.</summary>
    public int Count { get; init; }

    /// <summary>Physical cores; 0 when not told.</summary>
    public int Cores { get; init; }

    /// <summary>Sockets; 0 when not told.</summary>
    public int Sockets { get; init; }

    /// <summary>The highest frequency in MHz; 0 when not told.</summary>
    public int MaxMhz { get; init; }
}

/// <summary>What the maker wrote into the machine (DMI, or the device tree).</summary>
public sealed record Identity
{
    /// <summary>System vendor; empty when not told, as all of these.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>Product name.</summary>
    public string Product { get; init; } = "";

    /// <summary>Product version.</summary>
    public string Version { get; init; } = "";

    /// <summary>Serial number.</summary>
    public string Serial { get; init; } = "";

    /// <summary>SMBIOS UUID as the operating system shows it.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>Main board vendor.</summary>
    public string BoardVendor { get; init; } = "";

    /// <summary>Main board name.</summary>
    public string BoardName { get; init; } = "";

    /// <summary>Firmware vendor.</summary>
    public string FirmwareVendor { get; init; } = "";

    /// <summary>Firmware version.</summary>
    public string FirmwareVersion { get; init; } = "";

    /// <summary>Firmware date, as the firmware writes it.</summary>
    public string FirmwareDate { get; init; } = "";

    /// <summary>SMBIOS chassis type number; 0 when not told.</summary>
    public int ChassisType { get; init; }
}

/// <summary>A disk.</summary>
public sealed record Disk
{
    /// <summary>The kernel's name, without <c>/dev/</c>; it may differ from boot to boot.</summary>
    public required string Name { get; init; }

    /// <summary>Model; empty when not told.</summary>
    public string Model { get; init; } = "";

    /// <summary>
    /// Serial number; empty when the disk has none (most virtual disks). Some bridges and arrays give their disks one and the same.
    /// </summary>
    public string Serial { get; init; } = "";

    /// <summary>World wide name (<c>naa.5000…</c>), or an SD card's identification register; empty when the disk has none.</summary>
    public string Wwid { get; init; } = "";

    /// <summary>
    /// Where it is attached (<c>pci-0000:00:1f.2-ata-1</c>), the same from boot to boot while nothing is plugged elsewhere; empty when not
    /// known.
    /// </summary>
    public string Path { get; init; } = "";

    /// <summary>Size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Logical block size in bytes.</summary>
    public int BlockSize { get; init; } = 512;

    /// <summary>Whether it turns (a hard disk).</summary>
    public bool Rotational { get; init; }

    /// <summary>Whether it can be pulled out (USB sticks, card readers, CD drives).</summary>
    public bool Removable { get; init; }

    /// <summary>Whether it refuses writes.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>How it is attached (<c>nvme</c>, <c>virtio</c>, <c>scsi</c>, <c>usb</c>, <c>mmc</c> …); empty when not told.</summary>
    public string Bus { get; init; } = "";
}

/// <summary>A network interface of real hardware.</summary>
public sealed record NetworkInterface
{
    /// <summary>The kernel's name; it may differ from boot to boot.</summary>
    public required string Name { get; init; }

    /// <summary>Hardware address.</summary>
    public required MacAddress MacAddress { get; init; }

    /// <summary>Link speed in Mbit/s; 0 when the link is down or does not tell.</summary>
    public int SpeedMbps { get; init; }

    /// <summary>Whether there was a link.</summary>
    public bool LinkUp { get; init; }

    /// <summary>MTU in octets.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>The kernel's driver; empty when not told.</summary>
    public string Driver { get; init; } = "";

    /// <summary>PCI address (<c>0000:00:03.0</c>); empty when not on PCI.</summary>
    public string PciAddress { get; init; } = "";

    /// <summary>PCI vendor id, four hexadecimal digits; empty when not on PCI.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>PCI product id, four hexadecimal digits; empty when not on PCI.</summary>
    public string Product { get; init; } = "";
}

/// <summary>A NUMA node.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Cpus">Its logical processors in the kernel's list notation (<c>0-7,16-23</c>).</param>
/// <param name="MemoryMiB">Its memory in MiB.</param>
public sealed record NumaNode(int Index, string Cpus, int MemoryMiB);

/// <summary>A PCI device.</summary>
/// <param name="Address">Its address (<c>0000:00:03.0</c>).</param>
/// <param name="Class">Class code, six hexadecimal digits.</param>
/// <param name="Vendor">Vendor id, four hexadecimal digits.</param>
/// <param name="Product">Product id, four hexadecimal digits.</param>
/// <param name="Driver">The kernel's driver; empty when none is bound.</param>
public sealed record PciDevice(string Address, string Class, string Vendor, string Product, string Driver);

/// <summary>A USB device.</summary>
/// <param name="Address">Bus and port path (<c>1-1.2</c>).</param>
/// <param name="Vendor">Vendor id, four hexadecimal digits.</param>
/// <param name="Product">Product id, four hexadecimal digits.</param>
/// <param name="Name">Maker and product in words; empty when not told.</param>
public sealed record UsbDevice(string Address, string Vendor, string Product, string Name);
