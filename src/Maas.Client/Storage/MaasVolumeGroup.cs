namespace Maas.Client.Storage;

/// <summary>An LVM volume group.</summary>
public sealed record MaasVolumeGroup
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The machine.</summary>
    public string SystemId { get => field ?? ""; init; }

    /// <summary>Its name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Its UUID.</summary>
    public string Uuid { get => field ?? ""; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Bytes in logical volumes.</summary>
    public long UsedSize { get; init; }

    /// <summary>Bytes that are free.</summary>
    public long AvailableSize { get; init; }

    /// <summary>Disks and partitions it is made of.</summary>
    public IReadOnlyList<MaasBlockDevice> Devices { get => field ?? []; init; }

    /// <summary>Its logical volumes.</summary>
    public IReadOnlyList<MaasBlockDevice> LogicalVolumes { get => field ?? []; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
