using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// The directories of an image under one volume descriptor. ISO 9660's own go eight levels deep (ECMA-119, 6.8.2.1): what is
/// nested deeper is recorded in RR_MOVED, and Rock Ridge's CL, PL and RE fields say where it belongs. Joliet's are as deep as they are.
/// </summary>
internal sealed class IsoHierarchy
{
    private const int Deepest = 8;

    private readonly Dictionary<IsoDirectory, IsoNames> _names = [];
    private IsoDirectory? _movingPlace;

    public IsoHierarchy(IsoNode root, bool isJoliet)
    {
        IsJoliet = isJoliet;
        Root = new IsoDirectory(root, [0], null, null);
        Fill();
        foreach (var directory in _names.Keys) directory.Entries.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        Directories = Number();
        PathTableLength = PathTable(bigEndian: false).Length;
    }

    public bool IsJoliet { get; }

    public IsoDirectory Root { get; }

    /// <summary>Level by level, which is the order of the path table.</summary>
    public IReadOnlyList<IsoDirectory> Directories { get; }

    public int PathTableLength { get; }

    public byte[] PathTable(bool bigEndian)
    {
        using var table = new MemoryStream();
        Span<byte> head = stackalloc byte[8];
        foreach (var directory in Directories)
        {
            head.Clear();
            head[0] = (byte)directory.Name.Length;
            if (bigEndian) head.U32Big(2, directory.Block);
            else head.U32(2, directory.Block);
            if (bigEndian) head.U16Big(6, (ushort)directory.Parent.Number);
            else head.U16(6, (ushort)directory.Parent.Number);
            table.Write(head);
            table.Write(directory.Name);
            if (directory.Name.Length % 2 != 0) table.WriteByte(0);
        }

        return table.ToArray();
    }

    private void Fill()
    {
        var open = new Queue<IsoDirectory>([Root]);
        while (open.TryDequeue(out var directory))
        {
            foreach (var child in directory.Node.Children.Values)
            {
                if (child.Kind != FileKind.Directory)
                {
                    if (!IsJoliet || child.Kind == FileKind.File)
                        directory.Entries.Add(new IsoEntry(NamesOf(directory).Name(child), child, null));
                    continue;
                }

                var recordedIn = !IsJoliet && directory.Depth == Deepest ? MovingPlace() : directory;
                var made = new IsoDirectory(child, NamesOf(recordedIn).Name(child), recordedIn, directory);
                recordedIn.Entries.Add(new IsoEntry(made.Name, child, made));
                if (made.IsMoved) directory.Entries.Add(new IsoEntry(NamesOf(directory).Name(child), child, made));
                open.Enqueue(made);
            }

            NamesOf(directory);
        }
    }

    private IsoDirectory MovingPlace()
    {
        if (_movingPlace is { } known) return known;
        var node = new IsoNode("rr_moved", FileKind.Directory, new FileOwnership());
        var place = new IsoDirectory(node, NamesOf(Root).Name(node), Root, Root) { IsMovingPlace = true };
        Root.Entries.Add(new IsoEntry(place.Name, node, place));
        NamesOf(place);
        return _movingPlace = place;
    }

    private IsoNames NamesOf(IsoDirectory directory)
    {
        if (!_names.TryGetValue(directory, out var names)) _names.Add(directory, names = new IsoNames(IsJoliet));
        return names;
    }

    private List<IsoDirectory> Number()
    {
        var all = new List<IsoDirectory> { Root };
        for (var i = 0; i < all.Count; i++)
        {
            all[i].Number = i + 1;
            // asked for just now
            all.AddRange(all[i].Entries.Where(entry => entry.Directory is not null && !entry.IsPlaceholder(all[i]))
                .Select(entry => entry.Directory!));
        }

        return all.Count <= ushort.MaxValue ? all : throw new NotSupportedException("An ISO has at most 65535 directories.");
    }
}
