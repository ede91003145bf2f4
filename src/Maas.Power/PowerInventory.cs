namespace Maas.Power;

/// <summary>
/// What a machine is made of, as its controller says. Texts are in one line, without control characters; what the controller does not say
/// is <see langword="null"/>.
/// </summary>
public sealed record PowerInventory
{
    /// <summary>Whether the machine is on.</summary>
    public PowerState State { get; init; }

    /// <summary>Maker of the machine.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>Model of the machine.</summary>
    public string? Model { get; init; }

    /// <summary>Serial number of the machine.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>UUID of the machine, as in SMBIOS.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>Version of the firmware.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>Logical processors of all <see cref="Processors"/>, or as the controller sums them up; null when not known.</summary>
    public int? LogicalProcessors { get; init; }

    /// <summary>Memory in MiB of all modules of <see cref="Memory"/>, or as the controller sums it up; null when not known.</summary>
    public long? MemoryMiB { get; init; }

    /// <summary>Its processors.</summary>
    public IReadOnlyList<InventoryProcessor> Processors { get; init; } = [];

    /// <summary>Its memory modules.</summary>
    public IReadOnlyList<InventoryMemory> Memory { get; init; } = [];

    /// <summary>Its network interfaces.</summary>
    public IReadOnlyList<InventoryInterface> Interfaces { get; init; } = [];

    /// <summary>Its drives.</summary>
    public IReadOnlyList<InventoryDrive> Drives { get; init; } = [];

    /// <summary>What the controller has and could not show, each as a sentence; empty for a complete inventory.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];
}

/// <summary>A processor.</summary>
/// <param name="Name">Its name or socket.</param>
/// <param name="Model">Model; null when not known.</param>
/// <param name="Cores">Cores; null when not known.</param>
/// <param name="Threads">Threads; null when not known.</param>
/// <param name="Architecture">Instruction set in Redfish's words, such as <c>x86-64</c> or <c>ARM-A64</c>; null when not known.</param>
public sealed record InventoryProcessor(string Name, string? Model, int? Cores, int? Threads, string? Architecture);

/// <summary>A memory module.</summary>
/// <param name="Name">Its name or slot.</param>
/// <param name="MebiBytes">Capacity in MiB.</param>
/// <param name="Type">Kind, such as <c>DDR5</c>; null when not known.</param>
/// <param name="SerialNumber">Serial number; null when not known.</param>
public sealed record InventoryMemory(string Name, long MebiBytes, string? Type, string? SerialNumber);

/// <summary>A network interface.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MacAddress">Its address in the controller's notation, which need not be one; null when not known.</param>
/// <param name="SpeedMbps">Speed in Mbit/s; null when not known.</param>
/// <param name="HasLink">Whether a cable is connected; null when not known.</param>
public sealed record InventoryInterface(string Name, string? MacAddress, int? SpeedMbps, bool? HasLink);

/// <summary>A drive.</summary>
/// <param name="Name">Its name or bay.</param>
/// <param name="Model">Model; null when not known.</param>
/// <param name="SerialNumber">Serial number; null when not known.</param>
/// <param name="Bytes">Capacity; null when not known.</param>
/// <param name="Media">Kind, such as <c>SSD</c> or <c>HDD</c>; null when not known.</param>
/// <param name="Protocol">Connection, such as <c>NVMe</c>, <c>SATA</c> or <c>SAS</c>; null when not known.</param>
public sealed record InventoryDrive(string Name, string? Model, string? SerialNumber, long? Bytes, string? Media, string? Protocol);
