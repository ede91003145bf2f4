using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>Adds names to a directory that has a hash tree, and keeps the tree: a full block of names is split by their hashes, a full
/// node in two, and a full root gets a level below it.</summary>
/// <param name="volume">The file system.</param>
/// <param name="append">Adds a block of zeros to a directory's end.</param>
internal sealed class ExtIndexedDirectory(ExtVolume volume, ExtIndexedDirectory.Appender append)
{
    /// <summary>Adds a block of zeros to the end of a directory, whose mapping and length are changed.</summary>
    public delegate Span<byte> Appender(ExtInode directory, ExtMapping mapping, long near);

    private ExtSuperblock Super => volume.Super;

    private int End => ExtDirectoryBlock.End(Super);

    /// <summary>
    /// Adds a name that is not there; false if the tree is of a kind not kept here, damaged, or as large as it can be: nothing is changed
    /// then.
    /// </summary>
    public bool TryAdd(ExtInode directory, ExtMapping mapping, ReadOnlySpan<byte> name, uint inode, byte type)
    {
        if (mapping.Find(0) is not { } rootBlock || ExtHashTree.Read(Super, volume.Blocks.Peek(rootBlock)) is not { } tree) return false;
        var (names, hash) = (tree.Names, tree.Names.Hash(name));
        if (PathTo(directory, mapping, rootBlock, tree.Levels, hash) is not { } path
            || Below(directory, mapping, path) is not { } leafBlock)
            return false;
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

        if (!TryMakeRoom(directory, mapping, path, hash)) return false;
        entries.Add(new Entry(hash, name.ToArray(), inode, type));
        Split(directory, mapping, path[^1], leafBlock, entries);
        return true;
    }

    /// <summary>The nodes that lead to the block of a hash, from the root on, and their pairs; null if one cannot be.</summary>
    private List<Step>? PathTo(ExtInode directory, ExtMapping mapping, long rootBlock, int levels, uint hash)
    {
        var path = new List<Step> { StepIn(rootBlock, isRoot: true, hash) };
        for (; levels > 0; levels--)
        {
            if (Below(directory, mapping, path) is not { } block
                || !new ExtHashPairs(volume.Blocks.Peek(block), isRoot: false).IsSound(Super))
                return null;
            path.Add(StepIn(block, isRoot: false, hash));
        }

        return path;
    }

    private Step StepIn(long block, bool isRoot, uint hash) =>
        new(block, isRoot, new ExtHashPairs(volume.Blocks.Peek(block), isRoot).Find(hash));

    /// <summary>The block that the last node's pair names; null for none, and for one that is a node of the path.</summary>
    private long? Below(ExtInode directory, ExtMapping mapping, List<Step> path)
    {
        var logical = new ExtHashPairs(volume.Blocks.Peek(path[^1].Block), path[^1].IsRoot).BlockAt(path[^1].Pair);
        return logical < directory.Length / Super.BlockSize
            && mapping.Find(logical) is { } block
            && path.TrueForAll(step => step.Block != block)
            ? block
            : null;
    }

    /// <summary>
    /// Sees to it that the last node of a path has room for a pair: full ones are halved from the lowest that is not, and above a full
    /// root's pairs comes a level.
    /// </summary>
    /// <returns>False if all are full and there are as many levels as can be: nothing is changed.</returns>
    private bool TryMakeRoom(ExtInode directory, ExtMapping mapping, List<Step> path, uint hash)
    {
        var roomy = path.FindLastIndex(step => !new ExtHashPairs(volume.Blocks.Peek(step.Block), step.IsRoot).IsFull);
        if (roomy < 0)
        {
            if (path.Count > ExtHashTree.MostLevels(Super)) return false;
            Deepen(directory, mapping, path, hash);
            roomy = 1; // a root has fewer pairs than a node can have
        }

        for (var at = roomy + 1; at < path.Count; at++) path[at] = Halve(directory, mapping, path[at - 1], path[at], hash);
        return true;
    }

    private void Deepen(ExtInode directory, ExtMapping mapping, List<Step> path, uint hash)
    {
        var added = AppendNode(directory, mapping, out var logical, out var block);
        var root = new ExtHashNode(volume.Blocks.Edit(path[0].Block), isRoot: true);
        root.MoveTo(added, 0);
        root.Deepen(logical);
        root.Seal(Super, directory);
        added.Seal(Super, directory);
        path[0] = path[0] with { Pair = 0 };
        path.Insert(1, StepIn(block, isRoot: false, hash));
    }

    /// <summary>Moves the half of a full node's pairs to a new one, which the node above names.</summary>
    /// <returns>The half that the hash is in.</returns>
    private Step Halve(ExtInode directory, ExtMapping mapping, Step above, Step full, uint hash)
    {
        var added = AppendNode(directory, mapping, out var logical, out var block);
        var node = new ExtHashNode(volume.Blocks.Edit(full.Block), isRoot: false);
        var half = node.Pairs.Count / 2;
        var border = node.Pairs.HashAt(half);
        node.MoveTo(added, half);
        node.Seal(Super, directory);
        added.Seal(Super, directory);
        var parent = new ExtHashNode(volume.Blocks.Edit(above.Block), above.IsRoot);
        parent.Insert(above.Pair, border, logical);
        parent.Seal(Super, directory);
        return StepIn(hash < border ? full.Block : block, isRoot: false, hash);
    }

    private ExtHashNode AppendNode(ExtInode directory, ExtMapping mapping, out uint logical, out long block)
    {
        var added = new ExtHashNode(append(directory, mapping, mapping.Next), isRoot: false);
        (logical, block) = Last(directory, mapping);
        added.Begin(Super);
        return added;
    }

    /// <summary>
    /// Divides the names of a block, and the one that it has no room for, between it and a new block for the higher hashes.
    /// </summary>
    private void Split(ExtInode directory, ExtMapping mapping, Step parent, long leafBlock, List<Entry> entries)
    {
        entries.Sort((left, right) => left.Hash.CompareTo(right.Hash));
        var half = Half(entries);
        var border = entries[half].Hash;
        // Names of one hash on both sides: the bit says that a search goes on in the next block.
        var goesOn = entries[half - 1].Hash == border ? 1u : 0;
        var upper = append(directory, mapping, mapping.Next);
        var (logical, _) = Last(directory, mapping);
        Write(directory, volume.Blocks.Edit(leafBlock), entries[..half]);
        Write(directory, upper, entries[half..]);
        var node = new ExtHashNode(volume.Blocks.Edit(parent.Block), parent.IsRoot);
        node.Insert(parent.Pair, border + goesOn, logical);
        node.Seal(Super, directory);
    }

    /// <summary>
    /// Where to divide so that the larger part is as small as can be: half of them all, and half a name more, fit a block.
    /// </summary>
    private static int Half(List<Entry> entries)
    {
        var (upper, lower) = (entries.Sum(entry => ExtDirectoryBlock.Needed(entry.Name.Length)), 0);
        var at = 0;
        while (at < entries.Count - 1)
        {
            var size = ExtDirectoryBlock.Needed(entries[at].Name.Length);
            if (at > 0 && Math.Max(lower + size, upper - size) >= Math.Max(lower, upper)) break;
            (lower, upper) = (lower + size, upper - size);
            at++;
        }

        return at;
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
                if (ExtDirectoryBlock.Needed(block[at + 6]) > length)
                    throw new InvalidImageException("ext directory", $"an entry at {at} is shorter than its name");
                var name = block.Slice(at + 8, block[at + 6]).ToArray();
                entries.Add(new Entry(names.Hash(name), name, block.U32(at), block[at + 7]));
            }

            at += length;
        }

        return entries;
    }

    private (uint Logical, long Block) Last(ExtInode directory, ExtMapping mapping)
    {
        var logical = (uint)((directory.Length / Super.BlockSize) - 1);
        return (logical, mapping.Find(logical)!.Value); // it has just been added
    }

    /// <summary>A node on the way to a hash, and the pair that leads on.</summary>
    private readonly record struct Step(long Block, bool IsRoot, int Pair);

    private sealed record Entry(uint Hash, byte[] Name, uint Inode, byte Type);
}
