using Maas.Images.Archives;
using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Partitions;

namespace Maas.Images.Disks;

/// <summary>A stretch of a disk that holds one thing: the whole disk, or a partition.</summary>
public sealed class Volume
{
    private readonly RandomAccessSource _bytes;
    private readonly UnpackedFiles _scratch;
    private readonly VolumeFormat? _format;

    internal Volume(int number, Partition? partition, RandomAccessSource bytes, UnpackedFiles scratch)
    {
        (Number, Partition, _bytes, _scratch) = (number, partition, bytes, scratch);
        _format = VolumeFormat.Sniff(bytes);
    }

    /// <summary>The partition's number; 0 is the whole disk.</summary>
    public int Number { get; }

    /// <summary>The partition; <see langword="null"/> for the whole disk.</summary>
    public Partition? Partition { get; }

    /// <summary>Bytes.</summary>
    public long Length => _bytes.Length;

    /// <summary>What it holds, found by content: <c>ext4</c>, <c>fat32</c>, <c>iso9660</c>, <c>squashfs</c>, <c>cpio</c>, <c>tar</c>, whose
    /// files are read; or, by name alone, some sixty others: <c>swap</c>, <c>luks</c>, <c>lvm2</c>, <c>linux_raid_member</c>, <c>xfs</c>,
    /// <c>btrfs</c>, <c>ntfs</c>, <c>udf</c>,
    /// <c>efi program</c>, <c>text</c>; empty if unknown.</summary>
    public string Content => _format?.Name(_bytes) ?? "";

    /// <summary>What the files that <see cref="OpenTree"/> shows do not tell: a second file system beside this one, or changes that are not
    /// read here;
    /// <see langword="null"/> if they are the whole truth.</summary>
    public string? Warning => _format?.Warning?.Invoke(_bytes);

    /// <summary>Whether it can be all of a disk or partition; an archive, a program and a text are files.</summary>
    internal bool IsDisk => _format?.IsDisk ?? true;

    /// <summary>Whether <see cref="OpenTree"/> can read it.</summary>
    public bool HasTree => _format?.Open is not null;

    /// <summary>Whether <see cref="ImageEdit.GrowFileSystem"/> makes what it holds longer: ext2, ext3 and ext4.</summary>
    public bool CanGrowFileSystem => _format?.Grow is not null;

    /// <summary>The bytes themselves, as a seekable stream.</summary>
    public Stream OpenRead() => _bytes.OpenStream();

    /// <summary>The files in it.</summary>
    /// <exception cref="InvalidImageException">It holds no file system that is read here, or a damaged one.</exception>
    public IFileTree OpenTree() =>
        _format?.Open is { } open
            ? open(_bytes, _scratch)
            : throw new InvalidImageException(
                Number == 0 ? "image" : $"partition {Number}",
                Content.Length == 0 ? "holds no file system known here"
                : IsDisk ? $"holds {Content}, whose files are not read here"
                : $"it is {Content}, which holds no files");

    /// <summary>Refuses a file system that says of itself that it is mounted elsewhere, as it is on the medium now.</summary>
    internal static void RequireUnused(RandomAccessSource bytes)
    {
        if (ExtSuperblock.Matches(bytes)) ExtMountProtection.RequireUnused(bytes, ExtSuperblock.Read(bytes));
    }

    /// <summary>Makes the file system in it fill the volume.</summary>
    internal void GrowFileSystem(WritableBytes bytes, TimeProvider timeProvider)
    {
        if (_format?.Grow is not { } grow)
            throw new NotSupportedException($"{(Number == 0 ? "The image" : $"Partition {Number}")} holds " +
                $"{(Content.Length == 0 ? "no file system known here" : $"{Content}, which is not grown here")}.");
        grow(bytes, timeProvider);
    }

    /// <summary>The files in it, to be changed through bytes that are these and can be written to.</summary>
    internal IEditableFileTree OpenEditable(WritableBytes bytes, TimeProvider timeProvider) =>
        _format?.Edit is { } edit
            ? edit(bytes, timeProvider)
            : throw new NotSupportedException($"{(Number == 0 ? "The image" : $"Partition {Number}")} holds " +
                $"{(Content.Length == 0 ? "no file system known here" : $"{Content}, whose files are not changed here")}.");
}
