using System.Globalization;

namespace VmLab.Machines;

/// <summary>QEMU's arguments for a machine's disks, network cards and clock.</summary>
internal static class QemuHardware
{
    private const string Late = "late";

    /// <summary>The disks that are there at power-on, their controllers, and the content of those that come late.</summary>
    public static IEnumerable<string> Disks(VirtualMachine machine)
    {
        foreach (var controller in machine.AllDisks.Select(disk => ControllerOf(disk.Bus)).OfType<string>().Distinct())
        {
            yield return "-device";
            yield return controller;
        }

        for (var i = 0; i < machine.AllDisks.Count; i++)
        {
            var disk = machine.AllDisks[i];
            yield return "-drive";
            // Two cores of software translation: no cache to flush, the test's disk need not survive the host.
            yield return $"id=disk{i},if=none,format=raw,cache=unsafe,discard=unmap,file={machine.PathOfDisk(i)}";
            if (disk.AppearsLate) continue;
            if (disk.Bus == DiskBus.Uas)
            {
                yield return "-device";
                yield return $"usb-uas,bus=xhci.0,id=uas{i}";
            }

            yield return "-device";
            yield return DeviceOf(disk, i) + OptionsOf(disk, i);
        }
    }

    /// <summary>The disks that come late, as what QEMU is asked to add.</summary>
    public static IEnumerable<Dictionary<string, string>> LateDisks(VirtualMachine machine) =>
        machine.AllDisks.Index().Where(disk => disk.Item.AppearsLate).Select(disk => new Dictionary<string, string>
        {
            ["driver"] = "usb-storage",
            ["bus"] = "xhci.0",
            ["drive"] = $"disk{disk.Index}",
            ["id"] = $"{Late}{disk.Index}",
            ["serial"] = disk.Item.Serial ?? "",
        });

    /// <summary>The network cards; the first is booted from.</summary>
    public static IEnumerable<string> Cards(VirtualMachine machine)
    {
        // QEMU's own ROM for the card is iPXE; without one, OVMF's network stack drives it.
        yield return "-netdev";
        yield return $"tap,id=net,ifname={machine.Tap},script=no,downscript=no";
        yield return "-device";
        yield return $"{machine.Card},netdev=net,mac={machine.MacAddress},bootindex=1{(machine.IsUefi ? ",romfile=" : "")}";
        for (var i = 0; i < machine.OtherCards.Count; i++)
        {
            var card = machine.OtherCards[i];
            yield return "-netdev";
            yield return $"tap,id=net{i + 1},ifname={card.Tap},script=no,downscript=no";
            yield return "-device";
            yield return $"{card.Model},netdev=net{i + 1},mac={card.MacAddress},romfile=";
        }
    }

    /// <summary>A clock that is wrong.</summary>
    public static string[] Clock(VirtualMachine machine) =>
        machine.Clock is { } clock
            ? ["-rtc", string.Create(CultureInfo.InvariantCulture, $"base={clock.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}")]
            : [];

    // An SD card is known by a number of its own, and no firmware boots it. OVMF shows a boot loader only those disks that have a place in
    // the order of booting, and GRUB reads a RAID from all of its disks.
    private static string OptionsOf(LabDisk disk, int number) =>
        disk.Bus == DiskBus.SdCard ? ""
        : (disk.Serial is { } serial ? $",serial={serial}" : "")
            + (number == 0 || disk.Bus == DiskBus.Virtio ? $",bootindex={number + 2}" : "");

    private static string? ControllerOf(DiskBus bus) => bus switch
    {
        DiskBus.VirtioScsi => "virtio-scsi-pci,id=vscsi",
        DiskBus.MptSas => "mptsas1068,id=mptsas",
        DiskBus.MegaSas => "megasas,id=megasas",
        DiskBus.PvScsi => "pvscsi,id=pvscsi",
        DiskBus.Usb => "qemu-xhci,id=xhci",
        DiskBus.Uas => "qemu-xhci,id=xhci",
        DiskBus.SdCard => "sdhci-pci",
        _ => null,
    };

    private static string DeviceOf(LabDisk disk, int number) => disk.Bus switch
    {
        DiskBus.Virtio => $"virtio-blk-pci,drive=disk{number}",
        DiskBus.Ahci => $"ide-hd,bus=ide.{number},drive=disk{number}",
        DiskBus.VirtioScsi => $"scsi-hd,bus=vscsi.0,scsi-id={number},drive=disk{number}",
        // A SAS disk has a world wide name. Without one, QEMU's controller reports no disk to Linux.
        DiskBus.MptSas => $"scsi-hd,bus=mptsas.0,scsi-id={number},wwn=0x5000c5000000000{number + 1:x},drive=disk{number}",
        DiskBus.MegaSas => $"scsi-hd,bus=megasas.0,scsi-id={number},drive=disk{number}",
        DiskBus.PvScsi => $"scsi-hd,bus=pvscsi.0,scsi-id={number},drive=disk{number}",
        DiskBus.Nvme => $"nvme,drive=disk{number}",
        DiskBus.Usb => $"usb-storage,bus=xhci.0,drive=disk{number}",
        DiskBus.Uas => $"scsi-hd,bus=uas{number}.0,drive=disk{number}",
        DiskBus.SdCard => $"sd-card,drive=disk{number}",
        _ => throw new ArgumentOutOfRangeException(nameof(disk), disk.Bus, "There is no such bus."),
    };
}
