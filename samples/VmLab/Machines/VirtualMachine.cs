namespace VmLab.Machines;

/// <summary>What stands in the rack: a machine's hardware and firmware settings.</summary>
public sealed record VirtualMachine
{
    public required string Name { get; init; }

    public required Firmware Firmware { get; init; }

    /// <summary>Written with colons, lower case.</summary>
    public required string MacAddress { get; init; }

    public required string Tap { get; init; }

    /// <summary>SMBIOS system UUID, as the machine's Linux shows it.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>SMBIOS system serial number; the disk's is the same with <c>-disk</c> behind it.</summary>
    public required string Serial { get; init; }

    /// <summary>The folder of its disk, firmware variables and console log.</summary>
    public required string Folder { get; init; }

    /// <summary>In MiB.</summary>
    public int Memory { get; init; } = 512;

    /// <summary>In MiB; a sparse file.</summary>
    public int DiskSize { get; init; } = 2048;

    /// <summary>Whether it is UEFI, with Secure Boot or without.</summary>
    public bool IsUefi => Firmware is Firmware.Uefi or Firmware.UefiSecureBoot;

    /// <summary>Whether its UEFI boots the network over IPv6 instead of IPv4.</summary>
    public bool BootsOverIPv6 { get; init; }

    /// <summary>Whether its UEFI boots the network by HTTP instead of PXE: over IPv4, and over IPv6 when that has failed.</summary>
    public bool BootsOverHttp { get; init; }

    public string DiskPath => Path.Combine(Folder, $"{Name}.disk");

    public string FirmwareVariablesPath => Path.Combine(Folder, $"{Name}.vars");

    public string ConsolePath => Path.Combine(Folder, $"{Name}.console");
}

/// <summary>What runs before any boot program.</summary>
public enum Firmware
{
    /// <summary>SeaBIOS with QEMU's PXE ROM, which is iPXE.</summary>
    Bios,

    /// <summary>OVMF with its own network stack: the NIC carries no ROM.</summary>
    Uefi,

    /// <summary>OVMF with Secure Boot on and Microsoft's keys: it runs only what they lead to.</summary>
    UefiSecureBoot,
}
