namespace Maas.Client.Storage;

/// <summary>A disk, or a device that a RAID or a volume group makes.</summary>
public sealed record MaasBlockDevice
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The machine.</summary>
    public string SystemId { get => field ?? ""; init; }

    /// <summary>Its name in the installed system.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>physical or virtual.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>Its path in the installed system.</summary>
    public string Path { get => field ?? ""; init; }

    /// <summary>Its stable path; null when it has none.</summary>
    public string? IdPath { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The serial number.</summary>
    public string? Serial { get; init; }

    /// <summary>The UUID of a virtual device.</summary>
    public string? Uuid { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Bytes in partitions and file systems.</summary>
    public long UsedSize { get; init; }

    /// <summary>Bytes that are free.</summary>
    public long AvailableSize { get; init; }

    /// <summary>Bytes of a block.</summary>
    public long BlockSize { get; init; }

    /// <summary>What it is used for, as text.</summary>
    public string UsedFor { get => field ?? ""; init; }

    /// <summary>Its tags, such as ssd or rotary.</summary>
    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    /// <summary>GPT or MBR; null for none.</summary>
    public string? PartitionTableType { get; init; }

    /// <summary>Its partitions.</summary>
    public IReadOnlyList<MaasPartition> Partitions { get => field ?? []; init; }

    /// <summary>Its file system; null for none.</summary>
    public MaasFilesystem? Filesystem { get; init; }

    /// <summary>The version of its firmware.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
