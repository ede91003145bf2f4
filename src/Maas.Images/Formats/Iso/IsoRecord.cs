using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// A directory record (ECMA-119, section 9.1); numbers are there in both byte orders.
/// <code>
/// 0 length  1 blocks of extended attributes  2 extent's block  10 bytes  18 date  25 flags
/// 26 interleave unit  27 gap  32 length of the name  33 name (00 itself, 01 its parent)  then the system use area
/// flags: 02 directory  04 associated  80 goes on in the next record
/// </code>
/// </summary>
internal readonly ref struct IsoRecord
{
    private const string Structure = "ISO directory record";

    private readonly ReadOnlySpan<byte> _bytes;

    private IsoRecord(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The record at the start of <paramref name="rest"/>, which is the rest of its sector.</summary>
    public static IsoRecord At(ReadOnlySpan<byte> rest, long offset)
    {
        int length = rest[0];
        if (length < 34 || length > rest.Length || 33 + rest[32] > length)
            throw new InvalidImageException(Structure, $"its length is {length}", offset);
        if ((rest[26] | rest[27]) != 0) throw new InvalidImageException(Structure, "interleaved files are not read here", offset);
        return new IsoRecord(rest[..length]);
    }

    public int Length => _bytes.Length;

    public uint Block => _bytes.U32(2) + _bytes[1];

    public uint Size => _bytes.U32(10);

    public DateTimeOffset Time => IsoTime.ReadShort(_bytes.Slice(18, 7));

    public bool IsDirectory => (_bytes[25] & 0x02) != 0;

    public bool IsAssociated => (_bytes[25] & 0x04) != 0;

    public bool GoesOn => (_bytes[25] & 0x80) != 0;

    public ReadOnlySpan<byte> Name => _bytes.Slice(33, _bytes[32]);

    public bool IsSelf => Name is [0];

    public bool IsParent => Name is [1];

    public ReadOnlySpan<byte> SystemUse
    {
        get
        {
            var start = 33 + _bytes[32] + (_bytes[32] % 2 == 0 ? 1 : 0);
            return start < _bytes.Length ? _bytes[start..] : [];
        }
    }
}
