namespace Maas.Core.Power;

/// <summary>
/// What a machine is made of, as its management controller says. Texts are in one line, without control characters; what the controller
/// does not say is <see langword="null"/>.
/// </summary>
public sealed record MachineInventory
{
    /// <summary>Whether the machine is on.</summary>
    public MachinePowerState PowerState { get; init; }

    /// <summary>Maker of the machine.</summary>
    public string? Vendor { get; init; }

    /// <summary>Model of the machine.</summary>
    public string? Product { get; init; }

    /// <summary>Serial number of the machine.</summary>
    public string? Serial { get; init; }

    /// <summary>SMBIOS UUID, lower case.</summary>
    public string? Uuid { get; init; }

    /// <summary>Version of the firmware.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>Architecture in MAAS's words, such as <c>amd64</c>; null when not known, or when the processors do not agree.</summary>
    public string? Architecture { get; init; }

    /// <summary>Logical processors; 0 when not known.</summary>
    public int CpuCount { get; init; }

    /// <summary>Memory in MiB; 0 when not known.</summary>
    public int MemoryMiB { get; init; }

    /// <summary>Its processors.</summary>
    public IReadOnlyList<MachineProcessor> Processors { get; init; } = [];

    /// <summary>Its memory modules.</summary>
    public IReadOnlyList<MachineMemoryModule> Memory { get; init; } = [];

    /// <summary>Its network interfaces.</summary>
    public IReadOnlyList<MachineInterface> Interfaces { get; init; } = [];

    /// <summary>Its drives.</summary>
    public IReadOnlyList<MachineDrive> Drives { get; init; } = [];

    /// <summary>What the controller has and could not show, each as a sentence; empty for a complete inventory.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];

    /// <summary>
    /// The addresses of its interfaces, those with a cable first: the first one becomes the boot interface of a machine that is made of it.
    /// </summary>
    public IReadOnlyList<MacAddress> MacAddresses =>
    [
        .. Interfaces.OrderBy(each => each.HasLink is true ? 0 : 1).Select(each => each.MacAddress).OfType<MacAddress>()
            .Where(address => address.IsUnicast).Distinct(),
    ];
}

/// <summary>A processor.</summary>
/// <param name="Name">Its name or socket.</param>
/// <param name="Model">Model; null when not known.</param>
/// <param name="Cores">Cores; null when not known.</param>
/// <param name="Threads">Threads; null when not known.</param>
/// <param name="InstructionSet">Instruction set in the controller's words; null when not known.</param>
public sealed record MachineProcessor(string Name, string? Model, int? Cores, int? Threads, string? InstructionSet);

/// <summary>A memory module.</summary>
/// <param name="Name">Its name or slot.</param>
/// <param name="MebiBytes">Capacity in MiB.</param>
/// <param name="Type">Kind, such as <c>DDR5</c>; null when not known.</param>
/// <param name="Serial">Serial number; null when not known.</param>
public sealed record MachineMemoryModule(string Name, long MebiBytes, string? Type, string? Serial);

/// <summary>A network interface.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MacAddress">Its address; null when not known, or when it has another kind of address.</param>
/// <param name="SpeedMbps">Speed in Mbit/s; null when not known.</param>
/// <param name="HasLink">Whether a cable is connected; null when not known.</param>
public sealed record MachineInterface(string Name, MacAddress? MacAddress, int? SpeedMbps, bool? HasLink);

/// <summary>A drive.</summary>
/// <param name="Name">Its name or bay.</param>
/// <param name="Model">Model; null when not known.</param>
/// <param name="Serial">Serial number; null when not known.</param>
/// <param name="Bytes">Capacity; null when not known.</param>
/// <param name="Media">Kind, such as <c>SSD</c> or <c>HDD</c>; null when not known.</param>
/// <param name="Protocol">Connection, such as <c>NVMe</c>, <c>SATA</c> or <c>SAS</c>; null when not known.</param>
public sealed record MachineDrive(string Name, string? Model, string? Serial, long? Bytes, string? Media, string? Protocol);
