using System.Buffers;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// What the Rock Ridge fields (IEEE P1282) in a record's system use area say about a file. The fields are framed by SUSP
/// (IEEE P1281): two letters, length, version; CE says where they go on; ST ends them.
/// <code>
/// PX mode links uid gid [serial]   PN device   SL link's components   NM name   TF times   CL moved to   RE moved here
/// </code>
/// </summary>
internal sealed class RockRidge
{
    private const int MostContinuations = 64;
    private const int LongestText = 1 << 16;
    private const string Structure = "Rock Ridge field";

    private readonly ArrayBufferWriter<byte> _name = new();
    private readonly RockRidgeLink _link = new();

    public uint? Mode { get; private set; }

    public int Links { get; private set; } = 1;

    public uint UserId { get; private set; }

    public uint GroupId { get; private set; }

    public uint Serial { get; private set; }

    public DeviceNumber? Device { get; private set; }

    public DateTimeOffset? ModifiedAt { get; private set; }

    /// <summary>
    /// The block of the directory that this record stands in for, when directories are nested deeper than ISO 9660 allows.
    /// </summary>
    public uint? ChildBlock { get; private set; }

    /// <summary>Whether the record is the moved directory itself, which has another name elsewhere.</summary>
    public bool IsRelocated { get; private set; }

    /// <summary>The length of the content when it is compressed block by block (zisofs).</summary>
    public uint? UnpackedLength { get; private set; }

    public string? Name => _name.WrittenCount == 0 ? null : FileName.Decode(_name.WrittenSpan);

    public string? LinkTarget => _link.Target;

    /// <summary>
    /// The bytes to leave out before the fields of each record, if the root's own record says that there are fields at all.
    /// </summary>
    public static int? SkipOf(ReadOnlySpan<byte> rootSystemUse) =>
        rootSystemUse is [(byte)'S', (byte)'P', 7, 1, 0xBE, 0xEF, var skip, ..] ? skip : null;

    public static RockRidge Read(RandomAccessSource image, ReadOnlySpan<byte> systemUse, int blockSize, long offset)
    {
        var fields = new RockRidge();
        var area = systemUse;
        for (var continuations = 0; ; continuations++)
        {
            if (fields.ReadArea(area, offset) is not { } next) return fields;
            if (continuations == MostContinuations) throw new InvalidImageException("SUSP continuation", "the fields go on and on", offset);
            offset = (next.Block * blockSize) + next.Offset;
            if (next.Length > LongestText) throw new InvalidImageException("SUSP continuation", $"it is {next.Length} bytes long", offset);
            area = image.Read(offset, (int)next.Length, "SUSP continuation");
        }
    }

    private (long Block, long Offset, uint Length)? ReadArea(ReadOnlySpan<byte> area, long offset)
    {
        (long, long, uint)? continuation = null;
        while (area.Length >= 4)
        {
            int length = area[2];
            if (area[0] == 0) break; // padding
            if (length < 4 || length > area.Length) throw new InvalidImageException(Structure, $"its length is {length}", offset);
            var field = area[..length];
            var tag = (char)field[0] << 8 | field[1];
            if (tag == ('S' << 8 | 'T')) break;
            if (tag == ('C' << 8 | 'E')) continuation = (Both(field, 4, offset), Both(field, 12, offset), Both(field, 20, offset));
            else ReadField(tag, field, offset);
            area = area[length..];
        }

        return continuation;
    }

    private void ReadField(int tag, ReadOnlySpan<byte> field, long offset)
    {
        switch (tag)
        {
            case 'P' << 8 | 'X':
                Mode = Both(field, 4, offset);
                Links = (int)Math.Min(Both(field, 12, offset), int.MaxValue);
                UserId = Both(field, 20, offset);
                GroupId = Both(field, 28, offset);
                if (field.Length >= 44) Serial = Both(field, 36, offset);
                break;
            case 'P' << 8 | 'N':
                Device = DeviceOf(Both(field, 4, offset), Both(field, 12, offset));
                break;
            case 'N' << 8 | 'M':
                if (field.Length < 5) throw new InvalidImageException(Structure, "NM is too short", offset);
                if ((field[4] & 0x06) == 0) Append(_name, field[5..], offset);
                break;
            case 'S' << 8 | 'L':
                _link.Add(field, offset);
                break;
            case 'T' << 8 | 'F':
                ModifiedAt = ReadTime(field) ?? ModifiedAt;
                break;
            case 'C' << 8 | 'L':
                ChildBlock = Both(field, 4, offset);
                break;
            case 'R' << 8 | 'E':
                IsRelocated = true;
                break;
            case 'Z' << 8 | 'F':
                UnpackedLength = Both(field, 8, offset);
                break;
        }
    }

    /// <summary>Most writers put all of <c>dev_t</c> in the low half (glibc's makedev); some split it.</summary>
    private static DeviceNumber DeviceOf(uint high, uint low) => high != 0 && low < 256
        ? new DeviceNumber(high, low)
        : new DeviceNumber((low >> 8) & 0xFFF, (low & 0xFF) | ((low >> 12) & 0xFFF00));

    private static DateTimeOffset? ReadTime(ReadOnlySpan<byte> field)
    {
        if (field.Length < 5) return null;
        var (flags, isLong) = (field[4], (field[4] & 0x80) != 0);
        if ((flags & 0x02) == 0) return null;
        var size = isLong ? 17 : 7;
        var at = 5 + ((flags & 0x01) != 0 ? size : 0); // creation comes before modification
        if (at + size > field.Length) return null;
        return isLong ? IsoTime.ReadLong(field.Slice(at, size)) : IsoTime.ReadShort(field.Slice(at, size));
    }

    internal static void Append(ArrayBufferWriter<byte> text, ReadOnlySpan<byte> part, long offset)
    {
        if (text.WrittenCount + part.Length > LongestText)
            throw new InvalidImageException(Structure, "a name or link is absurdly long", offset);
        text.Write(part);
    }

    private static uint Both(ReadOnlySpan<byte> field, int at, long offset) =>
        at + 8 <= field.Length ? field.U32(at) : throw new InvalidImageException(Structure, "it is too short", offset);
}
