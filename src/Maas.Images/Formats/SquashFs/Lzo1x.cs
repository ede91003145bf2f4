namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// Unpacks a block of LZO1X, as every level of liblzo2's lzo1x writes it (Linux' Documentation/staging/lzo.rst, its version 0). An
/// instruction copies what came out before, from so far back, and then up to three bytes of the input, whose number is in its last two
/// bits. What 0000xxxx means depends on how many bytes of the input the one before copied.
/// <code>
/// first byte 18-255    copy (byte - 17) bytes of the input
/// 0000 LLLL            after none: copy 3 + L bytes of the input
/// 0000 DDSS  H         after 1 to 3: repeat 2 bytes from (H &lt;&lt; 2) + D + 1 back      after 4 and more: 3 bytes from 2048 further back
/// 0001 HLLL  D:14 S:2  repeat 2 + L bytes from 16384 + (H &lt;&lt; 14) + D back; 0 1 L=1 0: the end
/// 001L LLLL  D:14 S:2  repeat 2 + L bytes from D + 1 back
/// 01LD DDSS  H         repeat 3 + L bytes from (H &lt;&lt; 3) + D + 1 back
/// 1LLD DDSS  H         repeat 5 + L bytes from (H &lt;&lt; 3) + D + 1 back
/// </code>
/// An L of no bits set in the instruction goes on behind it: as many times 255 as there are zero bytes, the next byte, and the most that
/// L's own bits could say. D:14 S:2 is little-endian.
/// </summary>
internal ref struct Lzo1x
{
    private const int FirstLiterals = 17;
    private const int FarthestNear = 1 << 14;
    private const int BeyondShort = 1 << 11;
    private const int Many = 4;

    private readonly ReadOnlySpan<byte> _packed;
    private readonly Span<byte> _room;
    private int _at;
    private int _length;

    private Lzo1x(ReadOnlySpan<byte> packed, Span<byte> room)
    {
        _packed = packed;
        _room = room;
    }

    /// <returns>The bytes that came out.</returns>
    /// <exception cref="InvalidDataException">The block is damaged, goes on behind its end, or holds more than there is room
    /// for.</exception>
    public static int Decode(ReadOnlySpan<byte> packed, Span<byte> room) => new Lzo1x(packed, room).Decode();

    private int Decode()
    {
        var copied = 0;
        if (!_packed.IsEmpty && _packed[0] > FirstLiterals) copied = CopyInput(Next() - FirstLiterals);
        while (true)
        {
            var code = Next();
            if (code < 16 && copied == 0)
            {
                copied = CopyInput(3 + Length(code, 15));
                continue;
            }

            int length, back, tail;
            switch (code)
            {
                case < 16:
                    (length, back, tail) = (2, (code >> 2) + 1, code);
                    if (copied == Many) (length, back) = (3, back + BeyondShort);
                    back += Next() << 2;
                    break;
                case < 32:
                    length = 2 + Length(code & 7, 7);
                    tail = NextTwo();
                    back = FarthestNear + ((code & 8) << 11) + (tail >> 2);
                    if (back == FarthestNear) return End(length);
                    break;
                case < 64:
                    length = 2 + Length(code & 31, 31);
                    tail = NextTwo();
                    back = (tail >> 2) + 1;
                    break;
                default:
                    (length, tail) = ((code >> 5) + 1, code);
                    back = ((code >> 2) & 7) + 1 + (Next() << 3);
                    break;
            }

            Repeat(back, length);
            copied = CopyInput(tail & 3);
        }
    }

    private readonly int End(int length) =>
        length == 3 && _at == _packed.Length
            ? _length
            : throw new InvalidDataException("Something follows the end of the block, or the end is not one.");

    private byte Next() => _at < _packed.Length ? _packed[_at++] : throw new InvalidDataException("The block is cut short.");

    private int NextTwo() => Next() | (Next() << 8);

    private int Length(int bits, int most)
    {
        if (bits != 0) return bits;
        var length = most;
        int more;
        while ((more = Next()) == 0)
        {
            length += 255;
            CheckRoom(length);
        }

        return length + more;
    }

    /// <returns>How many that were, or that they were many.</returns>
    private int CopyInput(int count)
    {
        CheckRoom(count);
        if (count > _packed.Length - _at) throw new InvalidDataException("The block is cut short.");
        _packed.Slice(_at, count).CopyTo(_room[_length..]);
        _at += count;
        _length += count;
        return Math.Min(count, Many);
    }

    private void Repeat(int back, int count)
    {
        CheckRoom(count);
        if (back > _length) throw new InvalidDataException($"The block repeats bytes {back} bytes back after {_length}.");
        if (back >= count)
        {
            _room.Slice(_length - back, count).CopyTo(_room[_length..]);
            _length += count;
            return;
        }

        // What is repeated may be what is being written.
        for (var end = _length + count; _length < end; _length++) _room[_length] = _room[_length - back];
    }

    private readonly void CheckRoom(int count)
    {
        if (count > _room.Length - _length) throw new InvalidDataException($"The block holds more than {_room.Length} bytes.");
    }
}
