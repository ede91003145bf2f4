namespace VmLab.Machines;

/// <summary>A disk in a machine.</summary>
public sealed record LabDisk
{
    /// <summary>How it is attached.</summary>
    public DiskBus Bus { get; init; }

    /// <summary>In MiB; a sparse file. A power of two for an SD card.</summary>
    public int Size { get; init; } = 2048;

    /// <summary>Serial number; <see langword="null"/> for none, or for what the emulated disk says by itself.</summary>
    public string? Serial { get; init; }

    /// <summary>
    /// Whether it is plugged in only after the operating system has looked for disks (<see cref="QemuMachine.AttachLateDisksAsync"/>). USB
    /// disks alone.
    /// </summary>
    public bool AppearsLate { get; init; }
}

/// <summary>How a disk is attached.</summary>
public enum DiskBus
{
    /// <summary>virtio-blk.</summary>
    Virtio,

    /// <summary>SATA, at the board's AHCI controller.</summary>
    Ahci,

    /// <summary>SCSI, at a virtio controller.</summary>
    VirtioScsi,

    /// <summary>SAS, at an LSI SAS 1068 (mptsas).</summary>
    MptSas,

    /// <summary>SAS, behind an LSI MegaRAID (megaraid_sas).</summary>
    MegaSas,

    /// <summary>SCSI, at VMware's controller (pvscsi).</summary>
    PvScsi,

    /// <summary>NVMe; it must have a serial number.</summary>
    Nvme,

    /// <summary>USB mass storage.</summary>
    Usb,

    /// <summary>USB attached SCSI.</summary>
    Uas,

    /// <summary>An SD card in a PCI host controller; it has a serial number of its own.</summary>
    SdCard,
}
