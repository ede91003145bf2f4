namespace Maas.Core.Storage;

/// <summary>A partition.</summary>
public sealed record DiskPartition
{
    /// <summary>Its id, unique among all nodes.</summary>
    public required long Id { get; init; }

    /// <summary>Its number in the partition table.</summary>
    public required int Number { get; init; }

    /// <summary>Its UUID in a GUID partition table.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Size in bytes, a multiple of 4 MiB.</summary>
    public required long Size { get; init; }

    /// <summary>Whether firmware may boot from it.</summary>
    public bool Bootable { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The file system on it; <see langword="null"/> for none.</summary>
    public FileSystem? FileSystem { get; init; }
}
