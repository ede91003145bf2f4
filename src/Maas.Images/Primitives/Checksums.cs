namespace Maas.Images.Primitives;

/// <summary>The CRCs that disk structures carry.</summary>
internal static class Checksums
{
    private static readonly uint[] Table = MakeTable();

    /// <summary>CRC-32 as in IEEE 802.3, which GPT uses (UEFI 2.10, 5.3.2).</summary>
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes) crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    /// <summary>CRC-32C without the final inversion and with a seed, as ext4 chains it.</summary>
    public static uint Crc32C(uint seed, ReadOnlySpan<byte> bytes) => Maas.Crc32C.Append(seed, bytes);

    /// <summary>CRC-32C with a field taken as zeros: how structures that hold their own checksum are summed.</summary>
    public static uint Crc32C(uint seed, ReadOnlySpan<byte> bytes, int zeroAt, int zeroLength)
    {
        Span<byte> zeros = stackalloc byte[zeroLength];
        zeros.Clear();
        var crc = Crc32C(seed, bytes[..zeroAt]);
        crc = Crc32C(crc, zeros);
        return Crc32C(crc, bytes[(zeroAt + zeroLength)..]);
    }

    /// <summary>CRC-16 (polynomial 8005, bits from the low end) without inversion, which ext4's older group checksums use.</summary>
    public static ushort Crc16(ushort seed, ReadOnlySpan<byte> bytes)
    {
        var crc = seed;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (ushort)((crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1);
        }

        return crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }

        return table;
    }
}
