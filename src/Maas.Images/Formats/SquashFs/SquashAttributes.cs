using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// Extended attributes. The table's head is 0 position of the pairs, 8 count, then positions of blocks of entries
/// 0 reference, 8 pairs, 12 bytes. A pair is kind:16, name, value's length:32, value; kind + 256 means the value is a reference.
/// </summary>
internal sealed class SquashAttributes
{
    private const int MostPairs = 4096;
    private const int MostValue = 64 << 10;
    private const string Structure = "squashfs attributes";

    private static readonly string[] Prefixes = ["user.", "trusted.", "security."];

    private readonly SquashMetadata _metadata;
    private readonly SquashTable _entries;
    private readonly long _pairs;

    public SquashAttributes(RandomAccessSource image, SquashMetadata metadata, long table)
    {
        ReadOnlySpan<byte> head = image.Read(table, 16, Structure);
        _metadata = metadata;
        _pairs = (long)head.U64(0);
        if (_pairs < 0 || _pairs >= image.Length) throw new InvalidImageException(Structure, $"they are said to be at {_pairs}", table);
        _entries = new SquashTable(image, metadata, table + 16, head.U32(8), 16, Structure);
    }

    public Dictionary<string, ReadOnlyMemory<byte>> Read(uint index)
    {
        var found = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        if (index == SquashInode.NoAttributes) return found;
        var entry = _entries.Entry(index);
        if (entry.U32(8) > MostPairs) throw new InvalidImageException(Structure, $"{entry.U32(8)} on one file", _pairs);
        var cursor = At(entry.U64(0));
        for (var i = 0; i < entry.U32(8); i++)
        {
            ReadOnlySpan<byte> head = cursor.Take(4);
            var name = FileName.Decode(cursor.Take(head.U16(2)));
            var value = Value(ref cursor);
            if ((head.U16(0) & 0x100) != 0)
            {
                if (value.Length != 8) throw new InvalidImageException(Structure, $"a reference of {value.Length} bytes", _pairs);
                var elsewhere = At(((ReadOnlySpan<byte>)value).U64(0));
                value = Value(ref elsewhere);
            }

            if ((head.U16(0) & 0xFF) < Prefixes.Length) found.TryAdd(Prefixes[head.U16(0) & 0xFF] + name, value);
        }

        return found;
    }

    private SquashCursor At(ulong reference) => _metadata.At(_pairs, reference);

    private byte[] Value(ref SquashCursor cursor)
    {
        var length = ((ReadOnlySpan<byte>)cursor.Take(4)).U32(0);
        return length <= MostValue
            ? cursor.Take((int)length)
            : throw new InvalidImageException(Structure, $"a value of {length} bytes", _pairs);
    }
}
