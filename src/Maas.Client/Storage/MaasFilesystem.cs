namespace Maas.Client.Storage;

/// <summary>A file system.</summary>
public sealed record MaasFilesystem
{
    /// <summary>ext4, xfs, fat32, swap and so on.</summary>
    public string Fstype { get => field ?? ""; init; }

    /// <summary>Its UUID.</summary>
    public string Uuid { get => field ?? ""; init; }

    /// <summary>Its label.</summary>
    public string Label { get => field ?? ""; init; }

    /// <summary>Where it is mounted; null for nowhere.</summary>
    public string? MountPoint { get; init; }

    /// <summary>How it is mounted.</summary>
    public string? MountOptions { get; init; }
}
