namespace Maas.Core.Storage;

/// <summary>A partition to create.</summary>
public sealed record PartitionRequest
{
    /// <summary>Its size, in bytes or with a decimal suffix (<c>10G</c>); <see langword="null"/> for all the space that is left.</summary>
    public string? Size { get; init; }

    /// <summary>Its UUID; <see langword="null"/> for a random one.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>Whether firmware may boot from it.</summary>
    public bool Bootable { get; init; }
}
