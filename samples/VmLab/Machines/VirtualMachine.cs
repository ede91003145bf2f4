namespace VmLab.Machines;

/// <summary>A machine of the rack: its hardware and firmware settings.</summary>
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

    /// <summary>Its disks, when there are others than one virtio disk of <see cref="DiskSize"/> with a serial number.</summary>
    public IReadOnlyList<LabDisk> Disks { get; init; } = [];

    /// <summary>All its disks.</summary>
    public IReadOnlyList<LabDisk> AllDisks => Disks.Count > 0 ? Disks : [new LabDisk { Size = DiskSize, Serial = $"{Serial}-disk" }];

    /// <summary>QEMU's name of the network card it boots from.</summary>
    public string Card { get; init; } = "virtio-net-pci";

    /// <summary>More network cards.</summary>
    public IReadOnlyList<LabCard> OtherCards { get; init; } = [];

    /// <summary>What its clock shows at power-on; <see langword="null"/> for the right time.</summary>
    public DateTimeOffset? Clock { get; init; }

    /// <summary>Whether it goes off where it would restart.</summary>
    public bool EndsOnRestart { get; init; }

    /// <summary>Whether it is UEFI, with Secure Boot or without.</summary>
    public bool IsUefi => Firmware is not Firmware.Bios;

    /// <summary>Whether its UEFI boots the network over IPv6 instead of IPv4.</summary>
    public bool BootsOverIPv6 { get; init; }

    /// <summary>Whether its UEFI boots the network by HTTP instead of PXE: over IPv4, and over IPv6 when that has failed.</summary>
    public bool BootsOverHttp { get; init; }

    public string DiskPath => PathOfDisk(0);

    /// <summary>QEMU's socket for commands.</summary>
    public string CommandSocketPath => Path.Combine(Folder, $"{Name}.qmp");

    public string FirmwareVariablesPath => Path.Combine(Folder, $"{Name}.vars");

    public string ConsolePath => Path.Combine(Folder, $"{Name}.console");

    /// <summary>The file of a disk, by its place in <see cref="AllDisks"/>.</summary>
    public string PathOfDisk(int number) => Path.Combine(Folder, number == 0 ? $"{Name}.disk" : $"{Name}.disk{number}");
}

/// <summary>A network card beside the one that a machine boots from.</summary>
/// <param name="Model">QEMU's name of it.</param>
/// <param name="MacAddress">Written with colons, lower case.</param>
/// <param name="Tap">Where it is plugged in.</param>
public sealed record LabCard(string Model, string MacAddress, string Tap);

/// <summary>What runs before any boot program.</summary>
public enum Firmware
{
    /// <summary>SeaBIOS with QEMU's PXE ROM, which is iPXE.</summary>
    Bios,

    /// <summary>OVMF with its own network stack: the NIC carries no ROM.</summary>
    Uefi,

    /// <summary>A 64-bit Arm machine (QEMU's <c>virt</c>) with UEFI: AAVMF with its own network stack.</summary>
    Arm64Uefi,

    /// <summary>OVMF with Secure Boot on and Microsoft's keys: it runs only what they lead to.</summary>
    UefiSecureBoot,
}
