using System.Buffers;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>The Rock Ridge fields of a record, each at most 255 bytes.</summary>
internal static class RockRidgeWriter
{
    private const int MostText = 240;

    public static List<byte[]> Fields(IsoNode node, DateTimeOffset defaultTime, bool withName)
    {
        var fields = new List<byte[]> { Attributes(node), Time(node, defaultTime) };
        if (withName) fields.AddRange(Names(FileName.Encode(node.Name)));
        if (node.Target is { } target) fields.AddRange(Links(target));
        if (node.Device is { } device) fields.Add(Device(device));
        return fields;
    }

    /// <summary>SUSP's mark in the root's own record: there are fields.</summary>
    public static byte[] Mark => [(byte)'S', (byte)'P', 7, 1, 0xBE, 0xEF, 0];

    /// <summary>Which fields those are.</summary>
    public static byte[] Extension
    {
        get
        {
            var id = "RRIP_1991A"u8;
            var about = "THE ROCK RIDGE INTERCHANGE PROTOCOL"u8;
            var source = "IEEE P1282"u8;
            return
            [
                (byte)'E',
                (byte)'R',
                (byte)(8 + id.Length + about.Length + source.Length),
                1,
                (byte)id.Length,
                (byte)about.Length,
                (byte)source.Length,
                1,
                .. id,
                .. about,
                .. source
            ];
        }
    }

    public static byte[] Continuation(uint block, int offset, int length)
    {
        var field = Field("CE"u8, 28);
        Both(field, 4, block);
        Both(field, 12, (uint)offset);
        Both(field, 20, (uint)length);
        return field;
    }

    /// <summary>A record that stands in for a directory moved elsewhere: which block that is.</summary>
    public static byte[] ChildLink(uint block) => BlockField("CL"u8, block);

    /// <summary>A moved directory's "..": the block of the directory it belongs in.</summary>
    public static byte[] ParentLink(uint block) => BlockField("PL"u8, block);

    /// <summary>The record of a moved directory, which is not to be shown where it is.</summary>
    public static byte[] Relocated => Field("RE"u8, 4);

    public static void Both(Span<byte> field, int at, uint value)
    {
        field.U32(at, value);
        field.U32Big(at + 4, value);
    }

    private static byte[] Attributes(IsoNode node)
    {
        var field = Field("PX"u8, 36);
        var mode = (uint)(node.Ownership.Mode
            ?? (UnixFileMode)(node.Kind switch { FileKind.Directory => 0x1ED, FileKind.SymbolicLink => 0x1FF, _ => 0x1A4 }));
        Both(field, 4, mode | UnixMode.Of(node.Kind));
        Both(field, 12, (uint)node.Links);
        Both(field, 20, node.Ownership.UserId ?? 0);
        Both(field, 28, node.Ownership.GroupId ?? 0);
        return field;
    }

    /// <summary>All of <c>dev_t</c> in the low half, as glibc makes it and Linux takes it.</summary>
    private static byte[] Device(DeviceNumber device)
    {
        var field = Field("PN"u8, 20);
        Both(field, 12, ((device.Minor & ~0xFFu) << 12) | (device.Major << 8) | (device.Minor & 0xFF));
        return field;
    }

    private static byte[] BlockField(ReadOnlySpan<byte> tag, uint block)
    {
        var field = Field(tag, 12);
        Both(field, 4, block);
        return field;
    }

    private static byte[] Time(IsoNode node, DateTimeOffset defaultTime)
    {
        var field = Field("TF"u8, 12);
        field[4] = 0x02;
        IsoTime.WriteShort(field.AsSpan(5), node.Ownership.ModifiedAt ?? defaultTime);
        return field;
    }

    private static IEnumerable<byte[]> Names(byte[] name)
    {
        for (var at = 0; at < name.Length; at += MostText)
        {
            var part = name[at..Math.Min(name.Length, at + MostText)];
            yield return [(byte)'N', (byte)'M', (byte)(5 + part.Length), 1, (byte)(at + MostText < name.Length ? 1 : 0), .. part];
        }
    }

    private static List<byte[]> Links(string target)
    {
        var fields = new List<byte[]>();
        var components = new ArrayBufferWriter<byte>();
        if (target.StartsWith('/')) components.Write<byte>([0x08, 0]);
        foreach (var name in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var text = name is "." or ".." ? [] : FileName.Encode(name);
            var flags = (byte)(name == "." ? 0x02 : name == ".." ? 0x04 : 0);
            // A name that is longer than a field has room for goes on in the next one's first component.
            for (; text.Length > MostText; text = text[MostText..]) AddComponent(0x01, text[..MostText]);
            AddComponent(flags, text);
        }

        fields.Add(Link(components.WrittenSpan, goesOn: 0));
        if (fields.Sum(field => field.Length) > 1600)
            throw new PathTooLongException($"A link points to {FileName.Printable(target)}, which is longer than an ISO can say.");
        return fields;

        void AddComponent(byte flags, byte[] text)
        {
            if (components.WrittenCount + 2 + text.Length > MostText + 2)
            {
                fields.Add(Link(components.WrittenSpan, goesOn: 1));
                components = new ArrayBufferWriter<byte>();
            }

            components.Write<byte>([flags, (byte)text.Length, .. text]);
        }
    }

    private static byte[] Link(ReadOnlySpan<byte> components, byte goesOn) =>
        [(byte)'S', (byte)'L', (byte)(5 + components.Length), 1, goesOn, .. components];

    private static byte[] Field(ReadOnlySpan<byte> tag, int length)
    {
        var field = new byte[length];
        tag.CopyTo(field);
        (field[2], field[3]) = ((byte)length, 1);
        return field;
    }
}
