namespace Maas.Client.Machines;

/// <summary>A drive.</summary>
public sealed record MaasControllerDrive
{
    /// <summary>Its name at the controller.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Model.</summary>
    public string? Model { get; init; }

    /// <summary>Serial number.</summary>
    public string? Serial { get; init; }

    /// <summary>Bytes.</summary>
    public long? Size { get; init; }

    /// <summary>HDD or SSD.</summary>
    public string? Media { get; init; }

    /// <summary>Protocol, such as NVMe or SATA.</summary>
    public string? Protocol { get; init; }
}
