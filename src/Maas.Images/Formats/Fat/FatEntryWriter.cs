using System.Buffers;
using System.Text;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Fat;

/// <summary>
/// Makes directory entries (layout: see <see cref="FatDirectory"/>): a long name's parts, last part first, then the short one.
/// </summary>
internal static class FatEntryWriter
{
    public const byte ReadOnly = 0x01;
    public const byte VolumeLabel = 0x08;
    public const byte Directory = 0x10;
    public const byte Archive = 0x20;

    private static readonly SearchValues<char> NotInLabels = SearchValues.Create("\"*+,./:;<=>?[\\]|");

    private const int Size = FatDirectory.EntrySize;
    private const int UnitsAPart = 13;

    /// <summary>How many entries a name takes, its short one among them.</summary>
    public static int CountFor(string name) => FatShortName.IsShort(name) ? 1 : 1 + ((name.Length + UnitsAPart - 1) / UnitsAPart);

    /// <summary>All entries of a name.</summary>
    public static byte[] Entries(
        string name,
        ReadOnlySpan<byte> shortName,
        byte attributes,
        uint cluster,
        uint length,
        DateTimeOffset modifiedAt)
    {
        var parts = CountFor(name) - 1;
        var bytes = new byte[(parts + 1) * Size];
        for (var i = 0; i < parts; i++) LongPart(name, parts - i, i == 0, FatName.Checksum(shortName)).CopyTo(bytes.AsSpan(i * Size));
        Short(shortName, attributes, cluster, length, modifiedAt).CopyTo(bytes.AsSpan(parts * Size));
        if (parts == 0) bytes[12] = FatShortName.CaseFlags(name) ?? 0;
        return bytes;
    }

    public static byte[] Short(ReadOnlySpan<byte> name, byte attributes, uint cluster, uint length, DateTimeOffset modifiedAt)
    {
        var bytes = new byte[Size];
        Span<byte> s = bytes;
        name.CopyTo(s);
        s[11] = attributes;
        SetContent(s, cluster, length, modifiedAt);
        var (date, time) = FatTime.Write(modifiedAt);
        s.U16(14, time); // of creation
        s.U16(16, date);
        return bytes;
    }

    /// <summary>What changes in a short entry when a file gets other content.</summary>
    public static void SetContent(Span<byte> entry, uint cluster, uint length, DateTimeOffset modifiedAt)
    {
        entry.U16(20, (ushort)(cluster >> 16));
        entry.U16(26, (ushort)cluster);
        entry.U32(28, length);
        SetTime(entry, modifiedAt);
    }

    public static void SetTime(Span<byte> entry, DateTimeOffset modifiedAt)
    {
        var (date, time) = FatTime.Write(modifiedAt);
        entry.U16(18, date); // of the last access
        entry.U16(22, time);
        entry.U16(24, date);
    }

    /// <summary>The two entries a directory begins with; the root's cluster is 0 to its children.</summary>
    public static byte[] DotEntries(uint cluster, uint parent, DateTimeOffset modifiedAt) =>
        [.. Short(".          "u8, Directory, cluster, 0, modifiedAt), .. Short("..         "u8, Directory, parent, 0, modifiedAt)];

    /// <summary>A volume label: up to 11 characters, in upper case as every system writes it.</summary>
    public static byte[] Label(string label)
    {
        var upper = label.ToUpperInvariant();
        if (upper.Length > 11 || upper.AsSpan().ContainsAnyExceptInRange(' ', '~') || upper.AsSpan().ContainsAny(NotInLabels))
            throw new ArgumentException($"{label} is no label for a FAT: up to 11 characters of ASCII.", nameof(label));
        return Encoding.ASCII.GetBytes(upper.PadRight(11));
    }

    private static byte[] LongPart(string name, int ordinal, bool last, byte checksum)
    {
        var bytes = new byte[Size];
        Span<byte> s = bytes;
        s[0] = (byte)(ordinal | (last ? 0x40 : 0));
        s[11] = 0x0F;
        s[13] = checksum;
        for (var i = 0; i < UnitsAPart; i++)
        {
            var at = ((ordinal - 1) * UnitsAPart) + i;
            var unit = at < name.Length ? name[at] : at == name.Length ? '\0' : '\uFFFF';
            s.U16(i < 5 ? 1 + (i * 2) : i < 11 ? 14 + ((i - 5) * 2) : 28 + ((i - 11) * 2), unit);
        }

        return bytes;
    }
}
