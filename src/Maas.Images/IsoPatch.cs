using Maas.Images.ByteSources;
using Maas.Images.Formats.Iso;
using Maas.Images.Formats.Iso.Patching;

namespace Maas.Images;

/// <summary>
/// Changes to an ISO that is there: another kernel line, a preseed, an initrd with something more in it. <see cref="Open"/> serves the
/// changed ISO without a copy, so one file on disk is a different ISO for each machine; <see cref="ApplyAsync"/> changes the file itself.
/// </summary>
/// <remarks>
/// <para>New content goes behind the end; the directory records that point to it are changed under Rock Ridge's and Joliet's names, and
/// with them the boot catalogue, a loader's boot information table, and a hybrid image's MBR, GPT (whose second copy moves to the new end)
/// and Apple partition map. Where a partition shows the ISO's files too, with or without directories of its own (xorriso's
/// <c>-partition_offset</c>), these are changed as well, the partition grows, and those behind it (<c>-append_partition</c>) move behind
/// the new content. The rest of the ISO keeps its place, and the same changes give the same bytes.</para>
/// <para>Checksums that the ISO holds of itself (<c>md5sum.txt</c>, <c>.disk</c>, an implanted MD5) are left as they are. A new file goes
/// into a directory that is there. Files of 4 GiB and more are not put in. An ISO with UDF or HFS beside ISO 9660 is refused.</para>
/// </remarks>
/// <example>
/// <code>
/// using var iso = File.OpenRead("debian-12-netinst.iso");
/// var patch = new IsoPatch();
/// patch.Write("preseed.cfg", preseedOfThisMachine);
/// patch.Change("install.amd/initrd.gz", initrd => Initramfs.Append(initrd, cpio => cpio.WriteFile("preseed.cfg", preseedOfThisMachine)));
/// await using var served = patch.Open(iso);
/// </code>
/// </example>
public sealed class IsoPatch
{
    private readonly List<(string Path, Func<Stream?, RandomAccessSource> Content)> _changes = [];

    /// <summary>Gives a file other bytes, or makes it.</summary>
    /// <param name="path">The file; links on the way and at the end are followed inside the ISO.</param>
    /// <param name="content">All of its bytes.</param>
    public void Write(string path, ReadOnlyMemory<byte> content) => _changes.Add((path, _ => new MemoryBytes(content)));

    /// <summary>Gives a file the bytes of a file of this machine, or makes it; it is read when the ISO is.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public void Write(string path, string file)
    {
        var content = ReopenedBytes.File(Path.GetFullPath(file));
        _changes.Add((path, _ => content));
    }

    /// <summary>Gives a file bytes that are made of those it has.</summary>
    /// <param name="path">The file; it has to be there.</param>
    /// <param name="change">Makes a seekable stream of the old one, which it may go on reading from.</param>
    public void Change(string path, Func<Stream, Stream> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _changes.Add((
            path,
            old => StreamBytes.Over(
                change(old ?? throw new FileNotFoundException($"The ISO has no file {path}.", path)), leaveOpen: false)));
    }

    /// <summary>Opens the ISO as it is after the changes.</summary>
    /// <param name="iso">Seekable; a file may serve any number of patched streams at once. It stays open as long as they do, and is not
    /// closed with them.</param>
    /// <returns>A seekable stream; it reads from <paramref name="iso"/> as it is read.</returns>
    /// <exception cref="InvalidImageException">It is no ISO, or a damaged one.</exception>
    /// <exception cref="FileNotFoundException">A file to be changed is not there.</exception>
    /// <exception cref="DirectoryNotFoundException">A new file's directory is not there.</exception>
    /// <exception cref="NotSupportedException">The ISO has UDF or HFS beside ISO 9660, a file would be too large, a new name is too long,
    /// or its directory is nested too deep.</exception>
    public Stream Open(Stream iso)
    {
        ArgumentNullException.ThrowIfNull(iso);
        var image = Lay(StreamBytes.Over(iso, leaveOpen: true));
        return new ByteStream(image, image);
    }

    /// <summary>
    /// Changes an ISO file in place. What changes is gathered in a journal first: a crash or a full disk leaves the old image, or a
    /// complete journal that the next opening carries through (<see cref="DiskImage.EditAsync"/>).
    /// </summary>
    /// <param name="path">The ISO, held exclusively until it is done.</param>
    /// <param name="cancellationToken">Ends it; the ISO stays as it was.</param>
    /// <inheritdoc cref="Open" path="/exception"/>
    public async Task ApplyAsync(string path, CancellationToken cancellationToken = default)
    {
        using var edit = await DiskImage.EditAsync(path, null, cancellationToken).ConfigureAwait(false);
        await Task.Run(() => Apply(edit, cancellationToken), cancellationToken).ConfigureAwait(false);
        await edit.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Apply(ImageEdit edit, CancellationToken cancellationToken)
    {
        using var before = edit.OpenRead();
        using var image = Lay(new SlicedBytes(StreamBytes.Over(before, leaveOpen: true), 0, before.Length));
        var changes = image.Changes();
        var old = before.Length;
        edit.Bytes.Grow(image.Length);
        // Content past the old end may be copied from the old image, so it is written before any sector of the old image changes.
        foreach (var (offset, bytes) in changes.Where(change => change.Offset >= old).Concat(changes.Where(change => change.Offset < old)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            edit.Bytes.Write(offset, bytes.Span);
        }
    }

    private IsoOverlay Lay(RandomAccessSource iso)
    {
        if (!IsoVolume.Matches(iso))
            throw new InvalidImageException("ISO", "it has no volume descriptor", IsoVolume.First * IsoVolume.SectorSize);
        if (BridgeFileSystems.NameOf(iso) is { } other)
            throw new NotSupportedException($"The ISO shows its files through {other} too, which is not patched here: a machine that " +
                "reads that would see the old ones.");
        var image = new IsoOverlay(iso);
        try
        {
            var patcher = new IsoPatcher(image);
            foreach (var (path, content) in _changes)
            {
                var bytes = content(patcher.OpenOld(path));
                image.Own(bytes);
                patcher.Write(path, bytes);
            }

            patcher.Finish();
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }
}
