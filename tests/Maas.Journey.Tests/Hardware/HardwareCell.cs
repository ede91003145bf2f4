using VmLab.Machines;

namespace Maas.Journey.Tests.Hardware;

/// <summary>
/// A machine of the matrix: hardware that a real server may have, as far as QEMU 7.2 emulates it. (It has no igb and no eMMC.)
/// </summary>
internal sealed record HardwareCell(string Name, string Card, params LabDisk[] Disks)
{
    private static readonly DateTimeOffset Past = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero), Future = new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string? SecondCard { get; init; }

    /// <summary>In MiB.</summary>
    public int Memory { get; init; } = 512;

    public DateTimeOffset? Clock { get; init; }

    public Firmware Firmware { get; init; }

    /// <summary>A few machines that show each kind of disk, card and clock beside another once: what fits into every run.</summary>
    public static IReadOnlyList<HardwareCell> Pairs { get; } =
    [
        new("ahci-usblate", "e1000e", Ahci("SATA77"), Usb("STICK1") with { AppearsLate = true }) { Clock = Past },
        new("megasas-twins", "rtl8139", MegaSas("TWIN"), MegaSas("TWIN"), Nvme("NVME5")) { SecondCard = "virtio-net-pci", Clock = Future },
        new("sd-bare-320", "vmxnet3", Virtio(null), Sd()) { Memory = 320 },
    ];

    /// <summary>All machines.</summary>
    public static IReadOnlyList<HardwareCell> All { get; } =
    [
        .. Pairs,
        new("ahci", "virtio-net-pci", Ahci("SATA77")),
        new("scsi", "e1000e", Scsi("SCSI88")),
        new("scsi-bare", "rtl8139", Scsi(null)),
        new("mptsas-4", "vmxnet3", MptSas("SAS1"), MptSas("SAS2"), MptSas("SAS3"), MptSas("SAS4")),
        new("pvscsi", "vmxnet3", PvScsi("PV1"), PvScsi("PV2")),
        new("usb-late", "virtio-net-pci", Usb("STICK1") with { AppearsLate = true }) { Clock = Past },
        new("uas", "e1000e", Uas("UAS1")) { Clock = Future },
        new("sd", "rtl8139", Sd()) { SecondCard = "e1000e" },
        new("virtio-bare-2", "virtio-net-pci", Virtio(null), Virtio(null)) { SecondCard = "virtio-net-pci" },
        new("mixed-4", "e1000e", Ahci("MIX1"), Nvme("MIX2"), MptSas("MIX1"), Usb(null)) { Memory = 320 },
        new("uefi-nvme", "virtio-net-pci", Nvme("NVME5"), Ahci(null)) { Firmware = Firmware.Uefi, Memory = 768 },
    ];

    public override string ToString() => Name;

    private static LabDisk Virtio(string? serial) => new() { Bus = DiskBus.Virtio, Serial = serial };

    private static LabDisk Ahci(string? serial) => new() { Bus = DiskBus.Ahci, Serial = serial };

    private static LabDisk Scsi(string? serial) => new() { Bus = DiskBus.VirtioScsi, Serial = serial };

    private static LabDisk MptSas(string? serial) => new() { Bus = DiskBus.MptSas, Serial = serial };

    private static LabDisk MegaSas(string? serial) => new() { Bus = DiskBus.MegaSas, Serial = serial };

    private static LabDisk PvScsi(string? serial) => new() { Bus = DiskBus.PvScsi, Serial = serial };

    private static LabDisk Nvme(string serial) => new() { Bus = DiskBus.Nvme, Serial = serial };

    private static LabDisk Usb(string? serial) => new() { Bus = DiskBus.Usb, Serial = serial };

    private static LabDisk Uas(string? serial) => new() { Bus = DiskBus.Uas, Serial = serial };

    private static LabDisk Sd() => new() { Bus = DiskBus.SdCard };
}
