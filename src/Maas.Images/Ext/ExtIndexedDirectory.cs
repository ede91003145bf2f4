using Maas.Images.Bytes;

namespace Maas.Images.Ext;

/// <summary>Adds names to a directory that has a hash tree, and keeps the tree: a full block of names is split by their hashes, a full node in two, and a full root gets a level below it.</summary>
/// <param name="volume">The file system.</param>
/// <param name="append">Adds a block of zeros to a directory's end.</param>
internal sealed class ExtIndexedDirectory(ExtVolume volume, ExtIndexedDirectory.Appender append)
{
    /// <summary>Adds a block of zeros to the end of a directory, whose mapping and length are changed.</summary>
    public delegate Span<byte> Appender(ExtInode directory, ExtMapping mapping, long near);

    private const int MostLevels = 1; // below the root, without large_dir

    private ExtSuperblock Super => volume.Super;

    private int End => ExtDirectoryBlock.End(Super);

    /// <summary>Adds a name that is not there; false if the tree is of a kind not kept here, damaged, or as large as it can be: nothing is changed then.</summary>
    public bool TryAdd(ExtInode directory, ExtMapping mapping, ReadOnlySpan<byte> name, uint inode, byte type)
    {
        if (mapping.Find(0) is not { } rootBlock) return false;
        var root = new ExtHashNode(volume.Blocks.Edit(rootBlock), isRoot: true);
        ReadOnlySpan<byte> info = volume.Blocks.Peek(rootBlock).Slice(24, 8);
        if (info.U32(0) != 0 || info[5] != 8 || info[6] > MostLevels || info[7] != 0 || !root.IsSound(Super) || ExtNameHash.Of(Super, info[4]) is not { } names) return false;

        var hash = names.Hash(name);
        var inRoot = root.Find(hash);
        var (nodeBlock, inNode) = (rootBlock, inRoot);
        if (info[6] == 1)
        {
            if (BlockOf(directory, mapping, root.BlockAt(inRoot)) is not { } below) return false;
            nodeBlock = below;
            var found = new ExtHashNode(volume.Blocks.Edit(below), isRoot: false);
            if (!found.IsSound(Super)) return false;
            inNode = found.Find(hash);
        }

        var node = new ExtHashNode(volume.Blocks.Edit(nodeBlock), nodeBlock == rootBlock);
        if (BlockOf(directory, mapping, node.BlockAt(inNode)) is not { } leafBlock || leafBlock == nodeBlock) return false;
        var leaf = volume.Blocks.Edit(leafBlock);
        if (ExtDirectoryBlock.TryAdd(leaf, End, name, inode, type))
        {
            ExtDirectoryBlock.Seal(leaf, Super, directory);
            return true;
        }

        var entries = Entries(leaf, names);
        if (entries.Sum(entry => ExtDirectoryBlock.Needed(entry.Name.Length)) + ExtDirectoryBlock.Needed(name.Length) <= End)
        {
            // Room enough, in pieces.
            Write(directory, leaf, entries);
            ExtDirectoryBlock.TryAdd(leaf, End, name, inode, type);
            ExtDirectoryBlock.Seal(leaf, Super, directory);
            return true;
        }

        if (entries.Count < 2 || (node.IsFull && nodeBlock != rootBlock && root.IsFull)) return false;
        if (node.IsFull) (nodeBlock, inNode) = MakeRoom(directory, mapping, rootBlock, inRoot, nodeBlock, hash);
        Split(directory, mapping, (nodeBlock, inNode, nodeBlock == rootBlock), leafBlock, entries, new Entry(hash, name.ToArray(), inode, type));
        return true;
    }

    /// <summary>Splits a full node, or moves a full root's pairs to a node below it.</summary>
    /// <returns>The node that has room, and its pair for the hash.</returns>
    private (long Block, int Pair) MakeRoom(ExtInode directory, ExtMapping mapping, long rootBlock, int inRoot, long nodeBlock, uint hash)
    {
        var added = new ExtHashNode(append(directory, mapping, mapping.Next), isRoot: false);
        var (logical, block) = Last(directory, mapping);
        added.Begin(Super);
        var root = new ExtHashNode(volume.Blocks.Edit(rootBlock), isRoot: true);
        if (nodeBlock == rootBlock)
        {
            root.MoveTo(added, 0);
            root.PointTo(logical);
            volume.Blocks.Edit(rootBlock)[30] = 1;
        }
        else
        {
            var node = new ExtHashNode(volume.Blocks.Edit(nodeBlock), isRoot: false);
            var half = node.Count / 2;
            var border = node.HashAt(half);
            node.MoveTo(added, half);
            node.Seal(Super, directory);
            root.Insert(inRoot, border, logical);
            if (hash < border) block = nodeBlock;
        }

        root.Seal(Super, directory);
        added.Seal(Super, directory);
        return (block, new ExtHashNode(volume.Blocks.Edit(block), isRoot: false).Find(hash));
    }

    /// <summary>Moves the half of the names with the higher hashes to a new block, and adds one to the half it belongs to.</summary>
    private void Split(ExtInode directory, ExtMapping mapping, (long Block, int Pair, bool IsRoot) parent, long leafBlock, List<Entry> entries, Entry more)
    {
        entries.Sort((left, right) => left.Hash.CompareTo(right.Hash));
        var half = Half(entries);
        var border = entries[half].Hash;
        // Names of one hash on both sides: the bit says that a search goes on in the next block.
        var goesOn = entries[half - 1].Hash == border ? 1u : 0;
        var upper = append(directory, mapping, mapping.Next);
        var (logical, _) = Last(directory, mapping);
        var lower = volume.Blocks.Edit(leafBlock);
        Write(directory, lower, entries[..half]);
        Write(directory, upper, entries[half..]);
        var into = more.Hash >= border ? upper : lower;
        if (!ExtDirectoryBlock.TryAdd(into, End, more.Name, more.Inode, more.Type)) throw new InvalidImageException("ext directory", $"inode {directory.Number}: half a block has no room for a name");
        ExtDirectoryBlock.Seal(into, Super, directory);
        var node = new ExtHashNode(volume.Blocks.Edit(parent.Block), parent.IsRoot);
        node.Insert(parent.Pair, border + goesOn, logical);
        node.Seal(Super, directory);
    }

    private static int Half(List<Entry> entries)
    {
        var total = entries.Sum(entry => ExtDirectoryBlock.Needed(entry.Name.Length));
        var (at, size) = (0, 0);
        while (at < entries.Count - 1 && size < total / 2) size += ExtDirectoryBlock.Needed(entries[at++].Name.Length);
        return Math.Max(at, 1);
    }

    private void Write(ExtInode directory, Span<byte> block, IReadOnlyList<Entry> entries)
    {
        ExtDirectoryBlock.Format(block, Super);
        foreach (var entry in entries) ExtDirectoryBlock.TryAdd(block, End, entry.Name, entry.Inode, entry.Type);
        ExtDirectoryBlock.Seal(block, Super, directory);
    }

    private List<Entry> Entries(ReadOnlySpan<byte> block, ExtNameHash names)
    {
        var entries = new List<Entry>();
        for (var at = 0; at + 8 <= End;)
        {
            var length = ExtDirectoryBlock.LengthAt(block, at, End);
            if (block.U32(at) != 0)
            {
                if (ExtDirectoryBlock.Needed(block[at + 6]) > length) throw new InvalidImageException("ext directory", $"an entry at {at} is shorter than its name");
                var name = block.Slice(at + 8, block[at + 6]).ToArray();
                entries.Add(new Entry(names.Hash(name), name, block.U32(at), block[at + 7]));
            }

            at += length;
        }

        return entries;
    }

    /// <summary>Where a block of the directory that the tree names stands; null for the root itself, and for none.</summary>
    private long? BlockOf(ExtInode directory, ExtMapping mapping, uint logical) =>
        logical > 0 && logical < directory.Length / Super.BlockSize ? mapping.Find(logical) : null;

    private (uint Logical, long Block) Last(ExtInode directory, ExtMapping mapping)
    {
        var logical = (uint)((directory.Length / Super.BlockSize) - 1);
        return (logical, mapping.Find(logical)!.Value); // it has just been added
    }

    private sealed record Entry(uint Hash, byte[] Name, uint Inode, byte Type);
}
