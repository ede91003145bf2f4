using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// The boot information table that isolinux and GRUB find in their own first bytes (mkisofs' <c>-boot-info-table</c>):
/// <code>8 block of the primary volume descriptor 12 the loader's own block 16 its length 20 sum of its words from byte 64 on 24-63
/// zeros</code>
/// </summary>
internal static class BootInfoTable
{
    public const int End = 64;

    public static void Write(Span<byte> loader, uint block)
    {
        var table = loader[..End];
        table[8..].Clear();
        table.U32(8, IsoVolume.First);
        table.U32(12, block);
        table.U32(16, (uint)loader.Length);
        table.U32(20, Sum(loader));
    }

    /// <summary>Whether a loader at <paramref name="block"/> that begins with <paramref name="head"/> has the table.</summary>
    public static bool IsIn(ReadOnlySpan<byte> head, uint block) =>
        head.Length >= End && head.U32(8) == IsoVolume.First && head.U32(12) == block;

    /// <summary>
    /// GRUB's core, made with xorriso's <c>--grub2-boot-info</c>, has at 2548 the sector of itself that is behind its first 2 KiB and 512
    /// bytes.
    /// </summary>
    public static void MoveGrub(Span<byte> loader, uint from, uint to)
    {
        const int place = 2548, behind = 5, sectors = 4;
        if (loader.Length >= place + 8 && ((ReadOnlySpan<byte>)loader).U64(place) == ((ulong)from * sectors) + behind)
            loader.U64(place, ((ulong)to * sectors) + behind);
    }

    private static uint Sum(ReadOnlySpan<byte> loader)
    {
        uint sum = 0;
        Span<byte> word = stackalloc byte[4];
        for (var at = End; at < loader.Length; at += 4)
        {
            word.Clear();
            loader[at..Math.Min(loader.Length, at + 4)].CopyTo(word);
            sum += ((ReadOnlySpan<byte>)word).U32(0);
        }

        return sum;
    }
}
