using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// Changes files by the numbers of their inodes. Nothing is let through to the volume here (<see cref="ExtVolume.Flush"/>), and names are
/// not checked here; the caller, which has the path, checks.
/// </summary>
internal sealed class ExtEditor
{
    private const int MostLinks = 65000;
    private const int ShortLink = 60;
    private const string InlineRest = "system.data";

    private readonly ExtVolume _volume;
    private readonly ExtBlockAllocator _blocks;
    private readonly ExtInodeAllocator _numbers;
    private readonly ExtMapWriter _maps;
    private readonly ExtDirectoryWriter _directories;
    private readonly ExtContentWriter _content;
    private readonly ExtAttributeWriter _attributes;
    private readonly ExtBlockMap _map;

    public ExtEditor(ExtVolume volume, TimeProvider timeProvider)
    {
        _volume = volume;
        _blocks = new ExtBlockAllocator(volume);
        _numbers = new ExtInodeAllocator(volume, _blocks);
        _maps = new ExtMapWriter(volume, _blocks);
        _directories = new ExtDirectoryWriter(volume, _blocks, _maps);
        _content = new ExtContentWriter(volume, _blocks);
        _attributes = new ExtAttributeWriter(volume, _blocks);
        _map = new ExtBlockMap(volume.Blocks, volume.Super);
        Inodes = new ExtInodeWriter(volume, timeProvider);
    }

    public ExtInodeWriter Inodes { get; }

    private ExtSuperblock Super => _volume.Super;

    /// <summary>After changes were dropped.</summary>
    public void Forget() => _directories.Forget();

    public uint? Find(uint directory, byte[] name)
    {
        var inode = Inodes.Read(directory);
        if (!inode.Has(ExtInode.Inline)) return _directories.Find(inode, name);
        foreach (var entry in InlineEntries(inode)) if (FileName.Encode(entry.Name).AsSpan().SequenceEqual(name)) return entry.Inode;
        return null;
    }

    public async Task<uint> CreateFileAsync(
        uint directory,
        byte[] name,
        Stream content,
        FileOwnership? ownership,
        CancellationToken cancellationToken)
    {
        var inode = New(directory, FileKind.File, ownership);
        _maps.Begin(inode);
        await WriteAsync(inode, new ExtMapping(Super), 0, content, cancellationToken).ConfigureAwait(false);
        AddName(directory, name, inode.Number, FileKind.File);
        return inode.Number;
    }

    /// <summary>Writes new content and only then gives back the blocks of the old.</summary>
    public async Task ReplaceAsync(uint number, Stream content, FileOwnership? ownership, CancellationToken cancellationToken)
    {
        var inode = Changeable(number);
        MoveOut(inode);
        var old = _map.ReadMapping(inode);
        var mapping = new ExtMapping(Super);
        mapping.Nodes.AddRange(old.Nodes);
        await WriteAsync(inode, mapping, 0, content, cancellationToken).ConfigureAwait(false);
        _content.Free(old.Runs);
        Inodes.Touch(inode);
        if (ownership is not null) Inodes.SetOwnership(inode, ownership);
        Inodes.Write(inode);
    }

    public async Task AppendAsync(uint number, Stream content, CancellationToken cancellationToken)
    {
        var inode = Changeable(number);
        MoveOut(inode);
        await WriteAsync(inode, _map.ReadMapping(inode), inode.Length, content, cancellationToken).ConfigureAwait(false);
        Inodes.Touch(inode);
        Inodes.Write(inode);
    }

    public uint CreateDirectory(uint parent, byte[] name, FileOwnership? ownership)
    {
        var inode = New(parent, FileKind.Directory, ownership);
        BeginDirectory(inode, parent);
        AddName(parent, name, inode.Number, FileKind.Directory);
        return inode.Number;
    }

    /// <summary>Gives an inode the content of an empty directory.</summary>
    public void BeginDirectory(ExtInode inode, uint parent)
    {
        ExtInodeWriter.SetLinks(inode, 2);
        _directories.Begin(inode, parent);
        WriteCounted(inode);
    }

    public uint CreateLink(uint directory, byte[] name, byte[] target, FileOwnership? ownership)
    {
        if (target.Length >= Super.BlockSize)
            throw new NotSupportedException($"A link's target has at most {Super.BlockSize - 1} bytes here.");
        var inode = New(directory, FileKind.SymbolicLink, ownership);
        if (target.Length < ShortLink)
        {
            target.CopyTo(inode.Raw.AsSpan(40));
        }
        else
        {
            _maps.Begin(inode);
            var mapping = new ExtMapping(Super);
            var (block, _) = _blocks.Allocate(Near(inode), 1);
            target.CopyTo(_volume.Blocks.Fill(block));
            mapping.Add(new ExtRun(0, 1, block, Written: true));
            _maps.Write(inode, mapping);
        }

        ExtInodeWriter.SetLength(inode, target.Length);
        WriteCounted(inode);
        AddName(directory, name, inode.Number, FileKind.SymbolicLink);
        return inode.Number;
    }

    public uint CreateNode(uint directory, byte[] name, FileKind kind, DeviceNumber? device, FileOwnership? ownership)
    {
        var inode = New(directory, kind, ownership);
        if (device is { } number) ExtInodeWriter.SetDevice(inode, number);
        Inodes.Write(inode);
        AddName(directory, name, inode.Number, kind);
        return inode.Number;
    }

    public void Link(uint directory, byte[] name, uint existing)
    {
        var inode = Inodes.Read(existing);
        if (inode.Links >= MostLinks) throw new IOException("The file has as many names as it can have.");
        ExtInodeWriter.SetLinks(inode, inode.Links + 1);
        Inodes.SetOwnership(inode, new FileOwnership());
        Inodes.Write(inode);
        AddName(directory, name, existing, inode.Kind);
    }

    /// <summary>Takes a name away; the caller has made sure that a directory is empty.</summary>
    public void Remove(uint directory, byte[] name, uint number)
    {
        var parent = Changeable(directory);
        MoveOut(parent);
        _directories.Remove(parent, name);
        var inode = Inodes.Read(number);
        var isDirectory = inode.Kind == FileKind.Directory;
        if (isDirectory && parent.Links > 2) ExtInodeWriter.SetLinks(parent, parent.Links - 1);
        Inodes.Touch(parent);
        Inodes.Write(parent);
        if (!isDirectory && inode.Links > 1)
        {
            ExtInodeWriter.SetLinks(inode, inode.Links - 1);
            Inodes.SetOwnership(inode, new FileOwnership());
            Inodes.Write(inode);
            return;
        }

        Free(inode);
    }

    public void SetOwnership(uint number, FileOwnership ownership)
    {
        var inode = Inodes.Read(number);
        Inodes.SetOwnership(inode, ownership);
        Inodes.Write(inode);
    }

    /// <summary>Sets an attribute, or with null removes it.</summary>
    public void SetAttribute(uint number, string name, ReadOnlyMemory<byte>? value)
    {
        if (name == InlineRest) throw new NotSupportedException($"{name} is the file system's own.");
        var inode = Inodes.Read(number);
        var attributes = _attributes.Read(inode);
        if (value is { } bytes) attributes[name] = bytes;
        else if (!attributes.Remove(name)) return;
        WriteAttributes(inode, attributes);
        if (value is not null) Super.Set(ExtCompat.ExtAttr);
    }

    public void SetAttributes(uint number, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> attributes) =>
        WriteAttributes(Inodes.Read(number), attributes);

    /// <summary>Gives back an inode with all it has.</summary>
    public void Free(ExtInode inode)
    {
        if (Super.Has(ExtIncompat.AttributeInodes)) _ = _attributes.Read(inode); // refuses values in other inodes
        if (HasMap(inode))
        {
            var mapping = _map.ReadMapping(inode);
            _content.Free(mapping.Runs);
            foreach (var node in mapping.Nodes) _blocks.Free(node, 1);
        }

        _attributes.Release(inode);
        _directories.Forget(inode.Number);
        Inodes.Clear(inode.Number);
        _numbers.Free(inode.Number, inode.Kind == FileKind.Directory);
    }

    /// <summary>Frees the blocks past an inode's length.</summary>
    public void Truncate(ExtInode inode)
    {
        var mapping = _map.ReadMapping(inode);
        _content.Free(mapping.CutAt((inode.Length + Super.BlockSize - 1) / Super.BlockSize));
        if (inode.Length % Super.BlockSize is > 0 and var end && mapping.Find(inode.Length / Super.BlockSize) is { } last)
            _volume.Blocks.Edit(last)[(int)end..].Clear();
        _maps.Write(inode, mapping);
        WriteCounted(inode);
    }

    /// <summary>Writes an inode's content through a map, and the inode.</summary>
    public async Task WriteAsync(ExtInode inode, ExtMapping mapping, long length, Stream content, CancellationToken cancellationToken)
    {
        length = await _content.AppendAsync(inode, mapping, length, content, cancellationToken).ConfigureAwait(false);
        _maps.Write(inode, mapping);
        ExtInodeWriter.SetLength(inode, length);
        if (length > int.MaxValue) Super.Set(ExtReadOnlyCompat.LargeFile);
        WriteCounted(inode);
    }

    private ExtInode New(uint directory, FileKind kind, FileOwnership? ownership) =>
        Inodes.Make(_numbers.Allocate(directory, kind == FileKind.Directory), kind, ownership);

    private ExtInode Changeable(uint number)
    {
        var inode = Inodes.Read(number);
        if (inode.Has(ExtInode.Encrypted)) throw new NotSupportedException("It is encrypted.");
        if (inode.Has(ExtInode.Verified)) throw new NotSupportedException("It is sealed by fs-verity.");
        return inode;
    }

    /// <summary>Gives a new inode content whose blocks are there already.</summary>
    public void WriteMapped(ExtInode inode, ExtMapping mapping, long length)
    {
        _maps.Begin(inode);
        _maps.Write(inode, mapping);
        ExtInodeWriter.SetLength(inode, length);
        WriteCounted(inode);
    }

    public void AddName(uint directory, byte[] name, uint number, FileKind kind)
    {
        var parent = Changeable(directory);
        if (parent.Has(ExtInode.FoldsCase))
            throw new NotSupportedException("The directory ignores case; names are not added to such a one here.");
        MoveOut(parent);
        var length = parent.Length;
        _directories.Add(parent, name, number, kind);
        if (kind == FileKind.Directory) CountSubdirectory(parent);
        Inodes.Touch(parent);
        if (parent.Length != length) WriteCounted(parent);
        else Inodes.Write(parent);
    }

    private void CountSubdirectory(ExtInode parent)
    {
        if (parent.Links == 1) return; // it has lost count, as "dir_nlink" lets it
        if (parent.Links < MostLinks - 1) ExtInodeWriter.SetLinks(parent, parent.Links + 1);
        else if (Super.Has(ExtReadOnlyCompat.ManyLinks)) ExtInodeWriter.SetLinks(parent, 1);
        else throw new IOException("The directory has as many directories in it as it can have.");
    }

    /// <summary>Moves what is kept inside an inode to blocks.</summary>
    private void MoveOut(ExtInode inode)
    {
        if (!inode.Has(ExtInode.Inline)) return;
        var entries = inode.Kind == FileKind.Directory
            ? InlineEntries(inode).Select(entry => (entry.Name, entry.Inode, Inodes.Read(entry.Inode).Kind)).ToList()
            : [];
        var attributes = _attributes.Read(inode);
        attributes.Remove(InlineRest, out var rest);
        var first = inode.BlockMap.ToArray();
        _attributes.Write(inode, attributes);
        var length = inode.Length;
        ExtInodeWriter.SetFlag(inode, ExtInode.Inline, on: false);
        ExtInodeWriter.SetLength(inode, 0);
        if (inode.Kind == FileKind.Directory)
        {
            _directories.MoveOut(inode, entries, ((ReadOnlySpan<byte>)first).U32(0));
        }
        else
        {
            _maps.Begin(inode);
            MoveContent(inode, [.. first, .. rest.Span], length);
        }

        WriteCounted(inode);
    }

    private List<ExtDirectoryEntry> InlineEntries(ExtInode inode) =>
    [
        .. ExtDirectory.ReadEntries(inode.BlockMap[4..].ToArray(), inode.Number),
        .. ExtDirectory.ReadEntries(_attributes.Read(inode).GetValueOrDefault(InlineRest), inode.Number),
    ];

    private void MoveContent(ExtInode inode, byte[] content, long length)
    {
        var mapping = new ExtMapping(Super);
        var (size, stored) = (Super.BlockSize, (int)Math.Min(content.Length, length));
        for (var at = 0; at < stored; at += size)
        {
            var (block, _) = _blocks.Allocate(mapping.Next == 0 ? Near(inode) : mapping.Next, 1);
            content.AsSpan(at, Math.Min(size, stored - at)).CopyTo(_volume.Blocks.Fill(block));
            mapping.Add(new ExtRun(at / size, 1, block, Written: true));
        }

        _maps.Write(inode, mapping);
        ExtInodeWriter.SetLength(inode, length);
    }

    private void WriteAttributes(ExtInode inode, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> attributes)
    {
        _attributes.Write(inode, attributes);
        Inodes.SetOwnership(inode, new FileOwnership());
        WriteCounted(inode);
    }

    private void WriteCounted(ExtInode inode)
    {
        Inodes.SetBlocks(inode, (HasMap(inode) ? _map.ReadMapping(inode).BlockCount : 0) + (inode.AttributesBlock != 0 ? 1 : 0));
        Inodes.Write(inode);
    }

    private static bool HasMap(ExtInode inode) => !inode.Has(ExtInode.Inline) && inode.Kind switch
    {
        FileKind.File or FileKind.Directory => true,
        FileKind.SymbolicLink => inode.Length >= ShortLink || inode.Has(ExtInode.UsesExtents),
        _ => false,
    };

    private long Near(ExtInode inode) => _volume.FirstBlockOf((int)((inode.Number - 1) / Super.InodesPerGroup));
}
