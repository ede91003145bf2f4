using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Maas.Core.Inventory;

/// <summary>A PCI or USB device of a machine, as MAAS describes its node devices.</summary>
public sealed record HardwareDevice
{
    /// <summary>
    /// Its number among the devices of its machine, 1 upward. It is derived from what the device is and where it is attached, so that a
    /// later inventory numbers it alike.
    /// </summary>
    public int Id { get; private init; }

    /// <summary>How it is attached.</summary>
    public HardwareBus Bus { get; private init; }

    /// <summary>
    /// What it is used for, by its PCI class; <see cref="HardwareDeviceType.Node"/> for anything else and for USB devices.
    /// </summary>
    public HardwareDeviceType Type { get; private init; }

    /// <summary>PCI address (<c>0000:00:03.0</c>), or USB bus and port path (<c>1-1.2</c>).</summary>
    public required string Address { get; init; }

    /// <summary>Number of its bus; 0 when the address does not say.</summary>
    public int BusNumber { get; private init; }

    /// <summary>
    /// Its number on the bus: of a USB device the number of its port, for the kernel's number changes from boot to boot. 0 when the address
    /// does not say.
    /// </summary>
    public int DeviceNumber { get; private init; }

    /// <summary>Vendor id, four hexadecimal digits.</summary>
    public required string Vendor { get; init; }

    /// <summary>Product id, four hexadecimal digits.</summary>
    public required string Product { get; init; }

    /// <summary>Name of the vendor; empty when not known.</summary>
    public string VendorName { get; private init; } = "";

    /// <summary>Name of the product; empty when not known.</summary>
    public string ProductName { get; private init; } = "";

    /// <summary>The kernel's driver at the inventory; empty when none was bound.</summary>
    public string Driver { get; private init; } = "";

    /// <summary>The PCI devices, then the USB devices of a machine.</summary>
    public static IReadOnlyList<HardwareDevice> ListOf(Hardware hardware)
    {
        ArgumentNullException.ThrowIfNull(hardware);
        HashSet<int> taken = [];
        return [.. All(hardware).Select(device => device with { Id = Number(device, taken) })];
    }

    /// <summary>The same without their numbers.</summary>
    internal static IEnumerable<HardwareDevice> All(Hardware hardware) =>
        hardware.PciDevices.Select(Of).Concat(hardware.UsbDevices.Select(Of));

    /// <summary>The hardware without a device.</summary>
    /// <param name="hardware">The hardware.</param>
    /// <param name="id">The number of the device; hardware that has no such device is returned as it is.</param>
    internal static Hardware Without(Hardware hardware, int id) => ListOf(hardware).FirstOrDefault(device => device.Id == id) switch
    {
        { Bus: HardwareBus.Pci } device => hardware with { PciDevices = [.. hardware.PciDevices.Where(each => !device.IsOf(Of(each)))] },
        { } device => hardware with { UsbDevices = [.. hardware.UsbDevices.Where(each => !device.IsOf(Of(each)))] },
        null => hardware,
    };

    private bool IsOf(HardwareDevice other) => this with { Id = 0 } == other;

    private static HardwareDevice Of(PciDevice device)
    {
        // domain:bus:device.function
        var parts = device.Address.Split(':', '.');
        return new HardwareDevice
        {
            Bus = HardwareBus.Pci,
            Type = TypeOf(device.Class),
            Address = device.Address,
            BusNumber = parts.Length == 4 ? Parse(parts[1], NumberStyles.AllowHexSpecifier) : 0,
            DeviceNumber = parts.Length == 4 ? Parse(parts[2], NumberStyles.AllowHexSpecifier) : 0,
            Vendor = device.Vendor,
            Product = device.Product,
            VendorName = PciVendors.NameOf(device.Vendor),
            Driver = device.Driver,
        };
    }

    private static HardwareDevice Of(UsbDevice device)
    {
        // bus-port.port.port
        var parts = device.Address.Split('-', '.');
        return new HardwareDevice
        {
            Bus = HardwareBus.Usb,
            Address = device.Address,
            BusNumber = Parse(parts[0], NumberStyles.None),
            DeviceNumber = parts.Length > 1 ? Parse(parts[^1], NumberStyles.None) : 0,
            Vendor = device.Vendor,
            Product = device.Product,
            ProductName = device.Name,
        };
    }

    private static int Parse(string text, NumberStyles style) =>
        int.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : 0;

    /// <summary>PCI Code and ID Assignment, section 1: mass storage, network, display, processing accelerator.</summary>
    private static HardwareDeviceType TypeOf(string code) => (code.Length >= 2 ? code[..2] : "") switch
    {
        "01" => HardwareDeviceType.Storage,
        "02" => HardwareDeviceType.Network,
        "03" or "12" => HardwareDeviceType.Gpu,
        "05" => HardwareDeviceType.Memory,
        _ => HardwareDeviceType.Node,
    };

    private static int Number(HardwareDevice device, HashSet<int> taken)
    {
        var name = string.Join('\n', device.Bus, device.Address, device.Vendor, device.Product);
        var number = BinaryPrimitives.ReadInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))) & int.MaxValue;
        while (number == 0 || !taken.Add(number)) number = number == int.MaxValue ? 1 : number + 1;
        return number;
    }
}

/// <summary>How a device is attached, with MAAS's numbers.</summary>
public enum HardwareBus
{
    /// <summary>PCI or PCI Express.</summary>
    Pci = 1,

    /// <summary>USB.</summary>
    Usb = 2,
}

/// <summary>What a device is used for, with MAAS's numbers.</summary>
public enum HardwareDeviceType
{
    /// <summary>Anything else.</summary>
    Node = 0,

    /// <summary>Memory.</summary>
    Memory = 2,

    /// <summary>Storage.</summary>
    Storage = 3,

    /// <summary>Networking.</summary>
    Network = 4,

    /// <summary>Graphics, and other processors beside the machine's own.</summary>
    Gpu = 5,
}
