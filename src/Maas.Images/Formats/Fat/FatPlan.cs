using System.Buffers.Binary;
using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Fat;

/// <summary>
/// Lays a volume out: boot sectors, both FATs, then every directory, level by level, and every file in the order of the directories, each
/// in one run of clusters.
/// </summary>
internal sealed class FatPlan(FatNode root, string label, uint? id, DateTimeOffset createdAt, uint hiddenSectors)
{
    private const int Smallest = 36 * FatFormat.Sector;
    private const int MostRootEntries = 65520;
    private const int MostDirectoryLength = 65536 * FatDirectory.EntrySize;

    private readonly List<(FatNode Node, FatNode Parent)> _directories = [];
    private readonly List<FatNode> _files = [];
    private readonly List<(uint First, uint Count)> _runs = [];
    private uint _next = 2;
    private uint _id;

    /// <summary>The volume, of a length or as small as holds everything.</summary>
    /// <exception cref="IOException">What was added does not fit.</exception>
    /// <exception cref="NotSupportedException">There is no such FAT.</exception>
    public PlannedBytes Lay(long? length, int? bits)
    {
        ListAll();
        // A boot sector, two FATs of one, the 32 of the smallest root directory, and a cluster.
        if (length < Smallest) throw new NotSupportedException($"A FAT volume has at least {Smallest} bytes, not {length}.");
        _id = id ?? IdentityOf();
        if (length is { } wanted) return LayIn(wanted / FatFormat.Sector * FatFormat.Sector, bits ?? FatFormat.BitsFor(wanted))
            ?? throw new IOException($"What was added does not fit in {wanted} bytes.");

        var content = _files.Sum(file => file.Length) + _directories.Sum(directory => directory.Node.Length);
        for (var least = Math.Max(content, 64 << 10); ; least += Math.Max(64 << 10, least / 20))
        {
            var kind = bits ?? FatFormat.BitsFor(least);
            if (LayIn(Math.Max(least, FatFormat.LeastLength(kind)) / 4096 * 4096, kind) is { } image) return image;
        }
    }

    private void ListAll()
    {
        _directories.Add((root, root));
        for (var i = 0; i < _directories.Count; i++)
        {
            var directory = _directories[i].Node;
            var entries =
                directory.Ordered().Sum(child => FatEntryWriter.CountFor(child.Name)) + (directory == root ? label.Length == 0 ? 0 : 1 : 2);
            directory.Length = (long)entries * FatDirectory.EntrySize;
            if (directory.Length > MostDirectoryLength)
                throw new NotSupportedException($"A FAT directory has up to 65536 entries, and “{directory.Name}” needs {entries}.");
            foreach (var child in directory.Ordered())
            {
                if (child.IsDirectory) _directories.Add((child, directory));
                else _files.Add(child);
            }
        }
    }

    private uint IdentityOf()
    {
        using var identity = new MediumIdentity();
        identity.Add(label);
        identity.Add(createdAt.UtcTicks);
        foreach (var (directory, _) in _directories)
        {
            identity.Add(directory.Children.Count);
            foreach (var child in directory.Ordered())
            {
                identity.Add(child.Name);
                identity.Add((child.ModifiedAt ?? createdAt).UtcTicks);
                identity.Add(child.IsDirectory ? -1 : child.Length);
            }
        }

        foreach (var file in _files) identity.AddContent(file.Content);
        return BinaryPrimitives.ReadUInt32LittleEndian(identity.ToGuid().ToByteArray());
    }

    private PlannedBytes? LayIn(long length, int bits)
    {
        var rootEntries = (int)Math.Max(512, root.Length / FatDirectory.EntrySize);
        if (bits != 32 && rootEntries > MostRootEntries)
            throw new NotSupportedException($"The root of a FAT{bits} has up to {MostRootEntries} entries.");
        var labelBytes = FatEntryWriter.Label(label.Length == 0 ? "NO NAME" : label);
        var sector = FatFormat.BootSector(length, bits, rootEntries, labelBytes, _id, hiddenSectors);
        var geometry = FatGeometry.Read(new MemoryBytes(sector));
        if (!Place(geometry)) return null;

        var image = new PlannedBytes();
        image.Add(0, sector);
        if (bits == 32)
        {
            var info = FatFormat.Info(geometry.ClusterCount - (_next - 2), _next);
            image.Add(FatFormat.InfoSector * FatFormat.Sector, info);
            image.Add(FatFormat.BackupSector * FatFormat.Sector, sector);
            image.Add((FatFormat.BackupSector + FatFormat.InfoSector) * FatFormat.Sector, info);
        }

        var fat = Table(geometry);
        for (var copy = 0; copy < geometry.FatCount; copy++) image.Add(geometry.FatOffset + (copy * geometry.FatLength), fat);
        foreach (var (node, parent) in _directories) image.Add(
            node.Cluster == 0 ? geometry.RootOffset : geometry.OffsetOf(node.Cluster), Entries(node, parent));
        foreach (var file in _files.Where(file => file.Length > 0)) image.Add(geometry.OffsetOf(file.Cluster), file.Content);
        image.ExtendTo(length);
        return image;
    }

    /// <summary>Gives everything its clusters; whether there are enough.</summary>
    private bool Place(FatGeometry geometry)
    {
        _next = 2;
        _runs.Clear();
        foreach (var (node, _) in _directories) node.Cluster = node == root && geometry.Bits != 32 ? 0 : Take(Math.Max(1, node.Length));
        foreach (var file in _files) file.Cluster = file.Length == 0 ? 0 : Take(file.Length);
        return _next - 2 <= geometry.ClusterCount;

        uint Take(long bytes)
        {
            var first = _next;
            var clusters = (uint)Math.Min((bytes + geometry.ClusterSize - 1) / geometry.ClusterSize, 0x1000_0000);
            _next = Math.Min(first + clusters, 0x1000_0000); // more than any FAT has: the caller sees that it does not fit
            _runs.Add((first, clusters));
            return first;
        }
    }

    /// <summary>The part of the FAT that is in use; the rest is zeros.</summary>
    private byte[] Table(FatGeometry geometry)
    {
        var end = uint.MaxValue;
        var fat = new byte[Math.Min(geometry.FatLength, (((long)_next * geometry.Bits) / 8) + 4)];
        FatTableWriter.Set(fat, geometry.Bits, 0, end & 0xFFFF_FFF8);
        FatTableWriter.Set(fat, geometry.Bits, 1, end);
        foreach (var (first, count) in _runs)
            for (uint i = 0; i < count; i++) FatTableWriter.Set(fat, geometry.Bits, first + i, i + 1 == count ? end : first + i + 1);
        return fat;
    }

    private byte[] Entries(FatNode directory, FatNode parent)
    {
        var bytes = new MemoryStream((int)directory.Length);
        if (directory != root)
            bytes.Write(
                FatEntryWriter.DotEntries(directory.Cluster, parent == root ? 0 : parent.Cluster, directory.ModifiedAt ?? createdAt));
        else if (label.Length != 0)
            bytes.Write(FatEntryWriter.Short(FatEntryWriter.Label(label), FatEntryWriter.VolumeLabel, 0, 0, createdAt));
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var names = new Dictionary<FatNode, byte[]>();
        foreach (var child in directory.Ordered().OrderByDescending(child => FatShortName.Fits(child.Name)))
            names[child] = FatShortName.Make(child.Name, taken);
        foreach (var child in directory.Ordered())
        {
            var attributes = (child.IsDirectory ? FatEntryWriter.Directory : FatEntryWriter.Archive)
                | (child.IsReadOnly ? FatEntryWriter.ReadOnly : 0);
            bytes.Write(FatEntryWriter.Entries(
                child.Name,
                names[child],
                (byte)attributes,
                child.Cluster,
                child.IsDirectory ? 0 : (uint)child.Length,
                child.ModifiedAt ?? createdAt));
        }

        return bytes.ToArray();
    }
}
