using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>Rewrites an inode's extended attributes: as many as fit after its fields, the others into one block.</summary>
internal sealed class ExtAttributeWriter(ExtVolume volume, ExtBlockAllocator blocks)
{
    private readonly ExtAttributes _attributes = new(volume.Blocks, volume.Super, (number, _) =>
        throw new NotSupportedException(
            $"Inode {number} holds an attribute's value; attributes in inodes of their own are not changed here."));

    private ExtSuperblock Super => volume.Super;

    public Dictionary<string, ReadOnlyMemory<byte>> Read(ExtInode inode) => _attributes.Read(inode);

    /// <summary>Sets all of an inode's attributes, by full name and in the kernel's form.</summary>
    /// <exception cref="IOException">They do not fit.</exception>
    public void Write(ExtInode inode, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> attributes)
    {
        var entries = attributes.Select(attribute => ExtAttributes.ToDisk(attribute.Key, attribute.Value.Span)).ToList();
        entries.Sort(ExtAttributeEntry.Compare);
        var start = 128 + inode.ExtraSize;
        var room = inode.ExtraSize == 0 ? 0 : inode.Raw.Length - start;
        var inside = TakeFitting(entries, room - 8);
        if (room > 0)
        {
            var area = inode.Raw.AsSpan(start);
            area.Clear();
            if (inside.Count > 0)
            {
                area.U32(0, ExtAttributes.Magic);
                WriteEntries(area[4..], 0, inside);
            }
        }

        WriteBlock(inode, entries);
    }

    /// <summary>Frees the attributes' block of an inode that is deleted.</summary>
    public void Release(ExtInode inode)
    {
        if (inode.AttributesBlock == 0) return;
        _ = Read(inode); // it is one, and intact
        var number = inode.AttributesBlock;
        var references = volume.Blocks.Peek(number).U32(4);
        if (references <= 1)
        {
            blocks.Free(number, 1);
        }
        else
        {
            var block = volume.Blocks.Edit(number);
            block.U32(4, references - 1);
            if (Super.HasChecksums) block.U32(16, ExtAttributes.Checksum(Super, number, block));
        }

        ExtInodeWriter.SetAttributesBlock(inode, 0);
    }

    private void WriteBlock(ExtInode inode, List<ExtAttributeEntry> entries)
    {
        var near = inode.AttributesBlock;
        Release(inode);
        if (entries.Count == 0) return;
        if (entries.Sum(entry => entry.Size) > Super.BlockSize - ExtAttributes.BlockHeader - 4)
            throw new IOException("The attributes do not fit in the inode and one block.");
        var (number, _) = blocks.Allocate(near != 0 ? near : volume.FirstBlockOf((int)((inode.Number - 1) / Super.InodesPerGroup)), 1);
        var block = volume.Blocks.Fill(number);
        block.U32(0, ExtAttributes.Magic);
        block.U32(4, 1);
        block.U32(8, 1);
        block.U32(12, HashOf(entries));
        WriteEntries(block, ExtAttributes.BlockHeader, entries);
        if (Super.HasChecksums) block.U32(16, ExtAttributes.Checksum(Super, number, block));
        ExtInodeWriter.SetAttributesBlock(inode, number);
    }

    /// <summary>Takes out of a list what fits, the inode's own content (which can be nowhere else) first.</summary>
    private static List<ExtAttributeEntry> TakeFitting(List<ExtAttributeEntry> entries, int room)
    {
        var taken = new List<ExtAttributeEntry>();
        foreach (var entry in entries.OrderBy(entry => entry.Index == 7 ? 0 : 1).ToList())
        {
            if (entry.Size > room) continue;
            room -= entry.Size;
            taken.Add(entry);
            entries.Remove(entry);
        }

        taken.Sort(ExtAttributeEntry.Compare);
        return taken;
    }

    private static void WriteEntries(Span<byte> area, int first, List<ExtAttributeEntry> entries)
    {
        var (at, value) = (first, area.Length & ~3);
        foreach (var entry in entries)
        {
            value -= entry.ValueSize;
            entry.Write(area[at..], value);
            entry.Value.CopyTo(area[value..]);
            at += entry.EntrySize;
        }
    }

    private static uint HashOf(List<ExtAttributeEntry> entries)
    {
        var hash = 0u;
        foreach (var entry in entries)
        {
            if (entry.Hash == 0) return 0;
            hash = (hash << 16) ^ (hash >> 16) ^ entry.Hash;
        }

        return hash;
    }
}
