using System.Text;
using Maas.Images.Bytes;
using Maas.Images.FileTrees;

namespace Maas.Images.Iso;

/// <summary>
/// Lays an image out, blocks of 2048 bytes: 16 of system area, descriptors, path tables, boot catalogue, each directory's records
/// with what continues them behind it, then the files in the order of the directories.
/// </summary>
internal sealed class IsoPlan(IsoNode root, List<(IsoBootPlatform Platform, IsoNode Image, int LoadSectors)> boot, string label, DateTimeOffset createdAt)
{
    private const int Sector = IsoVolume.SectorSize;
    private const long LongestExtent = 0xFFFF_F800;

    private readonly List<(IsoNode Node, int Parent)> _directories = [];
    private uint _catalog;

    public PlannedBytes Lay()
    {
        ListDirectories();
        var pathTable = PathTable(bigEndian: false).Length;
        var tableBlocks = Blocks(pathTable);
        uint next = 16 + (boot.Count > 0 ? 3u : 2u);
        var (little, big) = (next, next + tableBlocks);
        next += tableBlocks * 2;
        if (boot.Count > 0) _catalog = next++;
        foreach (var (node, _) in _directories)
        {
            using var writer = new IsoDirectoryWriter(node, node, createdAt, root);
            node.Block = next;
            node.DirectoryLength = writer.Measure(out var continuation);
            next += Blocks(node.DirectoryLength) + Blocks(continuation);
        }

        var files = _directories.SelectMany(directory => directory.Node.Ordered()).Where(node => node.Kind == FileKind.File).ToList();
        foreach (var file in files)
        {
            file.Block = next;
            next = checked(next + (uint)((file.Length + Sector - 1) / Sector));
        }

        var image = new PlannedBytes();
        image.Add(16L * Sector, Primary(next, pathTable, little, big));
        if (boot.Count > 0) image.Add(17L * Sector, BootRecord());
        image.Add((boot.Count > 0 ? 18L : 17L) * Sector, Terminator());
        image.Add((long)little * Sector, PathTable(bigEndian: false));
        image.Add((long)big * Sector, PathTable(bigEndian: true));
        if (boot.Count > 0) image.Add((long)_catalog * Sector, BootCatalog());
        foreach (var (node, parent) in _directories)
        {
            using var writer = new IsoDirectoryWriter(node, _directories[parent].Node, createdAt, root);
            image.Add((long)node.Block * Sector, writer.Write());
        }

        foreach (var file in files)
        {
            if (file.SourceFile is { } source) image.Add((long)file.Block * Sector, file.Length, source, 0);
            else image.Add((long)file.Block * Sector, file.Memory);
        }

        image.ExtendTo((long)next * Sector);
        return image;
    }

    public static IEnumerable<(uint Block, uint Length, bool GoesOn)> Extents(IsoNode file)
    {
        for (long at = 0; at == 0 || at < file.Length; at += LongestExtent)
        {
            var length = Math.Min(LongestExtent, file.Length - at);
            yield return (file.Length == 0 ? 0 : file.Block + (uint)(at / Sector), (uint)length, at + length < file.Length);
        }
    }

    /// <summary>Level by level, which is the order of the path table.</summary>
    private void ListDirectories()
    {
        _directories.Add((root, 0));
        for (var i = 0; i < _directories.Count; i++)
        {
            var directory = _directories[i].Node;
            directory.NameChildren();
            foreach (var child in directory.Ordered().Where(child => child.Kind == FileKind.Directory)) _directories.Add((child, i));
        }

        if (_directories.Count > ushort.MaxValue) throw new NotSupportedException("An ISO has at most 65535 directories.");
    }

    private byte[] PathTable(bool bigEndian)
    {
        var table = new MemoryStream();
        Span<byte> head = stackalloc byte[8];
        foreach (var (node, parent) in _directories)
        {
            head.Clear();
            head[0] = (byte)node.IsoName.Length;
            if (bigEndian) head.U32Big(2, node.Block);
            else head.U32(2, node.Block);
            if (bigEndian) head.U16Big(6, (ushort)(parent + 1));
            else head.U16(6, (ushort)(parent + 1));
            table.Write(head);
            table.Write(node.IsoName);
            if (node.IsoName.Length % 2 != 0) table.WriteByte(0);
        }

        return table.ToArray();
    }

    private byte[] Primary(uint blocks, int pathTable, uint little, uint big)
    {
        var sector = Descriptor(1);
        Span<byte> s = sector;
        s[8..72].Fill((byte)' ');
        s[190..813].Fill((byte)' ');
        Encoding.ASCII.GetBytes(label.Length <= 32 ? label : throw new ArgumentException("The label is longer than 32 characters."), s[40..]);
        RockRidgeWriter.Both(s, 80, blocks);
        BothShort(s, 120, 1);
        BothShort(s, 124, 1);
        BothShort(s, 128, Sector);
        RockRidgeWriter.Both(s, 132, (uint)pathTable);
        s.U32(140, little);
        s.U32Big(148, big);
        IsoDirectoryWriter.Record(root.Block, (uint)root.DirectoryLength, createdAt, 0x02, [0], []).CopyTo(s[156..]);
        foreach (var at in (ReadOnlySpan<int>)[813, 830]) IsoTime.WriteLong(s[at..], createdAt);
        foreach (var at in (ReadOnlySpan<int>)[847, 864]) s.Slice(at, 16).Fill((byte)'0');
        s[881] = 1;
        return sector;
    }

    private byte[] BootRecord()
    {
        var sector = Descriptor(0);
        "EL TORITO SPECIFICATION"u8.CopyTo(sector.AsSpan(7));
        sector.AsSpan().U32(71, _catalog);
        return sector;
    }

    private static byte[] Terminator() => Descriptor(255);

    private byte[] BootCatalog()
    {
        var catalog = new byte[Sector];
        Span<byte> s = catalog;
        (s[0], s[1], s[30], s[31]) = (1, (byte)boot[0].Platform, 0x55, 0xAA);
        var sum = 0;
        for (var i = 0; i < 32; i += 2) sum += ((ReadOnlySpan<byte>)s).U16(i);
        s.U16(28, (ushort)-sum);
        BootEntry(s[32..], boot[0].Image, boot[0].LoadSectors);
        for (var i = 1; i < boot.Count; i++)
        {
            var section = s[(64 * i)..];
            (section[0], section[1]) = ((byte)(i == boot.Count - 1 ? 0x91 : 0x90), (byte)boot[i].Platform);
            section.U16(2, 1);
            BootEntry(section[32..], boot[i].Image, boot[i].LoadSectors);
        }

        return catalog;
    }

    private static void BootEntry(Span<byte> entry, IsoNode image, int loadSectors)
    {
        entry[0] = 0x88;
        entry.U16(6, (ushort)loadSectors);
        entry.U32(8, image.Block);
    }

    private static byte[] Descriptor(byte type)
    {
        var sector = new byte[Sector];
        sector[0] = type;
        "CD001"u8.CopyTo(sector.AsSpan(1));
        sector[6] = 1;
        return sector;
    }

    private static void BothShort(Span<byte> s, int at, ushort value)
    {
        s.U16(at, value);
        s.U16Big(at + 2, value);
    }

    private static uint Blocks(int length) => (uint)((length + Sector - 1) / Sector);
}
