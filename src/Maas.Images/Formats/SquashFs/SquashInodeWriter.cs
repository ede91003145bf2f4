using Maas.Images.FileTrees;
using Maas.Images.Primitives;
using Field = Maas.Images.Formats.SquashFs.SquashInodeField;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// Writes inodes and listings, children before their directory (layouts: see <see cref="SquashInode"/> and
/// <see cref="SquashDirectory"/>).
/// </summary>
internal sealed class SquashInodeWriter(SquashPacker packer, FileOwnership owner) : IDisposable
{
    private const int MostInRun = 256;
    private const int DotEntries = 3; // a listing's length counts 3 bytes for . and .., which are not in it
    private const int ShortListing = ushort.MaxValue - DotEntries;

    private readonly List<uint> _ids = [];

    public SquashMetadataWriter Inodes { get; } = new(packer);

    public SquashMetadataWriter Listings { get; } = new(packer);

    /// <summary>Users' and groups' numbers, to which inodes refer by index.</summary>
    public IReadOnlyList<uint> Ids => _ids;

    public void Dispose()
    {
        Inodes.Dispose();
        Listings.Dispose();
    }

    /// <summary>Writes everything below a directory, and then it.</summary>
    /// <param name="root">The root of the tree.</param>
    /// <param name="count">How many inodes there are; one more is the number of the root's parent.</param>
    public void WriteTree(SquashNode root, uint count)
    {
        var open = new Stack<(SquashNode Directory, uint Parent, bool IsDone)>([(root, count + 1, false)]);
        while (open.TryPop(out var next))
        {
            if (next.IsDone)
            {
                WriteDirectory(next.Directory, next.Parent);
                continue;
            }

            open.Push(next with { IsDone = true });
            foreach (var child in next.Directory.Children.Where(child => child.Entry.Kind == FileKind.Directory).Reverse())
                open.Push((child, next.Directory.Identity.Number, false));
        }
    }

    private void WriteDirectory(SquashNode directory, uint parent)
    {
        foreach (var child in directory.Children) if (child.Identity.Reference is null) WriteFile(child);
        var listing = Listings.Reference;
        var length = WriteListing(directory.Children);
        var links = 2 + (uint)directory.Children.Count(child => child.Entry.Kind == FileKind.Directory);
        var isLong = length > ShortListing || directory.Identity.Attributes != SquashInode.NoAttributes;
        Span<byte> s = stackalloc byte[Field.ExtendedDirectory.Size];
        s.Clear();
        if (isLong)
        {
            s.U32(Field.ExtendedDirectory.Links, links);
            s.U32(Field.ExtendedDirectory.Length, (uint)length + DotEntries);
            s.U32(Field.ExtendedDirectory.Block, (uint)(listing >> 16));
            s.U32(Field.ExtendedDirectory.Parent, parent);
            s.U16(Field.ExtendedDirectory.Offset, (ushort)listing);
            s.U32(Field.ExtendedDirectory.Attributes, directory.Identity.Attributes);
        }
        else
        {
            s.U32(Field.Directory.Block, (uint)(listing >> 16));
            s.U32(Field.Directory.Links, links);
            s.U16(Field.Directory.Length, (ushort)(length + DotEntries));
            s.U16(Field.Directory.Offset, (ushort)listing);
            s.U32(Field.Directory.Parent, parent);
        }

        Add(directory, isLong, isLong ? s : s[..Field.Directory.Size]);
    }

    private void WriteFile(SquashNode node)
    {
        var identity = node.Identity;
        switch (node.Entry.Kind)
        {
            case FileKind.File:
                WriteContent(node, identity.Content);
                break;
            case FileKind.SymbolicLink:
                WriteLink(node, FileName.Encode(node.Entry.LinkTarget ?? ""));
                break;
            default:
                WriteNode(node);
                break;
        }
    }

    private void WriteContent(SquashNode node, SquashContent content)
    {
        var identity = node.Identity;
        var isLong = content.Length > uint.MaxValue
            || content.Start > uint.MaxValue
            || content.Sparse > 0
            || identity.Names > 1
            || identity.Attributes != SquashInode.NoAttributes;
        var sizes = isLong ? Field.ExtendedFile.BlockSizes : Field.RegularFile.BlockSizes;
        var bytes = new byte[sizes + (content.Sizes.Length * 4)];
        Span<byte> s = bytes;
        if (isLong)
        {
            s.U64(Field.ExtendedFile.Start, (ulong)content.Start);
            s.U64(Field.ExtendedFile.Length, (ulong)content.Length);
            // at least one byte counts as data: Linux does not accept a file of holes alone
            s.U64(Field.ExtendedFile.Sparse, (ulong)(content.Sparse == content.Length ? content.Sparse - 1 : content.Sparse));
            s.U32(Field.ExtendedFile.Links, (uint)identity.Names);
            s.U32(Field.ExtendedFile.Fragment, content.Fragment);
            s.U32(Field.ExtendedFile.FragmentOffset, content.FragmentOffset);
            s.U32(Field.ExtendedFile.Attributes, identity.Attributes);
        }
        else
        {
            s.U32(Field.RegularFile.Start, (uint)content.Start);
            s.U32(Field.RegularFile.Fragment, content.Fragment);
            s.U32(Field.RegularFile.FragmentOffset, content.FragmentOffset);
            s.U32(Field.RegularFile.Length, (uint)content.Length);
        }

        for (var i = 0; i < content.Sizes.Length; i++) s.U32(sizes + (i * 4), content.Sizes[i]);
        Add(node, isLong, s);
    }

    private void WriteLink(SquashNode node, byte[] target)
    {
        var isLong = node.Identity.Attributes != SquashInode.NoAttributes;
        var end = Field.SymbolicLink.Target + target.Length;
        var bytes = new byte[end + (isLong ? 4 : 0)];
        Span<byte> s = bytes;
        s.U32(Field.SymbolicLink.Links, (uint)node.Identity.Names);
        s.U32(Field.SymbolicLink.TargetLength, (uint)target.Length);
        target.CopyTo(s[Field.SymbolicLink.Target..]);
        if (isLong) s.U32(end, node.Identity.Attributes);
        Add(node, isLong, s);
    }

    private void WriteNode(SquashNode node)
    {
        var isDevice = node.Entry.Kind is FileKind.BlockDevice or FileKind.CharacterDevice;
        var isLong = node.Identity.Attributes != SquashInode.NoAttributes;
        Span<byte> s = stackalloc byte[Field.Node.Size + 8];
        s.U32(Field.Node.Links, (uint)node.Identity.Names);
        var length = Field.Node.Size;
        if (isDevice)
        {
            var device = node.Entry.Device ?? default;
            s.U32(Field.Node.Device, ((device.Minor & ~0xFFu) << 12) | (device.Major << 8) | (device.Minor & 0xFF));
            length += 4;
        }

        if (isLong)
        {
            s.U32(length, node.Identity.Attributes);
            length += 4;
        }

        Add(node, isLong, s[..length]);
    }

    private void Add(SquashNode node, bool isExtended, Span<byte> inode)
    {
        var entry = node.Entry;
        inode.U16(Field.Head.Type, (ushort)(KindOf(entry) + (isExtended ? Field.Extended : 0)));
        inode.U16(Field.Head.Mode, (ushort)((uint)entry.Mode & 0xFFF));
        inode.U16(Field.Head.UserIndex, IdOf(owner.UserId ?? entry.UserId));
        inode.U16(Field.Head.GroupIndex, IdOf(owner.GroupId ?? entry.GroupId));
        inode.U32(Field.Head.Time, (uint)Math.Clamp((owner.ModifiedAt ?? entry.ModifiedAt).ToUnixTimeSeconds(), 0, uint.MaxValue));
        inode.U32(Field.Head.Number, node.Identity.Number);
        node.Identity.Reference = Inodes.Reference;
        Inodes.Write(inode);
    }

    /// <summary>
    /// Runs of entries whose inodes are in one block and whose numbers are near each other; returns the listing's length.
    /// </summary>
    private int WriteListing(List<SquashNode> children)
    {
        var length = 0;
        Span<byte> head = stackalloc byte[12];
        for (var at = 0; at < children.Count;)
        {
            var (block, number) = (ReferenceOf(children[at]) >> 16, children[at].Identity.Number);
            var end = at + 1;
            while (end < children.Count
                && end - at < MostInRun
                && ReferenceOf(children[end]) >> 16 == block
                && (long)children[end].Identity.Number - number is >= short.MinValue and <= short.MaxValue) end++;
            head.U32(0, (uint)(end - at - 1));
            head.U32(4, (uint)block);
            head.U32(8, number);
            Listings.Write(head);
            length += 12;
            for (; at < end; at++)
            {
                head.U16(0, (ushort)ReferenceOf(children[at]));
                head.U16(2, (ushort)(children[at].Identity.Number - number));
                head.U16(4, (ushort)KindOf(children[at].Entry));
                head.U16(6, (ushort)(children[at].Name.Length - 1));
                Listings.Write(head[..8]);
                Listings.Write(children[at].Name);
                length += 8 + children[at].Name.Length;
            }
        }

        return length;
    }

    private ushort IdOf(uint id)
    {
        var index = _ids.IndexOf(id);
        if (index >= 0) return (ushort)index;
        if (_ids.Count == ushort.MaxValue) throw new NotSupportedException("A squashfs has at most 65535 different owners and groups.");
        _ids.Add(id);
        return (ushort)(_ids.Count - 1);
    }

    private static ulong ReferenceOf(SquashNode node) =>
        node.Identity.Reference ?? throw new InvalidOperationException("Children are written before their directory.");

    private static int KindOf(FileEntry entry) => entry.Kind switch
    {
        FileKind.Directory => 1,
        FileKind.File => 2,
        FileKind.SymbolicLink => 3,
        FileKind.BlockDevice => 4,
        FileKind.CharacterDevice => 5,
        FileKind.Pipe => 6,
        _ => 7,
    };
}
