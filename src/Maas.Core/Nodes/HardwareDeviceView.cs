using Maas.Core.Inventory;
using Maas.Core.Network.Interfaces;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>Finds what a PCI device of a machine is in the machine's configuration. Pure functions.</summary>
public static class HardwareDeviceView
{
    /// <summary>The interface that a device provides; <see langword="null"/> when it provides none.</summary>
    /// <param name="hardware">The inventory that lists the device.</param>
    /// <param name="config">The interfaces of the machine.</param>
    /// <param name="device">The device.</param>
    public static NodeInterface? InterfaceOf(Hardware hardware, NetworkConfig config, HardwareDevice device)
    {
        ArgumentNullException.ThrowIfNull(hardware);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(device);
        return device.Bus == HardwareBus.Pci
            && hardware.Interfaces.FirstOrDefault(each => each.PciAddress == device.Address) is { } found
            ? config.Interfaces.FirstOrDefault(one => one.Type == InterfaceType.Physical && one.MacAddress == found.MacAddress)
            : null;
    }

    /// <summary>
    /// The disk that a device is (NVMe), or whose only controller it is; <see langword="null"/> for none or more than one.
    /// </summary>
    /// <param name="hardware">The inventory that lists the device.</param>
    /// <param name="config">The storage of the machine.</param>
    /// <param name="device">The device.</param>
    public static BlockDevice? BlockDeviceOf(Hardware hardware, StorageConfig config, HardwareDevice device)
    {
        ArgumentNullException.ThrowIfNull(hardware);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(device);
        return device.Bus == HardwareBus.Pci && hardware.Disks.Where(disk => IsBehind(disk, device.Address)).ToList() is [var only]
            ? config.BlockDevices.FirstOrDefault(each =>
                each.Type == BlockDeviceType.Physical && ReferenceEquals(StorageDiscovery.FindDisk(hardware, each), only))
            : null;
    }

    // udev's by-path names: pci-0000:01:00.0-nvme-1, pci-0000:00:1f.2-ata-1, virtio-pci-0000:00:05.0.
    private static bool IsBehind(Disk disk, string address)
    {
        var place = disk.Path.IndexOf("pci-" + address, StringComparison.Ordinal);
        var end = place + "pci-".Length + address.Length;
        return place >= 0 && (end == disk.Path.Length || disk.Path[end] == '-');
    }
}
