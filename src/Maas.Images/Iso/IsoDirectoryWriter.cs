using Maas.Images.Bytes;
using Maas.Images.FileTrees;

namespace Maas.Images.Iso;

/// <summary>Writes a directory's records; no record crosses a sector, and fields that do not fit in one go on behind the directory.</summary>
internal sealed class IsoDirectoryWriter(IsoNode directory, IsoNode parent, DateTimeOffset createdAt, IsoNode root) : IDisposable
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
        WriteRecords(directory.Block + (uint)(directory.DirectoryLength / Sector));
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
        var own = RockRidgeWriter.Fields(directory, createdAt, withName: false);
        if (directory == root)
        {
            own.Insert(0, RockRidgeWriter.Mark);
            own.Add(RockRidgeWriter.Extension);
        }

        Add(directory, [0], own, continuationBlock);
        Add(parent, [1], RockRidgeWriter.Fields(parent, createdAt, withName: false), continuationBlock);
        foreach (var child in directory.Ordered()) Add(child, child.IsoName, RockRidgeWriter.Fields(child, createdAt, withName: true), continuationBlock);
        _records.SetLength((_records.Length + Sector - 1) / Sector * Sector);
    }

    private void Add(IsoNode node, byte[] name, List<byte[]> fields, uint continuationBlock)
    {
        var time = node.Ownership.ModifiedAt ?? createdAt;
        var systemUse = SystemUse(fields, 33 + name.Length + (name.Length % 2 == 0 ? 1 : 0), continuationBlock);
        if (node.Kind == FileKind.Directory)
        {
            Append(Record(node.Block, (uint)node.DirectoryLength, time, 0x02, name, systemUse));
            return;
        }

        foreach (var (block, length, goesOn) in node.Kind == FileKind.File ? IsoPlan.Extents(node) : [(0u, 0u, false)])
            Append(Record(block, length, time, (byte)(goesOn ? 0x80 : 0), name, systemUse));
    }

    private byte[] SystemUse(List<byte[]> fields, int used, uint continuationBlock)
    {
        var room = LongestRecord - used;
        if (fields.Sum(field => field.Length) <= room) return [.. fields.SelectMany(field => field)];
        var inside = 0;
        var taken = 0;
        while (taken + fields[inside].Length + ContinuationSize <= room) taken += fields[inside++].Length;
        byte[] rest = [.. fields[inside..].SelectMany(field => field)];
        if ((_continued.Length % Sector) + rest.Length > Sector) _continued.SetLength((_continued.Length + Sector - 1) / Sector * Sector);
        var (block, offset) = Math.DivRem((int)_continued.Length, Sector);
        _continued.Position = _continued.Length;
        _continued.Write(rest);
        return [.. fields[..inside].SelectMany(field => field), .. RockRidgeWriter.Continuation(continuationBlock + (uint)block, offset, rest.Length)];
    }

    private void Append(byte[] record)
    {
        if ((_records.Length % Sector) + record.Length > Sector) _records.SetLength((_records.Length + Sector - 1) / Sector * Sector);
        _records.Position = _records.Length;
        _records.Write(record);
    }
}
