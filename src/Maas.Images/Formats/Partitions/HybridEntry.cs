namespace Maas.Images.Formats.Partitions;

/// <summary>A partition of a GPT that the MBR in front of it shows too, for firmware that knows no GPT.</summary>
/// <param name="Number">The partition's number in the GPT.</param>
/// <param name="MbrType">The type code it has in the MBR.</param>
/// <param name="IsActive">Whether the MBR's active flag is set.</param>
public sealed record HybridEntry(int Number, byte MbrType, bool IsActive = false);
