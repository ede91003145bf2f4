namespace Maas.Images.Ephemeral;

/// <summary>Which kernel modules to take. Those they depend on, by symbol or by a soft dependency, follow by themselves.</summary>
/// <param name="Folders">
/// Folders below <c>/lib/modules/VERSION/kernel</c>, taken with all below them; <c>drivers/net/*</c> takes only the files directly in it.
/// </param>
/// <param name="Names">Single modules; one the kernel does not have (or has built in) is passed over.</param>
public sealed record KernelModuleSelection(IReadOnlyList<string> Folders, IReadOnlyList<string> Names)
{
    /// <summary>
    /// Wired network cards, storage controllers, file systems of server disks, virtual machines' devices, USB storage and keyboards, IPMI.
    /// </summary>
    public static KernelModuleSelection Default { get; } = new(
        [
            "drivers/net/*",
            "drivers/net/ethernet",
            "drivers/net/phy",
            "drivers/net/mdio",
            "drivers/net/pcs",
            "drivers/net/hyperv",
            "drivers/net/vmxnet3",
            "drivers/net/usb",
            "drivers/ata",
            "drivers/block",
            "drivers/cdrom",
            "drivers/message",
            "drivers/mmc",
            "drivers/nvme",
            "drivers/scsi",
            "drivers/pci",
            "drivers/virtio",
            "drivers/hv",
            "drivers/xen",
            "drivers/usb/host",
            "drivers/usb/storage",
            "drivers/hid/usbhid",
            "drivers/char/ipmi",
            "drivers/char/hw_random",
            "fs/btrfs", "fs/ext4", "fs/fat", "fs/isofs", "fs/nls", "fs/overlayfs", "fs/squashfs", "fs/xfs",
        ],
        [
            "af_packet", "crc32c_generic", "crc32c_intel", "dm_mod", "efivarfs", "evdev", "hid_generic", "i8042", "atkbd", "libcrc32c",
            "loop", "raid0", "raid1", "raid10", "raid456"
        ]);

    /// <summary>Whether the module at <paramref name="path"/> (below <c>kernel/</c>) is one of those named.</summary>
    public bool Includes(string path)
    {
        var folder = path[..Math.Max(path.LastIndexOf('/'), 0)];
        return Names.Contains(KernelModule.NameOf(path))
            || Folders.Any(wanted => wanted.EndsWith("/*", StringComparison.Ordinal)
                ? folder == wanted[..^2]
                : folder == wanted || folder.StartsWith(wanted + "/", StringComparison.Ordinal));
    }
}
