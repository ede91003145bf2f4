using System.Numerics;
using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// Makes a squashfs 4.0 file system of a tree: the root of a live system. Files of equal bytes are stored once, small files share blocks,
/// stretches of zeros take no room; hard links, devices, owners and extended attributes are kept. The same tree gives the same bytes,
/// however many threads pack it.
/// </summary>
/// <remarks>
/// Up to five blocks a thread, or of large blocks two, and the metadata (some tens of bytes a file) are in memory, whatever the size.
/// </remarks>
/// <example>
/// <code>
/// await using var output = File.Create("filesystem.squashfs");
/// await new SquashBuilder { Compression = SquashCompression.Zstandard }.WriteAsync(new FolderTree("root"), output);
/// </code>
/// </example>
public sealed class SquashBuilder
{
    private const int Padding = 4096;
    private const ushort StoreDuplicatesOnce = 0x40, Exportable = 0x80, NoAttributes = 0x200, HasOptions = 0x400;

    /// <summary>gzip, xz, lz4 or zstd. gzip unless set.</summary>
    public SquashCompression Compression { get; init; } = SquashCompression.Gzip;

    /// <summary>
    /// The compressor's own level: 1 to 9 for gzip (9 unless set), 1 to 22 for zstd (9), 0 or 3 to 12 for lz4 (0); xz has none.
    /// </summary>
    public int? Level { get; init; }

    /// <summary>Bytes a block: a power of two from 4096 to 1048576, 131072 unless set.</summary>
    public int BlockSize { get; init; } = 128 << 10;

    /// <summary>Blocks packed at once; as many as there are processors unless set.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The timestamp of the file system. 1980 unless set, so that it does not depend on the day.</summary>
    public DateTimeOffset CreatedAt { get; init; } = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Owner, group and time that every file gets instead of its own, where set: 0 and 0 make all of it root's. A mode is not heeded.
    /// </summary>
    public FileOwnership Ownership { get; init; } = new();

    /// <summary>Writes the file system.</summary>
    /// <param name="tree">What goes in, read by one thread at a time; twice where files of a block and more are of equal length.</param>
    /// <param name="output">Seekable and empty; written from its start.</param>
    /// <param name="cancellationToken">Ends it; what was written is of no use.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or the stream cannot seek.</exception>
    /// <exception cref="NotSupportedException">lzma and lzo are not written; there are more than 65535 owners.</exception>
    /// <exception cref="PathTooLongException">A name is longer than 256 bytes.</exception>
    public async Task WriteAsync(IFileTree tree, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(output);
        Check(output);
        using var packer = new SquashPacker(Compression, Level);
        using var attributes = new SquashAttributeWriter(packer);
        var all = new SquashTree(tree);
        output.SetLength(0);
        output.Write(new byte[SquashSuperblock.Size]);
        output.Write(packer.Options);

        using var blocks = new SquashBlockWriter(output, packer, BlockSize, Threads, cancellationToken);
        var data = new SquashDataWriter(tree, BlockSize, blocks);
        await Task.Run(() => data.Write(all, attributes), cancellationToken).ConfigureAwait(false);
        WriteTables(output, all, data, attributes, packer);
    }

    private void WriteTables(Stream output, SquashTree all, SquashDataWriter data, SquashAttributeWriter attributes, SquashPacker packer)
    {
        using var inodes = new SquashInodeWriter(packer, Ownership);
        inodes.WriteTree(all.Root, (uint)all.Inodes.Count);
        var super = new byte[SquashSuperblock.Size];
        Span<byte> s = super;
        s.U64(64, (ulong)output.Position);
        inodes.Inodes.CopyTo(output);
        s.U64(72, (ulong)output.Position);
        inodes.Listings.CopyTo(output);
        s.U64(
            80,
            data.FragmentCount == 0
                ? SquashSuperblock.None
                : (ulong)SquashMetadataWriter.WriteTable(output, packer, data.FragmentEntries()));
        s.U64(88, (ulong)SquashMetadataWriter.WriteTable(output, packer, Exports(all)));
        s.U64(48, (ulong)SquashMetadataWriter.WriteTable(output, packer, Ids(inodes.Ids)));
        s.U64(56, attributes.IsEmpty ? SquashSuperblock.None : (ulong)attributes.Write(output));

        "hsqs"u8.CopyTo(s);
        s.U32(4, (uint)all.Inodes.Count);
        s.U32(8, (uint)Math.Clamp(CreatedAt.ToUnixTimeSeconds(), 0, uint.MaxValue));
        s.U32(12, (uint)BlockSize);
        s.U32(16, (uint)data.FragmentCount);
        s.U16(20, (ushort)Compression);
        s.U16(22, (ushort)BitOperations.Log2((uint)BlockSize));
        s.U16(
            24,
            (ushort)(StoreDuplicatesOnce
                | Exportable
                | (attributes.IsEmpty ? NoAttributes : 0)
                | (packer.Options.Length > 0 ? HasOptions : 0)));
        s.U16(26, (ushort)inodes.Ids.Count);
        s.U16(28, 4);
        s.U64(32, all.Root.Identity.Reference ?? 0);
        s.U64(40, (ulong)output.Position);
        output.SetLength((output.Position + Padding - 1) / Padding * Padding); // loop devices want whole pages
        output.Position = 0;
        output.Write(super);
        output.Position = output.Length;
    }

    /// <summary>Where each inode is, by its number.</summary>
    private static byte[] Exports(SquashTree all)
    {
        var exports = new byte[all.Inodes.Count * 8];
        foreach (var (identity, _) in all.Inodes) exports.AsSpan().U64((int)(identity.Number - 1) * 8, identity.Reference ?? 0);
        return exports;
    }

    private static byte[] Ids(IReadOnlyList<uint> ids)
    {
        var bytes = new byte[ids.Count * 4];
        for (var i = 0; i < ids.Count; i++) bytes.AsSpan().U32(i * 4, ids[i]);
        return bytes;
    }

    private void Check(Stream output)
    {
        if (!output.CanSeek || !output.CanWrite) throw new ArgumentException("A squashfs is written to a seekable stream.", nameof(output));
        if (Compression is not (SquashCompression.Gzip or SquashCompression.Xz or SquashCompression.Lz4 or SquashCompression.Zstandard))
            throw new NotSupportedException($"{Compression} is not written here.");
        if (BlockSize is < 4096 or > 1 << 20 || !BitOperations.IsPow2(BlockSize))
            throw new ArgumentException($"Blocks of {BlockSize} bytes: a power of two from 4096 to 1048576 is needed.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        var (least, most) = Compression switch
        {
            SquashCompression.Gzip => (1, 9),
            SquashCompression.Lz4 => (0, 12),
            SquashCompression.Zstandard => (1, 22),
            _ => (int.MaxValue, 0)
        };
        if (Level is { } level && (level < least || level > most))
            throw new ArgumentException(least > most ? "xz has no level here." : $"Level {level}: {least} to {most} are possible.");
    }
}
