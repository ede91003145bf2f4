using System.Buffers.Binary;
using Maas.Images.Formats.Vhd;
using Maas.Images.Primitives;

namespace Maas.Fuzz.Tests.Images;

/// <summary>Makes checksums right again after an image was changed.</summary>
internal static class Seals
{
    /// <summary>Both headers of a GUID partition table, and the entries they point to.</summary>
    public static void Gpt(SampleImage image)
    {
        foreach (var at in (ReadOnlySpan<int>)[512, image.Bytes.Length / 512 * 512 - 512])
        {
            if (at < 512 || at + 512 > image.Bytes.Length) continue;
            var header = image.Bytes.Span.Slice(at, 512).ToArray();
            var (entries, length) = (
                (long)header.AsReadOnly().U64(72) * 512, header.AsReadOnly().U32(80) * (ulong)header.AsReadOnly().U32(84));
            if (entries >= 0 && length <= 1 << 16 && entries < image.Bytes.Length - (int)length)
                header.AsSpan().U32(88, Checksums.Crc32(image.Bytes.Span.Slice((int)entries, (int)length)));
            header.AsSpan(16, 4).Clear();
            header.AsSpan().U32(16, Checksums.Crc32(header.AsSpan(0, (int)Math.Min(512, header.AsReadOnly().U32(12)))));
            image.Write(at, header);
        }
    }

    /// <summary>A VHD's footer, its copy and its dynamic header.</summary>
    public static void Vhd(SampleImage image)
    {
        Structure(0, 512, 64);
        Structure(512, 1024, 36);
        Structure(image.Bytes.Length - 512, 512, 64);

        void Structure(int at, int length, int checksumAt)
        {
            if (at < 0 || at + length > image.Bytes.Length || image.Bytes.Span[at] != (byte)'c') return;
            Span<byte> checksum = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(checksum, VhdChecksum.Of(image.Bytes.Span.Slice(at, length), checksumAt));
            image.Write(at + checksumAt, checksum);
        }
    }

    /// <summary>A VHDX's headers, region tables and the entries of its log, where that is in the samples.</summary>
    public static void Vhdx(SampleImage image)
    {
        Span<byte> checksum = stackalloc byte[4];
        foreach (var (at, length) in (ReadOnlySpan<(int, int)>)
        [
            (64 << 10, 4096), (128 << 10, 4096), (192 << 10, 64 << 10), (256 << 10, 64 << 10)
        ])
        {
            if (at + length > image.Bytes.Length) continue;
            checksum.U32(0, ~Checksums.Crc32C(uint.MaxValue, image.Bytes.Span.Slice(at, length), 4, 4));
            image.Write(at + 4, checksum);
        }

        for (var at = 1 << 20; at + 4096 <= Math.Min(2 << 20, image.Bytes.Length); at += 4096)
        {
            ReadOnlySpan<byte> entry = image.Bytes.Span[at..];
            if (!entry.StartsWith("loge"u8) || entry.U32(8) > entry.Length || entry.U32(8) < 64) continue;
            checksum.U32(0, ~Checksums.Crc32C(uint.MaxValue, entry[..(int)entry.U32(8)], 4, 4));
            image.Write(at + 4, checksum);
        }
    }

    /// <summary>The checksums of a tar archive's headers: of every block that says "ustar".</summary>
    public static void Tar(SampleImage image)
    {
        Span<byte> digits = stackalloc byte[8];
        for (var at = 0; at + 512 <= image.Bytes.Length; at += 512)
        {
            var header = image.Bytes.Span.Slice(at, 512);
            if (!header[257..].StartsWith("ustar"u8)) continue;
            var sum = 8 * ' ';
            for (var i = 0; i < header.Length; i++) sum += i is >= 148 and < 156 ? 0 : header[i];
            for (var i = 5; i >= 0; i--, sum >>= 3) digits[i] = (byte)('0' + (sum & 7));
            (digits[6], digits[7]) = (0, (byte)' ');
            image.Write(at + 148, digits);
        }
    }

    private static ReadOnlySpan<byte> AsReadOnly(this byte[] bytes) => bytes;
}
