namespace Maas.Core.Storage;

/// <summary>A partition with its place.</summary>
/// <param name="Number">Its number in the table.</param>
/// <param name="Start">Where it begins, in MiB.</param>
/// <param name="Size">In MiB; <see langword="null"/> for the rest of the device.</param>
/// <param name="Type">GPT's type GUID, or MBR's type in hexadecimal.</param>
/// <param name="Uuid">Its UUID in a GUID partition table; <see langword="null"/> for none.</param>
/// <param name="IsActive">Whether it has MBR's active flag.</param>
public sealed record PlacedPartition(int Number, long Start, long? Size, string Type, Guid? Uuid, bool IsActive)
{
    /// <summary>What it is for.</summary>
    public PartitionPurpose Purpose { get; init; }
}
