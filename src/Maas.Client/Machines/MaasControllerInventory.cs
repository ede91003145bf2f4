namespace Maas.Client.Machines;

/// <summary>
/// What a machine is made of, as its management controller says. Texts and numbers that the controller does not show are null.
/// </summary>
public sealed record MaasControllerInventory
{
    /// <summary>The machine.</summary>
    public string SystemId { get => field ?? ""; init; }

    /// <summary>Its power type, such as redfish.</summary>
    public string PowerType { get => field ?? ""; init; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset ReadAt { get; init; }

    /// <summary>on, off, unknown or error.</summary>
    public string PowerState { get => field ?? ""; init; }

    /// <summary>The ISO image in its virtual drive; null for none.</summary>
    public string? BootMedia { get; init; }

    /// <summary>Vendor.</summary>
    public string? Vendor { get; init; }

    /// <summary>Product.</summary>
    public string? Product { get; init; }

    /// <summary>Serial number.</summary>
    public string? Serial { get; init; }

    /// <summary>SMBIOS UUID.</summary>
    public string? Uuid { get; init; }

    /// <summary>Version of its firmware.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>Its architecture, such as amd64.</summary>
    public string? Architecture { get; init; }

    /// <summary>Hardware threads; 0 when not known.</summary>
    public int CpuCount { get; init; }

    /// <summary>MiB; 0 when not known.</summary>
    public long Memory { get; init; }

    /// <summary>Its processors.</summary>
    public IReadOnlyList<MaasControllerProcessor> Processors { get => field ?? []; init; }

    /// <summary>Its memory modules.</summary>
    public IReadOnlyList<MaasControllerMemory> MemoryModules { get => field ?? []; init; }

    /// <summary>Its network interfaces.</summary>
    public IReadOnlyList<MaasControllerInterface> Interfaces { get => field ?? []; init; }

    /// <summary>Its drives.</summary>
    public IReadOnlyList<MaasControllerDrive> Drives { get => field ?? []; init; }

    /// <summary>What the controller could not show, a sentence each.</summary>
    public IReadOnlyList<string> Gaps { get => field ?? []; init; }
}
