namespace Maas.Install.Storage;

/// <summary>The language in which an answer file gives the machine's storage configuration to the installer.</summary>
public enum StoragePlanFormat
{
    /// <summary>None: the installer partitions the boot disk by its own rules.</summary>
    None,

    /// <summary>The action list of curtin's storage configuration, version 1, as Ubuntu's autoinstall reads it.</summary>
    Curtin,

    /// <summary>The commands <c>part</c>, <c>raid</c>, <c>volgroup</c> and <c>logvol</c> of a kickstart file.</summary>
    Kickstart,

    /// <summary>A recipe of partman, the partitioner of the Debian installer: one disk, with or without LVM.</summary>
    Partman,
}
