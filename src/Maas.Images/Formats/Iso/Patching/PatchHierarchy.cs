using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso.Patching;

/// <summary>The directories under one volume descriptor of an ISO that is being patched.</summary>
/// <param name="image">The ISO, or the partition whose descriptor it is.</param>
/// <param name="volume">The descriptor.</param>
/// <param name="skip">Bytes before the Rock Ridge fields of each record; null without.</param>
internal sealed class PatchHierarchy(IsoWindow image, IsoVolume volume, int? skip)
{
    private const int Sector = IsoVolume.SectorSize;
    private const int LargestDirectory = 64 << 20;
    private const string Structure = "ISO directory";

    public bool IsJoliet => volume.IsJoliet;

    /// <summary>Bytes before the Rock Ridge fields of each record.</summary>
    public int? Skip => skip;

    /// <summary>The block of the whole that block 0 is here.</summary>
    public uint First => image.First;

    /// <summary>The directory at a path; null if it goes by another name here.</summary>
    public PatchDirectory? Find(string path)
    {
        var directory = Root();
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (directory.Find(record => IsNamed(record, name) && (record.IsDirectory || record.MovedTo is not null)) is not { } found)
                return null;
            directory = Child(directory, directory.Records[found.At]);
        }

        return directory;
    }

    /// <summary>Whether a record goes by a name, as it is or as Joliet has to spell it.</summary>
    public bool IsNamed(PatchRecord record, string name) =>
        record.Name.Equals(name, StringComparison.Ordinal)
            || (IsJoliet && record.Name.Equals(IsoNames.ToJoliet(name), StringComparison.Ordinal));

    /// <summary>Every directory, the root first.</summary>
    public IEnumerable<PatchDirectory> All()
    {
        var seen = new HashSet<uint>();
        var open = new Stack<PatchDirectory>([Root()]);
        while (open.TryPop(out var directory))
        {
            if (!seen.Add(directory.Block))
                throw new InvalidImageException(Structure, "it is found a second time", (long)directory.Block * Sector);
            yield return directory;
            foreach (var record in directory.Records) if (record.IsDirectory && !record.IsDotName) open.Push(Child(directory, record));
        }
    }

    /// <summary>A record for a file that is new here.</summary>
    public PatchRecord NewRecord(PatchDirectory directory, string name, FileOwnership ownership, DateTimeOffset time)
    {
        var names = new IsoNames(IsJoliet);
        foreach (var record in directory.Records) names.Reserve(record.Identifier);
        var node = new IsoNode(name, FileKind.File, ownership);
        var identifier = names.Name(node);
        byte[] fields = skip is { } from
            ? [.. new byte[from], .. RockRidgeWriter.Fields(node, time, withName: true).SelectMany(field => field)]
            : [];
        var length = 33 + identifier.Length + (identifier.Length % 2 == 0 ? 1 : 0) + fields.Length;
        if (length > 254) throw new NotSupportedException($"{name} is too long a name to be added to an ISO that is there.");
        return new PatchRecord(name, IsoDirectoryWriter.Record(0, 0, ownership.ModifiedAt ?? time, 0, identifier, fields), null);
    }

    /// <summary>
    /// Writes a directory back; one that has outgrown its place goes behind the end, and everything that points to it follows.
    /// </summary>
    public void Save(PatchDirectory directory)
    {
        var packed = directory.Pack();
        if (packed.Length <= directory.Size)
        {
            var whole = new byte[directory.Size];
            packed.CopyTo(whole, 0);
            image.Write((long)directory.Block * Sector, whole);
            return;
        }

        if (directory.IsMoved)
            throw new NotSupportedException("A directory that is nested more than eight deep cannot grow in an ISO that is there.");
        var moved = directory with { Block = image.End, Size = (uint)packed.Length };
        Retarget(moved.Records, 0, moved);
        if (directory.Parent is null) Retarget(moved.Records, 1, moved);
        image.Append(new MemoryBytes(moved.Pack()));
        foreach (var child in directory.Records.Where(record => !record.IsDotName && (record.IsDirectory || record.MovedTo is not null)))
            PointBack(child, moved);
        MovePathTables(directory.Block, moved.Block);
        if (directory.Parent is not { } parent)
        {
            var old = volume.RootRecord.ToArray();
            Pointing(old, moved).CopyTo(volume.RootRecord, 0);
            // More than one descriptor may have this root: ISO 9660:1999 has a second one for the same tree.
            foreach (var descriptor in IsoVolume.Descriptors(image))
                if (image.Read(descriptor + 156, 10, Structure).AsSpan().SequenceEqual(old.AsSpan(0, 10)))
                    image.Write(descriptor + 156, volume.RootRecord);
            return;
        }

        var at = parent.Records.FindIndex(record => !record.IsDotName && record.IsDirectory && record.Block == directory.Block);
        Retarget(parent.Records, at, moved);
        Save(parent);
    }

    private PatchDirectory Root()
    {
        var record = IsoRecord.At(volume.RootRecord, volume.Offset + 156);
        return Read(record.Block, record.Size, null, isMoved: false);
    }

    private PatchDirectory Child(PatchDirectory parent, PatchRecord record) => record.MovedTo is { } block
        ? Read(block, OwnSize(block), parent, isMoved: true)
        : Read(record.Block, record.Size, parent, isMoved: false);

    private uint OwnSize(uint block) => IsoRecord.At(image.Read((long)block * Sector, 256, Structure), (long)block * Sector).Size;

    private PatchDirectory Read(uint block, uint size, PatchDirectory? parent, bool isMoved)
    {
        if (volume.BlockSize != Sector)
            throw new NotSupportedException($"An ISO with blocks of {volume.BlockSize} bytes is not patched here.");
        if (size > LargestDirectory || size % Sector != 0)
            throw new InvalidImageException(Structure, $"it is {size} bytes long", (long)block * Sector);
        var bytes = image.Read((long)block * Sector, (int)size, Structure);
        var records = new List<PatchRecord>();
        for (var sector = 0; sector < bytes.Length; sector += Sector)
            for (var at = sector; at < sector + Sector && bytes[at] != 0; at += bytes[at])
                records.Add(Record(bytes.AsSpan(at, sector + Sector - at), ((long)block * Sector) + at));
        if (records is not [{ IsDotName: true }, { IsDotName: true }, ..])
            throw new InvalidImageException(Structure, "it does not begin with itself and its parent", (long)block * Sector);
        return new PatchDirectory(block, size, parent, isMoved, records);
    }

    private PatchRecord Record(ReadOnlySpan<byte> rest, long offset)
    {
        var record = IsoRecord.At(rest, offset);
        var fields = skip is { } from && !record.IsSelf && !record.IsParent
            ? RockRidge.Read(image, record.SystemUse[Math.Min(from, record.SystemUse.Length)..], volume.BlockSize, offset)
            : null;
        return new PatchRecord(fields?.Name ?? volume.NameOf(record.Name), rest[..record.Length].ToArray(), fields?.ChildBlock);
    }

    /// <summary>A child's ".." is to say where its parent is now; so is the PL field of one that was moved.</summary>
    private void PointBack(PatchRecord child, PatchDirectory parent)
    {
        var start = (long)(child.MovedTo ?? child.Block) * Sector;
        var sector = image.Read(start, Sector, Structure);
        var dotdot = sector.AsSpan(sector[0]);
        if (child.MovedTo is null)
        {
            RockRidgeWriter.Both(dotdot, 2, parent.Block);
            RockRidgeWriter.Both(dotdot, 10, parent.Size);
        }
        else if (dotdot[..dotdot[0]].IndexOf("PL\x0C"u8) is > 0 and var field)
        {
            RockRidgeWriter.Both(dotdot[field..], 4, parent.Block);
        }

        image.Write(start, sector);
    }

    private void MovePathTables(uint from, uint to)
    {
        ReadOnlySpan<byte> descriptor = image.Read(volume.Offset, Sector, "ISO volume descriptor");
        var length = (int)Math.Min(descriptor.U32(132), LargestDirectory);
        foreach (var (block, bigEndian) in (ReadOnlySpan<(uint, bool)>)
        [
            (descriptor.U32(140), false), (descriptor.U32(144), false), (descriptor.U32Big(148), true), (descriptor.U32Big(152), true)
        ])
        {
            if (block == 0) continue;
            var table = image.Read((long)block * Sector, length, "ISO path table");
            for (var at = 0; at + 8 <= length; at += 8 + table[at] + (table[at] % 2))
            {
                var entry = table.AsSpan(at + 2, 4);
                if ((bigEndian ? ((ReadOnlySpan<byte>)entry).U32Big(0) : ((ReadOnlySpan<byte>)entry).U32(0)) != from) continue;
                if (bigEndian) entry.U32Big(0, to);
                else entry.U32(0, to);
                image.Write(((long)block * Sector) + at + 2, entry);
            }
        }
    }

    private static void Retarget(List<PatchRecord> records, int at, PatchDirectory directory) =>
        records[at] = records[at] with { Bytes = Pointing(records[at].Bytes, directory) };

    private static byte[] Pointing(byte[] record, PatchDirectory directory)
    {
        var bytes = record.ToArray();
        RockRidgeWriter.Both(bytes, 2, directory.Block);
        RockRidgeWriter.Both(bytes, 10, directory.Size);
        return bytes;
    }
}
