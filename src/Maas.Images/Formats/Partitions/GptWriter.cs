namespace Maas.Images.Formats.Partitions;

/// <summary>Lays a GUID partition table out on a disk: [MBR][header][entries] … [entries][header].</summary>
internal static class GptWriter
{
    public const ulong LegacyBoot = 4;

    /// <summary>Bytes of the entries, in whole sectors.</summary>
    public static int EntriesLength(PartitionTable table) =>
        ((EntryCount(table) * GptBytes.EntrySize) + table.SectorSize - 1) / table.SectorSize * table.SectorSize;

    public static IReadOnlyList<DiskPatch> Write(PartitionTable table, long diskLength)
    {
        var sector = table.SectorSize;
        var sectors = diskLength / sector;
        var gpt = GptBytes.Create(sector, Guid.Parse(table.DiskId), EntryCount(table));
        foreach (var partition in table.Partitions)
            gpt.Set(
                partition.Number,
                partition.Type,
                partition.Id,
                partition.Offset / sector,
                (partition.End / sector) - 1,
                partition.Attributes,
                partition.Name);
        gpt.Fit(sectors);
        return
        [
            new((sectors - 1 - gpt.EntrySectors) * sector, gpt.Entries),
            new((sectors - 1) * sector, gpt.SecondHeader()),
            new(gpt.EntriesOffset, gpt.Entries),
            new(sector, gpt.FirstHeader()),
            new(MbrWriter.EntriesOffset, MbrWriter.Protective(table, sectors - 1)),
        ];
    }

    private static int EntryCount(PartitionTable table) =>
        Math.Max(GptBytes.LeastEntries, (table.Partitions.Select(partition => partition.Number).DefaultIfEmpty().Max() + 3) / 4 * 4);
}
