namespace Maas.Images.Formats.Partitions;

/// <summary>One partition of a disk.</summary>
public sealed record Partition
{
    /// <summary>The number it has in Linux (<c>sda2</c> is 2), from 1; it may leave gaps.</summary>
    public required int Number { get; init; }

    /// <summary>Where it begins, in bytes from the start of the disk.</summary>
    public required long Offset { get; init; }

    /// <summary>How long it is, in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>What it is for: <see cref="PartitionTypes"/> for GPT; an MBR code <c>0xNN</c> is the GUID <c>000000NN-0000-…</c>.</summary>
    public required Guid Type { get; init; }

    /// <summary>The MBR type code; <see langword="null"/> on a GPT.</summary>
    public byte? MbrType { get; init; }

    /// <summary>The partition's own GUID (<c>PARTUUID</c>); empty on an MBR.</summary>
    public Guid Id { get; init; }

    /// <summary>The GPT name, up to 36 characters; empty on an MBR.</summary>
    public string Name { get; init; } = "";

    /// <summary>The GPT attribute bits; 0 on an MBR.</summary>
    public ulong Attributes { get; init; }

    /// <summary>Whether a BIOS boots it: the MBR's active flag, or GPT's legacy-BIOS attribute.</summary>
    public bool IsActive { get; init; }

    /// <summary>The byte after the last.</summary>
    public long End => Offset + Length;
}
