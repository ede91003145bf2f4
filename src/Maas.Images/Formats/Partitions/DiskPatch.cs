namespace Maas.Images.Formats.Partitions;

/// <summary>Bytes that belong at a place of a disk.</summary>
/// <param name="Offset">Bytes from the start of the disk.</param>
/// <param name="Bytes">What belongs there.</param>
public readonly record struct DiskPatch(long Offset, ReadOnlyMemory<byte> Bytes);
