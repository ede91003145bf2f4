using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// Writes a directory's records; no record crosses a sector, and fields that do not fit in one go on behind the directory.
/// </summary>
internal sealed class IsoDirectoryWriter(IsoDirectory directory, bool isJoliet, DateTimeOffset createdAt) : IDisposable
{
    private const int Sector = IsoVolume.SectorSize;
    private const int LongestRecord = 254;
    private const int ContinuationSize = 28;

    private readonly MemoryStream _records = new();
    private readonly MemoryStream _continued = new();

    /// <summary>Bytes of the records, whole sectors, and of what continues them. Both do not depend on any block number.</summary>
    public int Measure(out int continued)
    {
        WriteRecords(0);
        continued = (int)_continued.Length;
        return (int)_records.Length;
    }

    public byte[] Write()
    {
        WriteRecords(directory.Block + (uint)(directory.Length / Sector));
        return [.. _records.ToArray(), .. _continued.ToArray()];
    }

    public void Dispose()
    {
        _records.Dispose();
        _continued.Dispose();
    }

    public static byte[] Record(uint block, uint length, DateTimeOffset time, byte flags, byte[] name, byte[] systemUse)
    {
        var padding = name.Length % 2 == 0 ? 1 : 0;
        var record = new byte[(33 + name.Length + padding + systemUse.Length + 1) & ~1];
        Span<byte> s = record;
        s[0] = (byte)record.Length;
        RockRidgeWriter.Both(s, 2, block);
        RockRidgeWriter.Both(s, 10, length);
        IsoTime.WriteShort(s[18..], time);
        s[25] = flags;
        s.U16(28, 1);
        s.U16Big(30, 1);
        s[32] = (byte)name.Length;
        name.CopyTo(s[33..]);
        systemUse.CopyTo(s[(33 + name.Length + padding)..]);
        return record;
    }

    private void WriteRecords(uint continuationBlock)
    {
        _records.SetLength(0);
        _continued.SetLength(0);
        AddDirectory(directory, [0], SelfFields(), continuationBlock);
        AddDirectory(directory.Parent, [1], ParentFields(), continuationBlock);
        foreach (var entry in directory.Entries)
        {
            if (entry.IsPlaceholder(directory))
                Append(Record(
                    0,
                    0,
                    TimeOf(entry.Node),
                    0,
                    entry.Name,
                    SystemUse(Fields(entry.Node, RockRidgeWriter.ChildLink(entry.Directory!.Block)), entry.Name, continuationBlock)));
            else if (entry.Directory is { } child)
                AddDirectory(
                    child,
                    entry.Name,
                    Fields(entry.Node, child.IsMoved || child.IsMovingPlace ? RockRidgeWriter.Relocated : []),
                    continuationBlock);
            else AddFile(entry, continuationBlock);
        }

        _records.SetLength((_records.Length + Sector - 1) / Sector * Sector);
    }

    private List<byte[]> SelfFields()
    {
        if (isJoliet) return [];
        var fields = RockRidgeWriter.Fields(directory.Node, createdAt, withName: false);
        return directory.IsRoot ? [RockRidgeWriter.Mark, .. fields, RockRidgeWriter.Extension] : fields;
    }

    private List<byte[]> ParentFields()
    {
        if (isJoliet) return [];
        var fields = RockRidgeWriter.Fields(directory.Origin.Node, createdAt, withName: false);
        return directory.IsMoved ? [.. fields, RockRidgeWriter.ParentLink(directory.Origin.Block)] : fields;
    }

    private List<byte[]> Fields(IsoNode node, byte[] more)
    {
        if (isJoliet) return [];
        var fields = RockRidgeWriter.Fields(node, createdAt, withName: true);
        return more.Length == 0 ? fields : [.. fields, more];
    }

    private void AddDirectory(IsoDirectory child, byte[] name, List<byte[]> fields, uint continuationBlock) =>
        Append(Record(child.Block, (uint)child.Length, TimeOf(child.Node), 0x02, name, SystemUse(fields, name, continuationBlock)));

    private void AddFile(IsoEntry entry, uint continuationBlock)
    {
        var systemUse = SystemUse(Fields(entry.Node, []), entry.Name, continuationBlock);
        foreach (var (block, length, goesOn) in entry.Node.Content?.Extents() ?? [(0u, 0u, false)])
            Append(Record(block, length, TimeOf(entry.Node), (byte)(goesOn ? 0x80 : 0), entry.Name, systemUse));
    }

    private DateTimeOffset TimeOf(IsoNode node) => node.Ownership.ModifiedAt ?? createdAt;

    private byte[] SystemUse(List<byte[]> fields, byte[] name, uint continuationBlock)
    {
        var room = LongestRecord - (33 + name.Length + (name.Length % 2 == 0 ? 1 : 0));
        if (fields.Sum(field => field.Length) <= room) return [.. fields.SelectMany(field => field)];
        var inside = 0;
        var taken = 0;
        while (taken + fields[inside].Length + ContinuationSize <= room) taken += fields[inside++].Length;
        byte[] rest = [.. fields[inside..].SelectMany(field => field)];
        if ((_continued.Length % Sector) + rest.Length > Sector) _continued.SetLength((_continued.Length + Sector - 1) / Sector * Sector);
        var (block, offset) = Math.DivRem((int)_continued.Length, Sector);
        _continued.Position = _continued.Length;
        _continued.Write(rest);
        return
        [
            .. fields[..inside].SelectMany(field => field),
            .. RockRidgeWriter.Continuation(continuationBlock + (uint)block, offset, rest.Length)
        ];
    }

    private void Append(byte[] record)
    {
        if ((_records.Length % Sector) + record.Length > Sector) _records.SetLength((_records.Length + Sector - 1) / Sector * Sector);
        _records.Position = _records.Length;
        _records.Write(record);
    }
}
