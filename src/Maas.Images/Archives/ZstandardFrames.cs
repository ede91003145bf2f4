using System.Buffers.Binary;

namespace Maas.Images.Archives;

/// <summary>
/// The Zstandard frames at the start of a stream, packed as they are, and nothing after them: so the decoder, which takes its
/// input in large pieces, takes no more than is its own. What follows is from RFC 8878 sections 3.1.1 and 3.1.2.
/// </summary>
/// <remarks>
/// <code>
/// frame: magic 28 B5 2F FD | descriptor | [window 1] | [dictionary id 0, 1, 2, 4] | [content size 0, 1, 2, 4, 8] | blocks | [checksum 4]
/// descriptor: bits 7-6 size of the content size | 5 one segment, so no window | 3 reserved | 2 checksum | 1-0 size of the dictionary id
/// block:      24 bits: 0 last | 1-2 kind (0 as it is, 1 one byte many times, 2 packed) | 3-23 size
/// skip:       magic 5x 2A 4D 18 | length 4 | data
/// </code>
/// </remarks>
internal sealed class ZstandardFrames(PeekedStream input) : ForwardStream
{
    private const uint Magic = 0xFD2FB528;
    private const int LargestHeader = 18;
    private const long LargestWindow = 128 << 20; // the decoder's own limit, and that of zstd without --long

    private long _left; // of what is handed out as it is, before the next header
    private bool _inFrame, _hasChecksum;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || (_left == 0 && !Next())) return 0;
        var read = input.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read;
    }

    // Returns false after the last frame; the decoder reports one that is cut short.
    private bool Next() => _inFrame ? NextBlock() : NextFrame();

    private bool NextFrame()
    {
        var head = input.Peek(LargestHeader);
        if (head.Length < 4) return false;
        switch (BinaryPrimitives.ReadUInt32LittleEndian(head))
        {
            case Magic when head.Length > 4:
                var descriptor = head[4];
                var oneSegment = (descriptor & 0x20) != 0;
                _hasChecksum = (descriptor & 4) != 0;
                if (!oneSegment && head.Length > 5) CheckWindow(head[5]);
                _left = 5 + (oneSegment ? 0 : 1) + SizeOf(descriptor & 3) + ((descriptor >> 6) switch
                {
                    0 => oneSegment ? 1 : 0,
                    var size => 1 << size
                });
                return _inFrame = true;
            case Magic:
                _left = head.Length;
                return true;
            default:
                if (SkippableFrame.LengthOf(head) is not { } skipped) return false;
                _left = skipped;
                return true;
        }
    }

    private void CheckWindow(byte window)
    {
        var size = 1L << (10 + (window >> 3));
        size += size / 8 * (window & 7);
        if (size > LargestWindow)
            throw new InvalidImageException("zstandard stream",
                $"its window is {size >> 20} MiB; at most {LargestWindow >> 20} MiB are supported here, so pack it again without --long",
                input.Consumed);
    }

    private bool NextBlock()
    {
        var head = input.Peek(3);
        if (head.Length < 3) return false;
        var header = head[0] | (head[1] << 8) | (head[2] << 16);
        var isLast = (header & 1) != 0;
        _left = 3 + ((header & 6) == 2 ? 1 : header >> 3) + (isLast && _hasChecksum ? 4 : 0);
        _inFrame = !isLast;
        return true;
    }

    private static int SizeOf(int flag) => flag == 3 ? 4 : flag;
}
