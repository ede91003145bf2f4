namespace Maas.Client.Storage;

/// <summary>A partition.</summary>
public sealed record MaasPartition
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The machine.</summary>
    public string SystemId { get => field ?? ""; init; }

    /// <summary>The disk.</summary>
    public long DeviceId { get; init; }

    /// <summary>partition.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>Its path in the installed system.</summary>
    public string Path { get => field ?? ""; init; }

    /// <summary>Its UUID.</summary>
    public string? Uuid { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Whether it is marked as bootable.</summary>
    public bool Bootable { get; init; }

    /// <summary>What it is used for, as text.</summary>
    public string UsedFor { get => field ?? ""; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    /// <summary>Its file system; null for none.</summary>
    public MaasFilesystem? Filesystem { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
