using System.Buffers.Binary;

namespace Maas.Images.Archives;

/// <summary>
/// A frame without content that Zstandard and LZ4 have in common (RFC 8878 section 3.1.2, lz4_Frame_format.md). pzstd writes one in front
/// of each of its frames.
/// <code>
/// magic 5x 2A 4D 18 | length 4 | data
/// </code>
/// </summary>
internal static class SkippableFrame
{
    public const int HeaderLength = 8;

    private const uint Magic = 0x184D2A50, Mask = 0xFFFFFFF0;

    /// <summary>Whether one begins here, of which four bytes are enough.</summary>
    public static bool Begins(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && (BinaryPrimitives.ReadUInt32LittleEndian(head) & Mask) == Magic;

    /// <summary>All bytes of the frame that begins here; <see langword="null"/> where none begins.</summary>
    public static long? LengthOf(ReadOnlySpan<byte> head) =>
        head.Length >= HeaderLength && Begins(head)
            ? HeaderLength + (long)BinaryPrimitives.ReadUInt32LittleEndian(head[4..])
            : null;
}
