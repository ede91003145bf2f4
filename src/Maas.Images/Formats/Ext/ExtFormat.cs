using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Primitives;
using Field = Maas.Images.Formats.Ext.ExtSuperblockField;

namespace Maas.Images.Formats.Ext;

/// <summary>Makes an empty ext4 file system on bytes that are zeros: groups, root, lost+found, journal.</summary>
internal static class ExtFormat
{
    private const uint JournalNumber = 8;
    private const uint LostAndFoundNumber = 11;

    private static readonly UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static ExtVolume Make(WritableBytes bytes, ExtGeometry geometry, TimeProvider timeProvider)
    {
        var raw = geometry.Superblock();
        bytes.Write(ExtSuperblock.Offset, raw);
        var blocks = ExtNewGroups.UsableBlocks(ExtSuperblock.Read(bytes), geometry.Length / geometry.BlockSize);
        if (blocks != geometry.Length / geometry.BlockSize)
            bytes.Write(ExtSuperblock.Offset, (geometry with { Length = blocks * geometry.BlockSize }).Superblock());

        var volume = new ExtVolume(bytes);
        var groups = new ExtNewGroups(volume, onZeros: true);
        if (volume.BlocksIn(0) < ExtGroupLayout.HeadBlocks(volume.Super, 0) + 2 + ExtGroupLayout.InodeTableBlocks(volume.Super)
            + ExtNewGroups.LeastContent)
            throw new ArgumentException($"{geometry.Length} bytes are too few for a file system.");
        for (var group = 0; group < volume.Super.GroupCount; group++)
        {
            groups.Add(group);
            if (volume.Blocks.Changed > ExtVolume.MostChanged) volume.Flush();
        }

        var allocator = new ExtBlockAllocator(volume);
        var numbers = new ExtInodeAllocator(volume, allocator);
        for (var number = 1u; number <= LostAndFoundNumber; number++)
            numbers.Take(0, (int)number - 1, number is ExtInode.RootNumber or LostAndFoundNumber);
        volume.Flush();

        var editor = new ExtEditor(volume, timeProvider);
        var inodes = editor.Inodes;
        ExtResizeInode.Write(volume, inodes, ExtResizeInode.Make(volume, inodes, allocator));
        editor.BeginDirectory(inodes.Make(ExtInode.RootNumber, FileKind.Directory, null), ExtInode.RootNumber);
        editor.BeginDirectory(
            inodes.Make(LostAndFoundNumber, FileKind.Directory, new FileOwnership { Mode = Private | UnixFileMode.UserExecute }),
            ExtInode.RootNumber);
        editor.AddName(ExtInode.RootNumber, "lost+found"u8.ToArray(), LostAndFoundNumber, FileKind.Directory);
        MakeJournal(volume, editor, allocator);
        volume.Flush();
        return volume;
    }

    private static void MakeJournal(ExtVolume volume, ExtEditor editor, ExtBlockAllocator allocator)
    {
        var super = volume.Super;
        var length = ExtGeometry.JournalBlocks(super.BlockCount);
        if (length == 0) return;
        var mapping = new ExtMapping(super);
        for (var done = 0; done < length;)
        {
            var (start, count) = allocator.Allocate(mapping.Next, length - done);
            mapping.Add(new ExtRun(done, count, start, Written: true));
            done += count;
        }

        var inode = editor.Inodes.Make(JournalNumber, FileKind.File, new FileOwnership { Mode = Private });
        editor.WriteMapped(inode, mapping, (long)length * super.BlockSize);
        ExtJournal.WriteHead(volume.Blocks.Fill(mapping.Runs[0].Physical), length, super);
        super.Set(ExtCompat.HasJournal);
        super.Raw.AsSpan().U32(Field.JournalInode, JournalNumber);
        super.Raw[Field.JournalBackupType] = 1; // a copy of the journal's map and length follows
        inode.BlockMap.CopyTo(super.Raw.AsSpan(Field.JournalBackup));
        super.Raw.AsSpan().U32(Field.JournalBackupLengthHigh, (uint)(inode.Length >> 32));
        super.Raw.AsSpan().U32(Field.JournalBackupLengthLow, (uint)inode.Length);
    }
}
