using System.Buffers.Binary;

namespace Maas.Api.Machines;

/// <summary>
/// Writes .xz files (The .xz File Format 1.1.0) whose content is stored, not compressed: LZMA2 has chunks for that. What scripts print is
/// small, and each program that reads .xz reads this.
/// </summary>
internal static class XzFile
{
    private const int LongestChunk = 64 * 1024;
    private const int CheckSize = 4;

    private static readonly uint[] Table = MakeTable();

    /// <summary>A .xz file with one stream of one block.</summary>
    public static byte[] Store(ReadOnlySpan<byte> content)
    {
        using var file = new MemoryStream(content.Length + 1024);
        ReadOnlySpan<byte> flags = [0, 1]; // check: CRC-32

        // 2.1.1 Stream Header: magic, flags, CRC-32 of the flags
        file.Write([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]);
        file.Write(flags);
        WriteChecksum(file, flags);

        // 3.1 Block Header: size, flags, filter LZMA2 with one octet of properties (a dictionary of 1 MiB), padding, CRC-32
        ReadOnlySpan<byte> header = [2, 0, 0x21, 1, 0x10, 0, 0, 0];
        var start = file.Length;
        file.Write(header);
        WriteChecksum(file, header);
        WriteChunks(file, content);
        var unpadded = file.Length - start + CheckSize;
        Pad(file);
        WriteChecksum(file, content);

        // 4. Index: indicator, number of records, sizes without padding and without compression, padding, CRC-32
        using var index = new MemoryStream();
        index.WriteByte(0);
        WriteNumber(index, 1);
        WriteNumber(index, (ulong)unpadded);
        WriteNumber(index, (ulong)content.Length);
        Pad(index);
        file.Write(index.ToArray());
        WriteChecksum(file, index.ToArray());

        // 2.1.2 Stream Footer: CRC-32, backward size, flags, magic
        Span<byte> footer = stackalloc byte[6];
        BinaryPrimitives.WriteUInt32LittleEndian(footer, (uint)((index.Length + CheckSize) / 4) - 1);
        flags.CopyTo(footer[4..]);
        WriteChecksum(file, footer);
        file.Write(footer);
        file.Write("YZ"u8);
        return file.ToArray();
    }

    // Each chunk: 1 (it resets the dictionary) or 2, its length minus 1, the content. 0 ends them.
    private static void WriteChunks(MemoryStream file, ReadOnlySpan<byte> content)
    {
        Span<byte> length = stackalloc byte[2];
        for (var at = 0; at < content.Length; at += LongestChunk)
        {
            var chunk = content.Slice(at, Math.Min(LongestChunk, content.Length - at));
            file.WriteByte((byte)(at == 0 ? 1 : 2));
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(chunk.Length - 1));
            file.Write(length);
            file.Write(chunk);
        }

        file.WriteByte(0);
    }

    private static void Pad(MemoryStream stream)
    {
        while (stream.Length % 4 != 0) stream.WriteByte(0);
    }

    // 1.2 Multibyte integers: seven bits an octet, the lowest first
    private static void WriteNumber(MemoryStream stream, ulong number)
    {
        for (; number >= 0x80; number >>= 7) stream.WriteByte((byte)(number | 0x80));
        stream.WriteByte((byte)number);
    }

    private static void WriteChecksum(MemoryStream stream, ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var octet in content) crc = Table[(byte)(crc ^ octet)] ^ (crc >> 8);
        Span<byte> written = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(written, ~crc);
        stream.Write(written);
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint number = 0; number < table.Length; number++)
        {
            var value = number;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) == 1 ? (value >> 1) ^ 0xedb88320 : value >> 1;
            table[number] = value;
        }

        return table;
    }
}
