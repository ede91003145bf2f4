namespace Maas.Images.Formats.SquashFs;

/// <summary>Where a file's bytes went; files with the same bytes share one.</summary>
internal sealed class SquashContent(long length)
{
    public static SquashContent Empty { get; } = new(0);

    public long Length => length;

    public long Start { get; set; }

    /// <summary>Packed lengths of the blocks, as the inode has them; filled in as they are written.</summary>
    public uint[] Sizes { get; init; } = [];

    public uint Fragment { get; set; } = SquashInode.NoFragment;

    public uint FragmentOffset { get; set; }

    /// <summary>Bytes in blocks of nothing but zeros.</summary>
    public long Sparse { get; set; }
}
