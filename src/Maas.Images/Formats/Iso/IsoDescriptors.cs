using System.Text;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>Writes volume descriptors (ECMA-119, section 8) and the boot catalogue.</summary>
internal static class IsoDescriptors
{
    private const int Sector = IsoVolume.SectorSize;
    private const int LongestLabel = 32;

    /// <summary>The primary descriptor or, for a Joliet hierarchy, a supplementary one, whose texts are UCS-2.</summary>
    public static byte[] Volume(IsoHierarchy hierarchy, string label, DateTimeOffset createdAt, Guid identity, uint blocks,
        uint littleTable, uint bigTable)
    {
        if (label.Length > LongestLabel || !Ascii.IsValid(label))
            throw new ArgumentException("A label has at most 32 characters, all of them ASCII.", nameof(label));
        var sector = Descriptor((byte)(hierarchy.IsJoliet ? 2 : 1));
        Span<byte> s = sector;
        foreach (var (at, length) in (ReadOnlySpan<(int, int)>)
        [
            (8, 32), (40, 32), (190, 128), (318, 128), (446, 128), (574, 128), (702, 37), (739, 37), (776, 37)
        ]) Spaces(s.Slice(at, length), hierarchy.IsJoliet);
        if (hierarchy.IsJoliet) Encoding.BigEndianUnicode.GetBytes(label.AsSpan(0, Math.Min(label.Length, LongestLabel / 2)), s[40..]);
        else Encoding.ASCII.GetBytes(label, s[40..]);
        if (hierarchy.IsJoliet) "%/E"u8.CopyTo(s[88..]);
        RockRidgeWriter.Both(s, 80, blocks);
        BothShort(s, 120, 1);
        BothShort(s, 124, 1);
        BothShort(s, 128, Sector);
        RockRidgeWriter.Both(s, 132, (uint)hierarchy.PathTableLength);
        s.U32(140, littleTable);
        s.U32Big(148, bigTable);
        IsoDirectoryWriter.Record(hierarchy.Root.Block, (uint)hierarchy.Root.Length, createdAt, 0x02, [0], []).CopyTo(s[156..]);
        IsoTime.WriteLong(s[813..], createdAt);
        IsoTime.WriteIdentity(s[830..], identity); // the time of modification, which blkid and GRUB take for the UUID
        foreach (var at in (ReadOnlySpan<int>)[847, 864]) s.Slice(at, 16).Fill((byte)'0');
        s[881] = 1;
        return sector;
    }

    public static byte[] BootRecord(uint catalog)
    {
        var sector = Descriptor(0);
        "EL TORITO SPECIFICATION"u8.CopyTo(sector.AsSpan(7));
        sector.AsSpan().U32(71, catalog);
        return sector;
    }

    public static byte[] Terminator() => Descriptor(255);

    /// <summary>The catalogue: a validation entry, the default entry, and a section for each more (El Torito 1.0, section 2).</summary>
    public static byte[] BootCatalog(IReadOnlyList<IsoBootImage> images)
    {
        var catalog = new byte[Sector];
        Span<byte> s = catalog;
        (s[0], s[1], s[30], s[31]) = (1, (byte)images[0].Platform, 0x55, 0xAA);
        var sum = 0;
        for (var i = 0; i < 32; i += 2) sum += ((ReadOnlySpan<byte>)s).U16(i);
        s.U16(28, (ushort)-sum);
        BootEntry(s[32..], images[0]);
        for (var i = 1; i < images.Count; i++)
        {
            var section = s[(64 * i)..];
            (section[0], section[1]) = ((byte)(i == images.Count - 1 ? 0x91 : 0x90), (byte)images[i].Platform);
            section.U16(2, 1);
            BootEntry(section[32..], images[i]);
        }

        return catalog;
    }

    private static void BootEntry(Span<byte> entry, IsoBootImage image)
    {
        entry[0] = 0x88;
        entry.U16(6, (ushort)(image.LoadSectors == 0 ? Math.Min((image.Content.Length + 511) / 512, ushort.MaxValue) : image.LoadSectors));
        entry.U32(8, image.Content.Block);
    }

    private static byte[] Descriptor(byte type)
    {
        var sector = new byte[Sector];
        sector[0] = type;
        "CD001"u8.CopyTo(sector.AsSpan(1));
        sector[6] = 1;
        return sector;
    }

    private static void Spaces(Span<byte> text, bool isJoliet)
    {
        if (!isJoliet) text.Fill((byte)' ');
        else for (var at = 1; at < text.Length; at += 2) text[at] = (byte)' ';
    }

    private static void BothShort(Span<byte> s, int at, ushort value)
    {
        s.U16(at, value);
        s.U16Big(at + 2, value);
    }
}
