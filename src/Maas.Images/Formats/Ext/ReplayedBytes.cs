using System.Buffers.Binary;
using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Ext;

/// <summary>A file system as it would be after its journal had been replayed: newer blocks are read from the journal.</summary>
internal sealed class ReplayedBytes(
    RandomAccessSource volume,
    RandomAccessSource journal,
    int blockSize,
    IReadOnlyDictionary<long, JournalBlock> newer) : RandomAccessSource
{
    public override long Length => volume.Length;

    /// <summary>The numbers of the newer blocks.</summary>
    public IEnumerable<long> Newer => newer.Keys;

    /// <summary>Reads the journal of a file system that was not unmounted.</summary>
    public static (ReplayedBytes Bytes, JournalReplay Journal, ExtInode Inode) Over(RandomAccessSource volume, ExtSuperblock super)
    {
        if (super.JournalInode == 0) throw new InvalidImageException("ext journal", "it is on another device");
        var inode = new ExtInodes(volume, super, new ExtGroups(volume, super).InodeTable).Read(super.JournalInode);
        var content = new ExtentBytes(volume, new ExtBlockMap(volume, super).Read(inode), inode.Length, "ext journal");
        var replay = ExtJournal.Replay(content, super);
        return (new ReplayedBytes(volume, content, super.BlockSize, replay.Newer), replay, inode);
    }

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        var read = volume.Read(offset, buffer);
        for (var block = offset / blockSize; block * blockSize < offset + read; block++)
        {
            if (!newer.TryGetValue(block, out var copy)) continue;
            var content = ReadCopy(copy);
            var start = Math.Max(offset, block * blockSize);
            var end = Math.Min(offset + read, (block + 1) * blockSize);
            content.AsSpan((int)(start - (block * blockSize)), (int)(end - start)).CopyTo(buffer[(int)(start - offset)..]);
        }

        return read;
    }

    private byte[] ReadCopy(JournalBlock copy)
    {
        var content = journal.Read(copy.Offset, blockSize, "ext journal block");
        if (copy.WasEscaped) BinaryPrimitives.WriteUInt32BigEndian(content, 0xC03B3998);
        return content;
    }
}
