using Maas.Images.ByteSources;
using Maas.Images.Disks;
using Maas.Images.Edits;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Partitions;

namespace Maas.Images;

/// <summary>
/// An edit of a disk or file system image. Changes are kept beside the image, in <c>IMAGE.edit</c>, until they are committed; until
/// then, and for ever if the session is disposed first, the image's files are what they were. A program or machine that stops at any
/// moment, and a disk that is full, leave either the old image or a complete journal, which shows as the new image to every
/// <see cref="DiskImage.OpenAsync(string, DiskImageOptions?, CancellationToken)"/> and is carried through by the next edit. A qcow2 or
/// fixed VHD is written to a new file beside the old one, which it replaces when complete: that needs space for both.
/// </summary>
/// <remarks>
/// Content of files that goes to room which was free is written there at once, made durable before the commit, and not kept in the journal:
/// an image whose edit was given up may hold some of it, as it may hold what was deleted, where no file is. The image file is held
/// exclusively. Image and journal belong together: do not move or copy one without the other.
/// </remarks>
/// <example>
/// <code>
/// await using var edit = await DiskImage.EditAsync("disk.raw");
/// edit.OpenTree().Delete("etc/machine-id");
/// await edit.CommitAsync();
/// </code>
/// </example>
public sealed class ImageEdit : IDisposable, IAsyncDisposable
{
    private readonly IEditSession _session;
    private readonly TimeProvider _timeProvider;
    private readonly Dictionary<int, IEditableFileTree> _trees = [];
    private readonly HashSet<(long Offset, long Length)> _changedVolumes = [];
    private DiskImage _image;
    private bool _isLaidOutAnew;

    internal ImageEdit(IEditSession session, TimeProvider timeProvider)
    {
        (_session, _timeProvider) = (session, timeProvider);
        _image = DiskImage.OverRaw(session.Bytes);
    }

    /// <summary>The size a machine would see after the edit, in bytes.</summary>
    public long Length => _session.Bytes.Length;

    /// <summary>How the disk is divided now; <see langword="null"/> when it is not.</summary>
    public PartitionTable? Partitions => _image.Partitions;

    /// <summary>The whole disk, number 0, and each partition, as they are now.</summary>
    public IReadOnlyList<Volume> Volumes => _image.Volumes;

    /// <summary>The whole disk as it will be.</summary>
    internal OverlayBytes Bytes => _session.Bytes;

    /// <summary>The disk as it will be, as a seekable stream for reading.</summary>
    public Stream OpenRead() => _image.OpenRead();

    /// <summary>
    /// The files of a partition, or of an image that is a file system itself, to be changed; always the same object for the same partition.
    /// </summary>
    /// <param name="number">A partition's number; 0 for the whole image; <see langword="null"/> chooses as <see cref="DiskImage.OpenTree"/>
    /// does.</param>
    /// <exception cref="InvalidImageException">There is no such partition, no choice, or a damaged file system on it.</exception>
    /// <exception cref="NotSupportedException">What is on it is not changed here, or has a feature that is not; the message says
    /// which.</exception>
    public IEditableFileTree OpenTree(int? number = null)
    {
        var volume = _image.Choose(number);
        if (!_trees.TryGetValue(volume.Number, out var tree))
            _trees.Add(volume.Number, tree = volume.OpenEditable(BytesOf(volume), _timeProvider));
        return tree;
    }

    /// <summary>
    /// Makes the disk longer, and a partition with it: the second copy of a GPT moves to the new end. What is in the partition stays as
    /// long as it was until <see cref="GrowFileSystem"/>. Trees that were opened before become invalid.
    /// </summary>
    /// <param name="length">Bytes of the disk, no fewer than it has.</param>
    /// <param name="number">The partition that takes the room behind it; <see langword="null"/> for the one that ends last.</param>
    /// <returns>How the disk is divided now; <see langword="null"/> when it is not.</returns>
    /// <exception cref="ArgumentException">There is no such partition, or the length is less than now.</exception>
    /// <exception cref="NotSupportedException">It is a member of an md array.</exception>
    public PartitionTable? Grow(long length, int? number = null)
    {
        if (length < Length) throw new ArgumentException($"The disk has {Length} bytes already.", nameof(length));
        if (Partitions is null && number is not null) throw new ArgumentException($"There is no partition {number}.", nameof(number));
        if (Volumes.FirstOrDefault(
            volume => volume.Content == "linux_raid_member" && (number is null || volume.Number == number)) is { } member)
        {
            throw new NotSupportedException(
                $"{(member.Number == 0 ? "The image" : $"Partition {member.Number}")} holds linux_raid_member, whose superblock may " +
                "be at its end: grow the array.");
        }

        var grown = Partitions?.Grow(length, number);
        Bytes.Grow(length);
        foreach (var patch in grown?.ToPatches(length) ?? []) Bytes.Write(patch.Offset, patch.Bytes.Span);
        Reread();
        return Partitions;
    }

    /// <summary>
    /// Makes a file system fill its partition, or the whole image, up to what its own layout allows; trees that were opened before are let
    /// go.
    /// </summary>
    /// <param name="number">A partition's number; 0 for the whole image; <see langword="null"/> chooses as <see cref="DiskImage.OpenTree"/>
    /// does.</param>
    /// <exception cref="NotSupportedException">The file system is not grown here, or not that far; nothing was changed.</exception>
    public void GrowFileSystem(int? number = null)
    {
        var volume = _image.Choose(number);
        volume.GrowFileSystem(BytesOf(volume), _timeProvider);
        Reread();
    }

    /// <summary>Makes the image what the session shows, durably, and ends the session.</summary>
    /// <param name="cancellationToken">Honoured before the commit begins, and while a qcow2 or VHD is rewritten; the image stays as it
    /// was.</param>
    /// <exception cref="IOException">The disk is full or failed, or a file system has been mounted elsewhere since. Unless the message says
    /// that nothing was changed, the journal stays and the next opening goes on.</exception>
    public Task CommitAsync(CancellationToken cancellationToken = default) => Task.Run(() =>
    {
        foreach (var (offset, length) in _changedVolumes) Volume.RequireUnused(
            _session.Original.Slice(offset, Math.Clamp(_session.Original.Length - offset, 0, length)));
        _session.Commit(cancellationToken);
    }, cancellationToken);

    /// <summary>Ends the session; without a commit the image's files are as they were.</summary>
    public void Dispose() => _session.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// A volume's bytes, for changes outside of files. What is free in it was free before the edit too, unless the disk was laid
    /// out anew, or volumes share their bytes.
    /// </summary>
    internal WritableBytes BytesOf(Volume volume)
    {
        var offset = volume.Partition?.Offset ?? 0;
        _changedVolumes.Add((offset, volume.Length));
        return Bytes.Window(offset, volume.Length, keepsAll: _isLaidOutAnew || !IsAlone(volume));
    }

    private bool IsAlone(Volume volume) => volume.Partition is { } partition
        ? Partitions?.Partitions.All(
            other => other.Number == partition.Number || other.Offset >= partition.End || other.End <= partition.Offset) == true
        : Partitions is null;

    /// <summary>
    /// Reads the partition table again, after it or the length was changed; trees that were opened before become invalid.
    /// </summary>
    internal void Reread()
    {
        _isLaidOutAnew = true;
        _trees.Clear();
        _image = DiskImage.OverRaw(Bytes);
    }
}
