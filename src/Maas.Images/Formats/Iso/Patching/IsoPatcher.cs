using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso.Patching;

/// <summary>Lays the changes of a patch over an ISO.</summary>
internal sealed class IsoPatcher
{
    private const int Sector = IsoVolume.SectorSize;

    private readonly IsoOverlay _image;
    private IsoFileTree _tree;
    private readonly List<PatchHierarchy> _hierarchies = [];
    private readonly IReadOnlyList<IsoWindow> _windows;
    private readonly PatchBoot _boot;
    private readonly long _oldLength;
    private readonly DateTimeOffset _time;

    public IsoPatcher(IsoOverlay image)
    {
        (_image, _oldLength) = (image, image.Length);
        _tree = new IsoFileTree(image);
        var (primary, joliet, catalog) = IsoVolume.ReadAll(image);
        _windows = IsoWindow.Of(image);
        _hierarchies.Add(new PatchHierarchy(_windows[0], primary, _tree.Skip));
        if (joliet is not null)
        {
            _hierarchies.Add(new PatchHierarchy(_windows[0], joliet, null));
            if (_tree.Names == "joliet") _hierarchies.Reverse();
        }

        foreach (var window in _windows.Skip(1))
        {
            var (second, secondJoliet, _) = IsoVolume.ReadAll(window);
            _hierarchies.Add(new PatchHierarchy(window, second, new IsoFileTree(window).Skip));
            if (secondJoliet is not null) _hierarchies.Add(new PatchHierarchy(window, secondJoliet, null));
        }

        _boot = new PatchBoot(image, catalog);
        _time = _tree.Root.ModifiedAt;
    }

    /// <summary>The file at a path, as it is.</summary>
    public Stream? OpenOld(string path) => _tree.Resolve(path) is { Kind: FileKind.File } file ? _tree.OpenRead(file) : null;

    /// <summary>Gives the file at a path other bytes, or makes it.</summary>
    public void Write(string path, RandomAccessSource content)
    {
        if (content.Length > uint.MaxValue - Sector)
            throw new NotSupportedException($"{path} would be larger than a patch can make a file (4 GiB).");
        var old = _tree.Resolve(path);
        if (old is { Kind: not FileKind.File }) throw new IOException($"{path} is no regular file in the ISO.");
        var real = old?.Path ?? NewPath(path);
        var (folder, name) = (real[..Math.Max(0, real.LastIndexOf('/'))], real[(real.LastIndexOf('/') + 1)..]);
        var oldBlock = old is null ? 0 : OldBlock(folder, name);
        // a block of a file that is there
        if (oldBlock != 0 && _boot.Boots(oldBlock)) content = WithBootInfo(content, oldBlock, old!.Length);
        var block = content.Length == 0 ? 0 : _image.Append(content);
        foreach (var hierarchy in _hierarchies) Point(hierarchy, folder, name, oldBlock, old is null, block, (uint)content.Length);
        if (oldBlock != 0 && _boot.Boots(oldBlock)) _boot.Move(oldBlock, old!.Length, block, content.Length); // as above
        _tree = new IsoFileTree(_image); // the root may have moved
    }

    /// <summary>Updates the image size in all structures that record it.</summary>
    public void Finish()
    {
        if (_image.Length == _oldLength) return;
        var content = _boot.Resize(_oldLength, _windows);
        Span<byte> both = stackalloc byte[8];
        foreach (var window in _windows)
        {
            foreach (var descriptor in IsoVolume.Descriptors(window))
            {
                // The whole image, with what is behind the files, or the files alone: as it was.
                ReadOnlySpan<byte> blocks = window.Read(descriptor + 80, 4, "ISO volume descriptor");
                var wasWhole = blocks.U32(0) + window.First >= _oldLength / Sector;
                RockRidgeWriter.Both(both, 0, (wasWhole && window.First == 0 ? _image.End : content) - window.First);
                window.Write(descriptor + 80, both);
            }
        }
    }

    private string NewPath(string path)
    {
        var trimmed = path.Trim('/');
        var slash = trimmed.LastIndexOf('/');
        var name = trimmed[(slash + 1)..];
        if (!FileName.IsProper(name))
            throw new ArgumentException(
                name.Length == 0 ? "The root directory is no file." : $"{path} does not end in a name.", nameof(path));
        return _tree.Resolve(slash < 0 ? "" : trimmed[..slash]) is { Kind: FileKind.Directory } directory
            ? directory.PathOf(name)
            : throw new DirectoryNotFoundException($"The ISO has no directory for {path}.");
    }

    private uint OldBlock(string folder, string name)
    {
        var directory = _hierarchies[0].Find(folder)
            ?? throw new InvalidImageException("ISO directory", $"{folder} is not found a second time");
        return directory.Find(record => _hierarchies[0].IsNamed(record, name)) is { } found ? directory.Records[found.At].Block : 0;
    }

    /// <summary>A BIOS loader that had a boot information table gets one again, for the place it will have.</summary>
    private RandomAccessSource WithBootInfo(RandomAccessSource content, uint oldBlock, long oldLength)
    {
        const int LargestLoader = 4 << 20;
        Span<byte> head = stackalloc byte[BootInfoTable.End];
        if (oldLength < head.Length || content.Length is < BootInfoTable.End or > LargestLoader) return content;
        _image.ReadExactly((long)oldBlock * Sector, head, "boot loader");
        if (!BootInfoTable.IsIn(head, oldBlock)) return content;
        var loader = content.Read(0, (int)content.Length, "boot loader");
        BootInfoTable.Write(loader, _image.End);
        BootInfoTable.MoveGrub(loader, oldBlock, _image.End);
        return new MemoryBytes(loader);
    }

    private void Point(PatchHierarchy hierarchy, string folder, string name, uint oldBlock, bool isNew, uint block, uint length)
    {
        // Counted from where the hierarchy's volume begins.
        if (oldBlock != 0) oldBlock = oldBlock > hierarchy.First ? oldBlock - hierarchy.First : 0;
        if (block != 0) block -= hierarchy.First;
        var directory = hierarchy.Find(folder);
        var found = directory?.Find(record => hierarchy.IsNamed(record, name));
        if (isNew && directory is not null)
        {
            directory.Insert(hierarchy.NewRecord(directory, name, new FileOwnership(), _time).PointingTo(block, length, null));
            hierarchy.Save(directory);
            return;
        }

        // What goes by another name in this hierarchy is known by its bytes' place.
        if (found is null && oldBlock != 0)
            directory = hierarchy.All()
                .FirstOrDefault(
                    candidate => (found = candidate.Find(record => record.Block == oldBlock && !record.IsDirectory)) is not null);
        if (directory is null || found is not { } records) return;
        directory.Records[records.At] = directory.Records[records.At].PointingTo(block, length, hierarchy.IsJoliet ? null : hierarchy.Skip);
        directory.Records.RemoveRange(records.At + 1, records.Count - 1);
        hierarchy.Save(directory);
    }
}
