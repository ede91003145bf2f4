using System.Buffers.Binary;
using System.Numerics;

namespace Maas;

/// <summary>CRC-32C (Castagnoli; RFC 3720, appendix B.4), by the processor's instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>
    /// Continues a checksum. The initial value and the final inversion are the caller's: most formats begin with
    /// <see cref="uint.MaxValue"/> and invert the result, ext4 does neither.
    /// </summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
