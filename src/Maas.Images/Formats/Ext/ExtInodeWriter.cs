using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>Writes inodes, and makes the fields of new ones.</summary>
internal sealed class ExtInodeWriter(ExtVolume volume, TimeProvider timeProvider)
{
    private const int UsualExtraSize = 32;
    private const long MostEpochs = (1L << 34) - (1L << 31) - 1;

    private readonly ExtInodes _inodes = new(volume.Blocks, volume.Super, volume.InodeTable);

    private ExtSuperblock Super => volume.Super;

    public ExtInode Read(uint number) => _inodes.Read(number);

    /// <summary>Writes an inode with the checksum that its fields have.</summary>
    public void Write(ExtInode inode)
    {
        if (Super.HasChecksums)
        {
            var sum = inode.Checksum(Super);
            inode.Raw.AsSpan().U16(124, (ushort)sum);
            if (inode.ExtraSize >= 4) inode.Raw.AsSpan().U16(130, (ushort)(sum >> 16));
        }

        volume.Blocks.Write(_inodes.OffsetOf(inode.Number), inode.Raw);
    }

    public void Clear(uint number) => volume.Blocks.Write(_inodes.OffsetOf(number), new byte[Super.InodeSize]);

    /// <summary>A new inode with no content: kind, owner, times, one link.</summary>
    public ExtInode Make(uint number, FileKind kind, FileOwnership? ownership)
    {
        var inode = new ExtInode(number, new byte[Super.InodeSize]);
        var raw = inode.Raw.AsSpan();
        if (Super.InodeSize > 128) raw.U16(128, (ushort)Math.Min(Super.InodeSize - 128, UsualExtraSize));
        raw.U16(
            0, (ushort)(UnixMode.Of(kind) | kind switch { FileKind.Directory => 0x1EDu, FileKind.SymbolicLink => 0x1FFu, _ => 0x1A4u }));
        raw.U16(26, 1);
        var now = ownership?.ModifiedAt ?? timeProvider.GetUtcNow();
        foreach (var (at, extra) in (ReadOnlySpan<(int, int)>)[(8, 140), (12, 132), (16, 136), (144, 148)]) SetTime(inode, at, extra, now);
        if (ownership is not null) Apply(inode, ownership);
        return inode;
    }

    /// <summary>Sets what is said of mode, owner and time, and the time of change.</summary>
    public void SetOwnership(ExtInode inode, FileOwnership ownership)
    {
        Apply(inode, ownership);
        SetTime(inode, 12, 132, timeProvider.GetUtcNow());
    }

    /// <summary>The content was changed: its time, and that of change.</summary>
    public void Touch(ExtInode inode, DateTimeOffset? time = null)
    {
        SetTime(inode, 16, 136, time ?? timeProvider.GetUtcNow());
        SetTime(inode, 12, 132, timeProvider.GetUtcNow());
    }

    public static void SetLength(ExtInode inode, long length)
    {
        inode.Raw.AsSpan().U32(4, (uint)length);
        inode.Raw.AsSpan().U32(108, (uint)(length >> 32));
    }

    public static void SetLinks(ExtInode inode, int links) => inode.Raw.AsSpan().U16(26, (ushort)links);

    public static void SetFlag(ExtInode inode, uint flag, bool on) =>
        inode.Raw.AsSpan().U32(32, on ? inode.Flags | flag : inode.Flags & ~flag);

    public static void SetAttributesBlock(ExtInode inode, long block)
    {
        inode.Raw.AsSpan().U32(104, (uint)block);
        inode.Raw.AsSpan().U16(118, (ushort)(block >> 32));
    }

    /// <summary>Counts the blocks an inode has, in sectors of 512 bytes.</summary>
    public void SetBlocks(ExtInode inode, long blocks)
    {
        var sectors = blocks * (Super.BlockSize / 512);
        if (sectors >> 32 != 0 && !Super.Has(ExtReadOnlyCompat.HugeFile))
            throw new IOException("The file would be larger than the file system can count.");
        inode.Raw.AsSpan().U32(28, (uint)sectors);
        inode.Raw.AsSpan().U16(116, (ushort)(sectors >> 32));
        SetFlag(inode, ExtInode.CountsBlocks, on: false);
    }

    public static void SetDevice(ExtInode inode, DeviceNumber device)
    {
        var map = inode.Raw.AsSpan(40, 8);
        if (device is { Major: < 256, Minor: < 256 }) map.U32(0, (device.Major << 8) | device.Minor);
        else map.U32(4, (device.Minor & 0xFF) | (device.Major << 8) | ((device.Minor & ~0xFFu) << 12));
    }

    private static void Apply(ExtInode inode, FileOwnership ownership)
    {
        var raw = inode.Raw.AsSpan();
        if (ownership.Mode is { } mode && inode.Kind != FileKind.SymbolicLink)
            raw.U16(0, (ushort)((inode.Mode & 0xF000u) | ((uint)mode & 0xFFF)));
        if (ownership.UserId is { } user) SetId(raw, 2, 120, user);
        if (ownership.GroupId is { } group) SetId(raw, 24, 122, group);
        if (ownership.ModifiedAt is { } time) SetTime(inode, 16, 136, time);
    }

    private static void SetId(Span<byte> raw, int low, int high, uint id)
    {
        raw.U16(low, (ushort)id);
        raw.U16(high, (ushort)(id >> 16));
    }

    /// <summary>32 bits of seconds; behind the first 128 bytes two more, and nanoseconds.</summary>
    private static void SetTime(ExtInode inode, int at, int extra, DateTimeOffset time)
    {
        var hasExtra = extra + 4 <= 128 + inode.ExtraSize;
        if (at >= 128 && !hasExtra) return;
        var seconds = Math.Clamp(time.ToUnixTimeSeconds(), int.MinValue, hasExtra ? MostEpochs : int.MaxValue);
        inode.Raw.AsSpan().U32(at, (uint)seconds);
        if (hasExtra)
            inode.Raw.AsSpan().U32(
                extra, (uint)(((seconds - (int)seconds) >> 32) & 3) | ((uint)(time.Ticks % TimeSpan.TicksPerSecond * 100) << 2));
    }
}
