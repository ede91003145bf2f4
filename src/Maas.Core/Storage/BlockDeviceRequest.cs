namespace Maas.Core.Storage;

/// <summary>A disk to add, or what to change of a block device; <see langword="null"/> keeps what is.</summary>
public sealed record BlockDeviceRequest
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Model of a disk.</summary>
    public string? Model { get; init; }

    /// <summary>Serial number of a disk.</summary>
    public string? Serial { get; init; }

    /// <summary>A path that is the same at each boot, for a disk without model and serial number.</summary>
    public string? IdPath { get; init; }

    /// <summary>Size, in bytes or with a decimal suffix.</summary>
    public string? Size { get; init; }

    /// <summary>Block size, in bytes or with a decimal suffix.</summary>
    public string? BlockSize { get; init; }

    /// <summary>NUMA node of a disk.</summary>
    public int? NumaNode { get; init; }

    /// <summary>UUID of a virtual device.</summary>
    public Guid? Uuid { get; init; }

    /// <summary><c>GPT</c> or <c>MBR</c>, for a device with a partition table.</summary>
    public string? PartitionTable { get; init; }
}
