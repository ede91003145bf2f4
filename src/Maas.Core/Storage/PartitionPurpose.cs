namespace Maas.Core.Storage;

/// <summary>What a partition of a <see cref="DiskPlan"/> is for, as partition tables mark it.</summary>
public enum PartitionPurpose
{
    /// <summary>A file system, or nothing.</summary>
    Data,

    /// <summary>GRUB's own, for a BIOS that boots from a GUID partition table.</summary>
    BiosBoot,

    /// <summary>The EFI system partition.</summary>
    EfiSystem,

    /// <summary>MBR's container of the logical partitions.</summary>
    Extended,

    /// <summary>Swap space.</summary>
    Swap,

    /// <summary>A physical volume of LVM.</summary>
    PhysicalVolume,

    /// <summary>A device of a RAID.</summary>
    Raid,
}
