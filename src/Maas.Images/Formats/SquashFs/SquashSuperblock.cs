using System.Numerics;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// The superblock (Linux' fs/squashfs/squashfs_fs.h), little-endian.
/// <code>
///  0 "hsqs"  4 inodes  8 time  12 block size  16 fragments  20 compression  22 log2(block)  24 flags  26 ids  28 version 4.0
/// 32 root inode  40 bytes used  48 ids  56 attributes  64 inodes  72 directories  80 fragments  88 exports
/// </code>
/// A reference to an inode is the position of its metadata block within the table, times 65536, plus the offset inside.
/// </summary>
internal sealed record SquashSuperblock
{
    public const int Size = 96;
    public const ulong None = ulong.MaxValue;

    private const string Structure = "squashfs superblock";

    public required uint InodeCount { get; init; }

    public required int BlockSize { get; init; }

    public required uint FragmentCount { get; init; }

    public required SquashCompression Compression { get; init; }

    public required int IdCount { get; init; }

    public required ulong RootInode { get; init; }

    public required long IdTable { get; init; }

    public required long AttributeTable { get; init; }

    public required long InodeTable { get; init; }

    public required long DirectoryTable { get; init; }

    public required long FragmentTable { get; init; }

    public static bool Matches(RandomAccessSource image)
    {
        Span<byte> start = stackalloc byte[4];
        return image.Read(0, start) == 4 && start.SequenceEqual("hsqs"u8);
    }

    public static SquashSuperblock Read(RandomAccessSource image)
    {
        ReadOnlySpan<byte> s = image.Read(0, Size, Structure);
        if (s.U16(28) != 4 || s.U16(30) != 0)
            throw new InvalidImageException(Structure, $"version {s.U16(28)}.{s.U16(30)} is not read here", 28);
        var blockSize = s.U32(12);
        if (blockSize is < 4096 or > (1 << 20) || !BitOperations.IsPow2(blockSize) || BitOperations.Log2(blockSize) != s.U16(22))
            throw new InvalidImageException(Structure, $"blocks of {blockSize} bytes", 12);
        var compression = (SquashCompression)s.U16(20);
        if (compression is not (SquashCompression.Gzip or SquashCompression.Lzo or SquashCompression.Xz or SquashCompression.Lz4
            or SquashCompression.Zstandard))
            throw new InvalidImageException(Structure, $"compression {compression} is not read here", 20);
        return new SquashSuperblock
        {
            InodeCount = s.U32(0 + 4),
            BlockSize = (int)blockSize,
            FragmentCount = s.U32(16),
            Compression = compression,
            IdCount = s.U16(26),
            RootInode = s.U64(32),
            IdTable = Position(s, 48, image),
            AttributeTable = Position(s, 56, image),
            InodeTable = Position(s, 64, image),
            DirectoryTable = Position(s, 72, image),
            FragmentTable = Position(s, 80, image),
        };
    }

    /// <summary>A table's position; −1 for a table that is not there.</summary>
    private static long Position(ReadOnlySpan<byte> s, int at, RandomAccessSource image)
    {
        var position = s.U64(at);
        if (position == None) return -1;
        return position < (ulong)image.Length
            ? (long)position
            : throw new InvalidImageException(Structure, $"a table is said to be at {position}", at);
    }
}
