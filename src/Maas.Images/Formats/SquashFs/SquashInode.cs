using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// An inode: 0 kind, 2 permissions, 4 uid and 6 gid (indices), 8 time, 12 number, and then by kind:
/// <code>
/// 1 directory  block links size:16 offset:16 parent       8 links size block parent indexes:16 offset:16 attributes
/// 2 file       start fragment offset size, block sizes     9 start:64 size:64 holes:64 links fragment offset attributes, block sizes
/// 3 link       links length, target                       10 …, attributes     4 5 device  links number  11 12 …, attributes
/// 6 7 pipe, socket  links                                 13 14 …, attributes
/// </code>
/// </summary>
internal sealed record SquashInode
{
    public const uint NoFragment = uint.MaxValue;
    public const uint NoAttributes = uint.MaxValue;

    private const int MostBlocks = 4 << 20;
    private const int MostLink = 65536;

    public required FileKind Kind { get; init; }

    public required ushort Mode { get; init; }

    public required int UserIndex { get; init; }

    public required int GroupIndex { get; init; }

    public required uint Time { get; init; }

    public required uint Number { get; init; }

    public int Links { get; init; } = 1;

    /// <summary>A directory's place in the directory table.</summary>
    public (uint Block, int Offset) Listing { get; init; }

    /// <summary>A file's bytes, or those of a directory's listing.</summary>
    public long Length { get; init; }

    public long Start { get; init; }

    public uint Fragment { get; init; } = NoFragment;

    public uint FragmentOffset { get; init; }

    public uint[] BlockSizes { get; init; } = [];

    public string? LinkTarget { get; init; }

    public DeviceNumber? Device { get; init; }

    public uint Attributes { get; init; } = NoAttributes;

    public static SquashInode Read(SquashCursor cursor, int blockSize, long offset)
    {
        ReadOnlySpan<byte> head = cursor.Take(16);
        var kind = head.U16(0);
        var inode = new SquashInode
        {
            Kind = (kind > 7 ? kind - 7 : kind) switch
            {
                1 => FileKind.Directory,
                2 => FileKind.File,
                3 => FileKind.SymbolicLink,
                4 => FileKind.BlockDevice,
                5 => FileKind.CharacterDevice,
                6 => FileKind.Pipe,
                7 => FileKind.Socket,
                _ => throw Wrong($"kind {kind}", offset),
            },
            Mode = head.U16(2),
            UserIndex = head.U16(4),
            GroupIndex = head.U16(6),
            Time = head.U32(8),
            Number = head.U32(12),
        };
        return kind switch
        {
            1 => Directory(inode, cursor.Take(16)),
            8 => LongDirectory(inode, cursor.Take(24)),
            2 => File(inode, ref cursor, blockSize, offset),
            9 => LongFile(inode, ref cursor, blockSize, offset),
            3 or 10 => Link(inode, ref cursor, kind == 10, offset),
            4 or 5 => Node(inode, cursor.Take(8), hasDevice: true, hasAttributes: false),
            11 or 12 => Node(inode, cursor.Take(12), hasDevice: true, hasAttributes: true),
            6 or 7 => Node(inode, cursor.Take(4), hasDevice: false, hasAttributes: false),
            _ => Node(inode, cursor.Take(8), hasDevice: false, hasAttributes: true),
        };
    }

    private static SquashInode Directory(SquashInode inode, ReadOnlySpan<byte> s) => inode with
    {
        Listing = (s.U32(0), s.U16(10)),
        Links = (int)s.U32(4),
        Length = Math.Max(0, s.U16(8) - 3), // counts "." and ".." as 3 bytes that are not there
    };

    private static SquashInode LongDirectory(SquashInode inode, ReadOnlySpan<byte> s) => inode with
    {
        Links = (int)s.U32(0),
        Length = Math.Max(0, (long)s.U32(4) - 3),
        Listing = (s.U32(8), s.U16(18)),
        Attributes = s.U32(20),
    };

    private static SquashInode File(SquashInode inode, ref SquashCursor cursor, int blockSize, long offset)
    {
        ReadOnlySpan<byte> s = cursor.Take(16);
        var file = inode with { Start = s.U32(0), Fragment = s.U32(4), FragmentOffset = s.U32(8), Length = s.U32(12) };
        return file with { BlockSizes = ReadBlockSizes(file, ref cursor, blockSize, offset) };
    }

    private static SquashInode LongFile(SquashInode inode, ref SquashCursor cursor, int blockSize, long offset)
    {
        ReadOnlySpan<byte> s = cursor.Take(40);
        var file = inode with
        {
            Start = (long)s.U64(0),
            Length = (long)s.U64(8),
            Links = (int)s.U32(24),
            Fragment = s.U32(28),
            FragmentOffset = s.U32(32),
            Attributes = s.U32(36),
        };
        if (file.Length < 0 || file.Start < 0) throw Wrong("a negative length", offset);
        return file with { BlockSizes = ReadBlockSizes(file, ref cursor, blockSize, offset) };
    }

    private static uint[] ReadBlockSizes(SquashInode file, ref SquashCursor cursor, int blockSize, long offset)
    {
        var count = (file.Length / blockSize) + (file.Fragment == NoFragment && file.Length % blockSize != 0 ? 1 : 0);
        if (count > MostBlocks) throw Wrong($"a file of {file.Length} bytes", offset);
        var sizes = new List<uint>((int)Math.Min(count, 4096)); // a length that lies ends with the table, not with our memory
        while (sizes.Count < count)
        {
            ReadOnlySpan<byte> part = cursor.Take((int)Math.Min(count - sizes.Count, 1024) * 4);
            for (var i = 0; i < part.Length; i += 4) sizes.Add(part.U32(i));
        }

        return [.. sizes];
    }

    private static SquashInode Link(SquashInode inode, ref SquashCursor cursor, bool hasAttributes, long offset)
    {
        ReadOnlySpan<byte> s = cursor.Take(8);
        if (s.U32(4) > MostLink) throw Wrong($"a link of {s.U32(4)} bytes", offset);
        return inode with
        {
            Links = (int)s.U32(0),
            LinkTarget = FileName.Decode(cursor.Take((int)s.U32(4))),
            Attributes = hasAttributes ? ((ReadOnlySpan<byte>)cursor.Take(4)).U32(0) : NoAttributes,
        };
    }

    private static SquashInode Node(SquashInode inode, ReadOnlySpan<byte> s, bool hasDevice, bool hasAttributes) => inode with
    {
        Links = (int)s.U32(0),
        Device = hasDevice ? new DeviceNumber((s.U32(4) >> 8) & 0xFFF, (s.U32(4) & 0xFF) | ((s.U32(4) >> 12) & 0xFFF00)) : null,
        Attributes = hasAttributes ? s.U32(hasDevice ? 8 : 4) : NoAttributes,
    };

    private static InvalidImageException Wrong(string what, long offset) => new("squashfs inode", what, offset);
}
