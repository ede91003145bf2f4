using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// Opens a file system for changes: refuses what would be damaged by them, and finishes what a machine that stopped has left.
/// </summary>
internal static class ExtRecovery
{
    private const ExtIncompat Writable = ExtIncompat.Readable;

    private const ExtReadOnlyCompat WritableToo = ExtReadOnlyCompat.SparseSuper
        | ExtReadOnlyCompat.LargeFile
        | ExtReadOnlyCompat.HugeFile
        | ExtReadOnlyCompat.GroupChecksums
        | ExtReadOnlyCompat.ManyLinks | ExtReadOnlyCompat.ExtraInodeSize | ExtReadOnlyCompat.MetadataChecksums | ExtReadOnlyCompat.Verity;

    private const int Clean = 1;
    private const int HasErrors = 2;

    public static ExtEditableTree Open(WritableBytes bytes, TimeProvider timeProvider) =>
        new(OpenVolume(bytes, timeProvider), timeProvider);

    public static ExtVolume OpenVolume(WritableBytes bytes, TimeProvider timeProvider)
    {
        var super = ExtSuperblock.Read(bytes);
        ExtMountProtection.RequireUnused(bytes, super); // before the journal, which is another machine's then
        if (super.Has(ExtIncompat.Recover)) Replay(bytes, super);
        var volume = new ExtVolume(bytes);
        Check(volume.Super);
        FreeOrphans(volume, timeProvider);
        return volume;
    }

    private static void Check(ExtSuperblock super)
    {
        if (((super.Incompat & ~Writable) != 0 ? $"{super.Incompat & ~Writable}"
            : (super.ReadOnlyCompat & ~WritableToo) != 0 ? $"{super.ReadOnlyCompat & ~WritableToo}"
            : null) is { } unknown)
            throw new NotSupportedException(
                $"The file system has features that are not changed here: {unknown}."
                + (super.Has(ExtReadOnlyCompat.OrphansPresent)
                    ? " It was not unmounted: mount it once, or let e2fsck (-fy) clear OrphansPresent."
                    : ""));
        if (super.FirstInode < 11 || super.FirstInode > super.InodeCount)
            throw new InvalidImageException("ext superblock", $"the first inode for files is {super.FirstInode}",
                ExtSuperblock.Offset + 84);
        if ((super.State & HasErrors) != 0 || (super.State & Clean) == 0)
            throw new InvalidImageException(
                "ext superblock", "the file system is marked as not clean; e2fsck must see it first", ExtSuperblock.Offset + 58);
    }

    /// <summary>Writes the journal's newer blocks where they belong, and empties it.</summary>
    private static void Replay(WritableBytes bytes, ExtSuperblock super)
    {
        var (replayed, journal, inode) = ReplayedBytes.Over(bytes, super);
        if (journal.HasFastCommits)
            throw new NotSupportedException(
                "The file system was not unmounted and its journal may hold fast commits; mount it once, or let e2fsck replay it.");
        var block = new byte[super.BlockSize];
        foreach (var number in replayed.Newer.ToList())
        {
            replayed.ReadExactly(super.OffsetOfBlock(number), block, "ext journal block");
            bytes.Write(super.OffsetOfBlock(number), block);
        }

        var head = new ExtBlockMap(bytes, super).ReadMapping(inode).Find(0)
            ?? throw new InvalidImageException("ext journal", "it has no superblock");
        bytes.ReadExactly(super.OffsetOfBlock(head), block, "ext journal");
        ExtJournal.Empty(block, journal.NextSequence);
        bytes.Write(super.OffsetOfBlock(head), block);

        var newer = ExtSuperblock.Read(bytes);
        newer.Clear(ExtIncompat.Recover);
        newer.SetChecksum();
        bytes.Write(ExtSuperblock.Offset, newer.Raw);
    }

    /// <summary>
    /// Files that were open without a name when the machine stopped, and files that were being cut: a list through the superblock and the
    /// inodes' times of deletion.
    /// </summary>
    private static void FreeOrphans(ExtVolume volume, TimeProvider timeProvider)
    {
        if (volume.Super.LastOrphan == 0) return;
        var editor = new ExtEditor(volume, timeProvider);
        var seen = new HashSet<uint>();
        for (var number = volume.Super.LastOrphan; number != 0;)
        {
            if (!seen.Add(number)) throw new InvalidImageException("ext orphan list", $"inode {number} comes a second time");
            var inode = editor.Inodes.Read(number);
            var next = ((ReadOnlySpan<byte>)inode.Raw).U32(20);
            if (inode.Links == 0)
            {
                editor.Free(inode);
            }
            else
            {
                inode.Raw.AsSpan().U32(20, 0);
                if (inode.Kind is FileKind.File or FileKind.Directory) editor.Truncate(inode);
                else editor.Inodes.Write(inode);
            }

            number = next;
        }

        volume.Super.LastOrphan = 0;
        volume.Flush();
    }
}
