using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso.Patching;

/// <summary>A copy of a directory record of an ISO, to be changed.</summary>
/// <param name="Name">What readers show.</param>
/// <param name="Bytes">The record.</param>
/// <param name="MovedTo">The block of the directory it stands in for, when that was moved because it is nested too deep.</param>
internal sealed record PatchRecord(string Name, byte[] Bytes, uint? MovedTo)
{
    public uint Block => Span.U32(2);

    public uint Size => Span.U32(10);

    public bool IsDirectory => (Bytes[25] & 0x02) != 0;

    public bool GoesOn => (Bytes[25] & 0x80) != 0;

    /// <summary>"." or "..".</summary>
    public bool IsDotName => Bytes[32] == 1 && Bytes[33] <= 1;

    public ReadOnlySpan<byte> Identifier => Span.Slice(33, Bytes[32]);

    private ReadOnlySpan<byte> Span => Bytes;

    /// <summary>The same record for other bytes: one extent, not compressed.</summary>
    public PatchRecord PointingTo(uint block, uint size, int? skip)
    {
        var bytes = Bytes.ToArray();
        Span<byte> s = bytes;
        s[1] = 0;
        s[25] &= 0x7F;
        RockRidgeWriter.Both(s, 2, block);
        RockRidgeWriter.Both(s, 10, size);
        if (skip is { } from) BlankCompression(s[Math.Min(s.Length, 33 + s[32] + (s[32] % 2 == 0 ? 1 : 0) + from)..]);
        return this with { Bytes = bytes };
    }

    /// <summary>zisofs' field becomes padding (SUSP, 5.2).</summary>
    private static void BlankCompression(Span<byte> fields)
    {
        for (; fields.Length >= 4 && fields[2] >= 4 && fields[2] <= fields.Length; fields = fields[fields[2]..])
            if (fields[0] == 'Z' && fields[1] == 'F') "PD"u8.CopyTo(fields);
    }
}
