using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// Changes directories. The index of one that has a hash tree is kept (<see cref="ExtIndexedDirectory"/>); where that cannot be, it is
/// given up, as the format allows: its blocks then read as a plain list. A directory kept in its inode moves to a block of its own.
/// </summary>
internal sealed class ExtDirectoryWriter(ExtVolume volume, ExtBlockAllocator blocks, ExtMapWriter maps)
{
    private readonly Dictionary<uint, long> _roomFrom = [];
    private readonly ExtBlockMap _map = new(volume.Blocks, volume.Super);

    private ExtSuperblock Super => volume.Super;

    private int End => ExtDirectoryBlock.End(Super);

    /// <summary>Forgets where there was room, after changes were dropped.</summary>
    public void Forget() => _roomFrom.Clear();

    /// <summary>Forgets it for a directory that is no more.</summary>
    public void Forget(uint directory) => _roomFrom.Remove(directory);

    /// <summary>Makes a new directory's content: itself and its parent.</summary>
    public void Begin(ExtInode directory, uint parent)
    {
        ExtInodeWriter.SetFlag(directory, ExtInode.Inline | ExtInode.Indexed, on: false);
        maps.Begin(directory);
        var mapping = new ExtMapping(Super);
        var block = Append(directory, mapping, near: 0);
        WriteDots(block, directory.Number, parent);
        ExtDirectoryBlock.Seal(block, Super, directory);
    }

    public uint? Find(ExtInode directory, byte[] name)
    {
        foreach (var block in BlocksOf(directory, name))
        {
            var content = volume.Blocks.Peek(block);
            if (ExtDirectoryBlock.Find(content, End, name, out _) is >= 0 and var at) return content.U32(at);
        }

        return null;
    }

    /// <summary>Adds a name that is not there. The inode is changed, and left to the caller to write.</summary>
    public void Add(ExtInode directory, ReadOnlySpan<byte> name, uint inode, FileKind kind)
    {
        var type = Super.Has(ExtIncompat.FileType) ? TypeOf(kind) : (byte)0;
        var mapping = _map.ReadMapping(directory);
        if (directory.Has(ExtInode.Indexed))
        {
            if (new ExtIndexedDirectory(volume, Append).TryAdd(directory, mapping, name, inode, type)) return;
            GiveUpIndex(directory);
        }

        var from = _roomFrom.GetValueOrDefault(directory.Number);
        foreach (var run in mapping.Runs)
        {
            for (var i = Math.Max(0, from - run.Logical); i < run.Count; i++)
            {
                if (!CanAdd(volume.Blocks.Peek(run.Physical + i), name.Length)) continue;
                var content = volume.Blocks.Edit(run.Physical + i);
                ExtDirectoryBlock.TryAdd(content, End, name, inode, type);
                ExtDirectoryBlock.Seal(content, Super, directory);
                _roomFrom[directory.Number] = run.Logical + i;
                return;
            }
        }

        var added = Append(directory, mapping, mapping.Next);
        ExtDirectoryBlock.Format(added, Super);
        ExtDirectoryBlock.TryAdd(added, End, name, inode, type);
        ExtDirectoryBlock.Seal(added, Super, directory);
        _roomFrom[directory.Number] = (directory.Length / Super.BlockSize) - 1;
    }

    public void Remove(ExtInode directory, byte[] name)
    {
        foreach (var block in BlocksOf(directory, name))
        {
            if (ExtDirectoryBlock.Find(volume.Blocks.Peek(block), End, name, out var before) is not (>= 0 and var at)) continue;
            var content = volume.Blocks.Edit(block);
            ExtDirectoryBlock.Remove(content, End, at, before);
            ExtDirectoryBlock.Seal(content, Super, directory);
            _roomFrom.Remove(directory.Number);
            return;
        }

        throw new FileNotFoundException("The directory has no such name.");
    }

    /// <summary>Moves the entries of a directory that is kept in its inode to a block.</summary>
    public void MoveOut(ExtInode directory, IEnumerable<(string Name, uint Inode, FileKind Kind)> entries, uint parent)
    {
        var list = entries.ToList();
        Begin(directory, parent);
        foreach (var (name, inode, kind) in list) Add(directory, FileName.Encode(name), inode, kind);
    }

    /// <summary>The blocks that a name can be in: those that its hash leads to, or all that hold names.</summary>
    private IEnumerable<long> BlocksOf(ExtInode directory, byte[] name)
    {
        if (directory.Has(ExtInode.Indexed))
        {
            var mapping = _map.ReadMapping(directory);
            var leaves = ExtHashTree.Find(
                Super,
                directory,
                name,
                number => mapping.Find(number) is { } block ? volume.Blocks.Peek(block) : default)?.ConvertAll(leaf => mapping.Find(leaf));
            if (leaves?.TrueForAll(leaf => leaf is not null) == true) return leaves.OfType<long>();
        }

        return Leaves(directory)
            .Where(leaf => !directory.Has(ExtInode.Indexed) || !(leaf.First || IsIndexNode(directory, volume.Blocks.Peek(leaf.Block))))
            .Select(leaf => leaf.Block);
    }

    private IEnumerable<(long Block, bool First)> Leaves(ExtInode directory)
    {
        foreach (var run in _map.ReadMapping(directory).Runs)
            for (long i = 0; i < run.Count && (run.Logical + i) * Super.BlockSize < directory.Length; i++)
                yield return (run.Physical + i, run.Logical + i == 0);
    }

    private bool CanAdd(ReadOnlySpan<byte> block, int nameLength)
    {
        for (var at = 0; at + 8 <= End;)
        {
            var length = ExtDirectoryBlock.LengthAt(block, at, End);
            if (length - (block.U32(at) == 0 ? 0 : ExtDirectoryBlock.Needed(block[at + 6])) >= ExtDirectoryBlock.Needed(nameLength))
                return true;
            at += length;
        }

        return false;
    }

    private static bool IsIndexNode(ExtInode directory, ReadOnlySpan<byte> block) =>
        directory.Has(ExtInode.Indexed) && block.U32(0) == 0 && ExtDirectory.LengthOf(block.U16(4), block.Length) == block.Length;

    private Span<byte> Append(ExtInode directory, ExtMapping mapping, long near)
    {
        var goal = near != 0 ? near : volume.FirstBlockOf((int)((directory.Number - 1) / Super.InodesPerGroup));
        var (block, _) = blocks.Allocate(goal, 1);
        var logical = directory.Length / Super.BlockSize;
        mapping.Add(new ExtRun(logical, 1, block, Written: true));
        maps.Write(directory, mapping);
        ExtInodeWriter.SetLength(directory, (logical + 1) * Super.BlockSize);
        return volume.Blocks.Fill(block);
    }

    private void WriteDots(Span<byte> block, uint self, uint parent)
    {
        block.Clear();
        var type = Super.Has(ExtIncompat.FileType) ? TypeOf(FileKind.Directory) : (byte)0;
        Write(block, self, 12, 1, type, block.Length);
        Write(block[12..], parent, End - 12, 2, type, block.Length);

        static void Write(Span<byte> entry, uint inode, int length, int dots, byte type, int blockSize)
        {
            entry.U32(0, inode);
            ExtDirectoryBlock.SetLength(entry, length, blockSize);
            (entry[6], entry[7]) = ((byte)dots, type);
            entry.Slice(8, dots).Fill((byte)'.');
        }
    }

    private void GiveUpIndex(ExtInode directory)
    {
        foreach (var (block, first) in Leaves(directory).ToList())
        {
            if (first)
            {
                var content = volume.Blocks.Edit(block);
                var parent = ((ReadOnlySpan<byte>)content).U32(12);
                WriteDots(content, directory.Number, parent);
                ExtDirectoryBlock.Seal(content, Super, directory);
            }
            else if (IsIndexNode(directory, volume.Blocks.Peek(block)))
            {
                var content = volume.Blocks.Edit(block);
                ExtDirectoryBlock.Format(content, Super);
                ExtDirectoryBlock.Seal(content, Super, directory);
            }
        }

        ExtInodeWriter.SetFlag(directory, ExtInode.Indexed, on: false);
    }

    private static byte TypeOf(FileKind kind) => kind switch
    {
        FileKind.File => 1,
        FileKind.Directory => 2,
        FileKind.CharacterDevice => 3,
        FileKind.BlockDevice => 4,
        FileKind.Pipe => 5,
        FileKind.Socket => 6,
        _ => 7,
    };
}
