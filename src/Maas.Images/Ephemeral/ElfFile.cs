using System.Buffers.Binary;
using System.Text;

namespace Maas.Images.Ephemeral;

/// <summary>
/// The few things needed from an ELF file (64 bit, little endian): which libraries it needs, and a kernel module's facts.
/// </summary>
internal sealed class ElfFile
{
    // ELF-64 Object File Format 1.5. File header: e_ident 16, type 2, machine 2, version 4, entry 8, phoff 8 @32, shoff 8 @40,
    // flags 4, ehsize 2, phentsize 2 @54, phnum 2 @56, shentsize 2 @58, shnum 2 @60, shstrndx 2 @62.
    private const string Structure = "ELF file";
    private const int SegmentLength = 56;
    private const int Load = 1, Dynamic = 2, Interpreter = 3;
    private const long Needed = 1, StringTable = 5;
    private readonly ReadOnlyMemory<byte> _bytes;

    public ElfFile(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        if (!IsElf(bytes.Span) || bytes.Length < 64) throw new InvalidImageException(Structure, "it is not 64-bit little-endian ELF", 0);
    }

    /// <summary>Whether the bytes are of an ELF file that can be read here.</summary>
    public static bool IsElf(ReadOnlySpan<byte> bytes) => bytes is [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, ..];

    /// <summary>The names in DT_NEEDED, and the dynamic loader's path (PT_INTERP) when it is a program.</summary>
    public (IReadOnlyList<string> Needed, string? Interpreter) ReadDynamic()
    {
        List<(int Type, long Offset, long Address, long Length)> segments = [];
        var (table, entry, count) = (Int64(32), Int16(54), Int16(56));
        if (count > 0 && entry < SegmentLength) throw new InvalidImageException(Structure, $"its program headers have {entry} bytes", 54);
        for (var i = 0; i < count; i++)
        {
            var at = table + ((long)i * entry);
            segments.Add(((int)Int32(at), Int64(at + 8), Int64(at + 16), Int64(at + 32)));
        }

        var interpreter = segments.Where(segment => segment.Type == Interpreter).Select(segment => Text(segment.Offset)).FirstOrDefault();
        List<long> names = [];
        var strings = -1L;
        // there is one at most; walking many would take for ever
        foreach (var (_, offset, _, length) in segments.Where(segment => segment.Type == Dynamic).Take(1))
        {
            for (var at = offset; at - offset <= length - 16; at += 16)
            {
                var tag = Int64(at);
                if (tag == 0) break;
                if (tag == Needed) names.Add(Int64(at + 8));
                if (tag == StringTable) strings = FileOffset(segments, Int64(at + 8));
                if (names.Count > 4096) throw new InvalidImageException(Structure, "it needs more than 4096 libraries", at);
            }
        }

        return ([.. names.Select(name => Text(strings + name))], interpreter);
    }

    /// <summary>The content of the section with that name; empty when there is none.</summary>
    public ReadOnlySpan<byte> ReadSection(ReadOnlySpan<byte> name)
    {
        var (table, entry, count, namesIndex) = (Int64(40), Int16(58), Int16(60), Int16(62));
        if (table == 0 || namesIndex >= count) return [];
        // Section header: name 4, type 4, flags 8, addr 8, offset 8 @24, size 8 @32.
        var names = Int64(table + ((long)namesIndex * entry) + 24);
        for (var i = 0; i < count; i++)
        {
            var at = table + ((long)i * entry);
            if (!Slice(names + Int32(at), Math.Min(name.Length, 64)).SequenceEqual(name)) continue;
            return Slice(Int64(at + 24), Int64(at + 32));
        }

        return [];
    }

    private static long FileOffset(List<(int Type, long Offset, long Address, long Length)> segments, long address)
    {
        foreach (var (type, offset, start, length) in segments)
        {
            if (type == Load && address >= start && address - start < length) return offset + (address - start);
        }

        throw new InvalidImageException(Structure, "its string table is in no segment");
    }

    private string Text(long offset)
    {
        var rest = Slice(offset, Math.Min(4096, _bytes.Length - Math.Clamp(offset, 0, _bytes.Length)));
        var end = rest.IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(rest[..end]) : throw new InvalidImageException(Structure, "a name does not end", offset);
    }

    private ReadOnlySpan<byte> Slice(long offset, long length) =>
        offset >= 0 && length >= 0 && offset <= _bytes.Length && length <= _bytes.Length - offset
            ? _bytes.Span.Slice((int)offset, (int)length)
            : throw new InvalidImageException(Structure, "a table points outside the file", offset);

    private int Int16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(offset, 2));

    private uint Int32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(offset, 4));

    private long Int64(long offset) => BinaryPrimitives.ReadInt64LittleEndian(Slice(offset, 8));
}
