using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// Lays an image out, blocks of 2048 bytes: 16 of system area, descriptors, path tables, boot catalogue, each directory's records
/// with what continues them behind it, first ISO 9660's, then Joliet's, and the files in the order of the directories.
/// </summary>
internal sealed class IsoPlan(IsoNode root, IReadOnlyList<IsoBootImage> boot, IsoHybrid? hybrid, string label, DateTimeOffset createdAt,
    Guid? id)
{
    private const int Sector = IsoVolume.SectorSize;

    private readonly IsoHierarchy[] _hierarchies = [new IsoHierarchy(root, isJoliet: false), new IsoHierarchy(root, isJoliet: true)];

    public PlannedBytes Lay()
    {
        var next = (uint)(IsoVolume.First + _hierarchies.Length + 1 + (boot.Count > 0 ? 1 : 0));
        var tables =
            _hierarchies.Select(hierarchy =>
                (Little: Take(ref next, Blocks(hierarchy.PathTableLength)), Big: Take(ref next, Blocks(hierarchy.PathTableLength))))
                .ToArray();
        var catalog = Take(ref next, boot.Count > 0 ? 1u : 0u);
        foreach (var hierarchy in _hierarchies) PlaceDirectories(hierarchy, ref next);
        var contents = Contents();
        foreach (var content in contents) content.Block = Take(ref next, checked((uint)((content.Length + Sector - 1) / Sector)));
        foreach (var content in contents.Where(content => content.HasBootInfo)) content.WriteBootInfo();
        if (hybrid is not null) next += IsoHybrid.BlocksBehind;

        var identity = id ?? IdentityOf(contents);
        var image = new PlannedBytes();
        if (hybrid is not null) image.Add(0, hybrid.SystemArea(boot, next, identity));
        var at = (long)IsoVolume.First;
        image.Add(at++ * Sector, Descriptor(0));
        if (boot.Count > 0) image.Add(at++ * Sector, IsoDescriptors.BootRecord(catalog));
        image.Add(at++ * Sector, Descriptor(1));
        image.Add(at * Sector, IsoDescriptors.Terminator());
        for (var i = 0; i < tables.Length; i++)
        {
            image.Add((long)tables[i].Little * Sector, _hierarchies[i].PathTable(bigEndian: false));
            image.Add((long)tables[i].Big * Sector, _hierarchies[i].PathTable(bigEndian: true));
        }

        if (boot.Count > 0) image.Add((long)catalog * Sector, IsoDescriptors.BootCatalog(boot));
        foreach (var hierarchy in _hierarchies) AddDirectories(image, hierarchy);
        foreach (var content in contents) image.Add((long)content.Block * Sector, content.Bytes);
        if (hybrid is not null) image.Add(((long)next * Sector) - IsoHybrid.BackupLength, IsoHybrid.Backup(boot, next, identity));
        image.ExtendTo((long)next * Sector);
        return image;

        byte[] Descriptor(int hierarchy) => IsoDescriptors.Volume(_hierarchies[hierarchy], label, createdAt, identity, next,
            tables[hierarchy].Little, tables[hierarchy].Big);
    }

    /// <summary>The data that identifies the medium: its directories, where names, times and lengths are, and its content.</summary>
    private Guid IdentityOf(List<IsoContent> contents)
    {
        using var identity = new MediumIdentity();
        identity.Add(label);
        identity.Add(createdAt.UtcTicks);
        foreach (var directory in _hierarchies[0].Directories)
        {
            using var writer = new IsoDirectoryWriter(directory, isJoliet: false, createdAt);
            identity.Add(writer.Write());
        }

        foreach (var content in contents) identity.AddContent(content.Bytes);
        return identity.ToGuid();
    }

    private void PlaceDirectories(IsoHierarchy hierarchy, ref uint next)
    {
        foreach (var directory in hierarchy.Directories)
        {
            using var writer = new IsoDirectoryWriter(directory, hierarchy.IsJoliet, createdAt);
            directory.Length = writer.Measure(out var continuation);
            directory.Block = Take(ref next, Blocks(directory.Length) + Blocks(continuation));
        }
    }

    private void AddDirectories(PlannedBytes image, IsoHierarchy hierarchy)
    {
        foreach (var directory in hierarchy.Directories)
        {
            using var writer = new IsoDirectoryWriter(directory, hierarchy.IsJoliet, createdAt);
            image.Add((long)directory.Block * Sector, writer.Write());
        }
    }

    private List<IsoContent> Contents() =>
        // a file has content
        [.. _hierarchies[0].Directories.SelectMany(directory => directory.Entries)
            .Where(entry => entry.Node.Kind == FileKind.File)
            .Select(entry => entry.Node.Content!)
            .Distinct()];

    private static uint Take(ref uint next, uint blocks)
    {
        var first = next;
        next = checked(next + blocks);
        return first;
    }

    private static uint Blocks(int length) => (uint)((length + Sector - 1) / Sector);
}
