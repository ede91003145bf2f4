using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// A directory's listing: runs of a header (entries − 1, block of their inodes, inode number) and up to 256 entries of
/// 0 offset, 2 number's difference, 4 kind, 6 name's length − 1, 8 name.
/// </summary>
internal static class SquashDirectory
{
    private const string Structure = "squashfs directory";

    public static IEnumerable<(string Name, ulong Inode)> Read(SquashCursor cursor, SquashInode directory, long offset)
    {
        for (var left = directory.Length; left > 0;)
        {
            if (left < 12) throw new InvalidImageException(Structure, $"{left} bytes are left over", offset);
            var header = cursor.Take(12);
            left -= 12;
            var count = ((ReadOnlySpan<byte>)header).U32(0) + 1L;
            if (count > 256) throw new InvalidImageException(Structure, $"a run of {count} entries", offset);
            for (var i = 0; i < count; i++)
            {
                var (name, within) = ReadEntry(ref cursor, ref left, offset);
                yield return (name, (ulong)((ReadOnlySpan<byte>)header).U32(4) << 16 | within);
            }
        }
    }

    private static (string Name, ushort Within) ReadEntry(ref SquashCursor cursor, ref long left, long offset)
    {
        ReadOnlySpan<byte> entry = cursor.Take(8);
        var length = entry.U16(6) + 1;
        left -= 8 + length;
        if (left < 0 || length > 256) throw new InvalidImageException(Structure, "an entry runs over its end", offset);
        return (FileName.Checked(FileName.Decode(cursor.Take(length)), Structure, offset), entry.U16(0));
    }
}
