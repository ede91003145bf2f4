using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// An ISO 9660 file system. Names, owners, modes and links come from Rock Ridge where the ISO has it, names from Joliet
/// where it has only that, else they are the bare ISO names without their version number.
/// </summary>
public sealed class IsoFileTree : IFileTree
{
    private readonly RandomAccessSource _image;
    private readonly IsoVolume _volume;
    private readonly uint _bootCatalog;

    internal IsoFileTree(RandomAccessSource image)
    {
        _image = image;
        (var primary, var joliet, _bootCatalog) = IsoVolume.ReadAll(image);
        Skip = RockRidgeSkip(primary);
        _volume = Skip is null && joliet is not null ? joliet : primary;
        Label = LabelOf(primary, joliet);
        var record = IsoRecord.At(_volume.RootRecord, IsoVolume.SectorSize * 16);
        Root = DirectoryAt(
            record.Block, record.Size, "", record.Time, Skip is null ? null : Fields(OwnRecord(_volume, record.Block), 0, atRoot: true));
    }

    /// <inheritdoc/>
    public string Format => "iso9660";

    /// <inheritdoc/>
    public string Label { get; }

    /// <summary>Where names and attributes come from: <c>rock ridge</c>, <c>joliet</c> or <c>plain</c>.</summary>
    public string Names => Skip is not null ? "rock ridge" : _volume.IsJoliet ? "joliet" : "plain";

    /// <summary>Bytes before the Rock Ridge fields of each record; null without Rock Ridge.</summary>
    internal int? Skip { get; }

    /// <inheritdoc/>
    public FileEntry Root { get; }

    /// <summary>What firmware can boot from it, the default entry first; empty if nothing.</summary>
    /// <exception cref="InvalidImageException">The boot catalogue is damaged.</exception>
    public IReadOnlyList<IsoBootEntry> BootEntries => IsoBootCatalog.Read(_image, _bootCatalog);

    /// <inheritdoc/>
    public IEnumerable<FileEntry> List(FileEntry directory)
    {
        if (directory.Place is not IsoPlace { Extents: [var extent, ..] })
            throw new ArgumentException($"{directory} is no directory of this tree.", nameof(directory));
        List<Extent> gathered = [];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var at = extent.Source; at < extent.Source + extent.Length; at += IsoVolume.SectorSize)
        {
            var sector = _image.Read(at, (int)Math.Min(IsoVolume.SectorSize, extent.Source + extent.Length - at), "ISO directory");
            for (var within = 0; within < sector.Length && sector[within] != 0;)
            {
                var entry = ReadRecord(sector.AsSpan(within), at + within, directory, names, ref gathered, out var length);
                within += length;
                if (entry is not null) yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    public Stream OpenRead(FileEntry file)
    {
        if (file.Kind != FileKind.File || file.Place is not IsoPlace place)
            throw new ArgumentException($"{file} is no regular file of this tree.", nameof(file));
        var bytes = new ExtentBytes(_image, place.Extents, place.StoredLength, "ISO file");
        if (!place.IsCompressed) return bytes.OpenStream();
        var unpacked = new ZisofsBytes(bytes);
        return unpacked.Length == file.Length
            ? unpacked.OpenStream()
            : throw new InvalidImageException(
                "zisofs file", $"it says {unpacked.Length} bytes, its record {file.Length}", place.Extents.FirstOrDefault().Source);
    }

    /// <summary>None: they are not read from an ISO.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry) =>
        new Dictionary<string, ReadOnlyMemory<byte>>();

    /// <summary>
    /// What a tree of this volume does not show: a UDF file system beside it, whose files may be others, and larger than 4 GiB.
    /// </summary>
    internal static string? WarningOf(RandomAccessSource image) => VolumeSignatures.IsUdf(image)
        ? "There is a UDF file system beside ISO 9660, which is not read here: files may be missing, and those of 4 GiB or more too short."
        : null;

    private FileEntry? ReadRecord(ReadOnlySpan<byte> rest, long offset, FileEntry parent, HashSet<string> names, ref List<Extent> gathered,
        out int length)
    {
        var record = IsoRecord.At(rest, offset);
        length = record.Length;
        if (record.IsSelf || record.IsParent || record.IsAssociated) return null;
        if (record.Size > 0 && !record.IsDirectory)
            gathered.Add(new Extent(gathered.Count == 0 ? 0 : gathered[^1].End, record.Size, (long)record.Block * _volume.BlockSize));
        if (record.GoesOn) return null;

        var extents = gathered;
        gathered = [];
        var fields = Skip is null ? null : Fields(record, offset, atRoot: false);
        if (fields is { IsRelocated: true }) return null;
        var name = Unique(FileName.Checked(fields?.Name ?? _volume.NameOf(record.Name), "ISO directory record", offset), record.Name,
            names);
        if (fields?.ChildBlock is { } moved)
        {
            var own = OwnRecord(_volume, moved);
            return DirectoryAt(moved, own.Size, parent.PathOf(name), own.Time, Fields(own, offset, atRoot: false));
        }

        return record.IsDirectory
            ? DirectoryAt(record.Block, record.Size, parent.PathOf(name), record.Time, fields)
            : FileAt(extents, parent.PathOf(name), record.Time, fields, offset);
    }

    /// <summary>
    /// Real media have one Rock Ridge name twice in a directory. The first keeps it; another is shown by its ISO name, which is its own, or
    /// with a number.
    /// </summary>
    private string Unique(string name, ReadOnlySpan<byte> identifier, HashSet<string> names)
    {
        if (names.Add(name)) return name;
        var own = _volume.NameOf(identifier);
        if (FileName.IsProper(own) && names.Add(own)) return own;
        for (var number = 2; ; number++)
            if (names.Add($"{name}~{number}")) return $"{name}~{number}";
    }

    private FileEntry DirectoryAt(uint block, uint size, string path, DateTimeOffset time, RockRidge? fields) => new()
    {
        Path = path,
        Kind = FileKind.Directory,
        Mode = (UnixFileMode)((fields?.Mode ?? 0b111_101_101) & 0xFFF),
        UserId = fields?.UserId ?? 0,
        GroupId = fields?.GroupId ?? 0,
        ModifiedAt = fields?.ModifiedAt ?? time,
        LinkCount = fields?.Links ?? 1,
        FileNumber = block,
        Place = new IsoPlace([new Extent(0, size, (long)block * _volume.BlockSize)], false),
    };

    private static FileEntry FileAt(List<Extent> extents, string path, DateTimeOffset time, RockRidge? fields, long offset)
    {
        var kind = fields?.Mode is { } mode ? KindOf(mode, offset) : FileKind.File;
        return new FileEntry
        {
            Path = path,
            Kind = kind,
            Length = kind != FileKind.File ? 0 : fields?.UnpackedLength ?? (extents.Count > 0 ? extents[^1].End : 0),
            Mode = (UnixFileMode)((fields?.Mode ?? 0b100_100_100) & 0xFFF),
            UserId = fields?.UserId ?? 0,
            GroupId = fields?.GroupId ?? 0,
            ModifiedAt = fields?.ModifiedAt ?? time,
            LinkTarget = kind == FileKind.SymbolicLink ? fields?.LinkTarget ?? "" : null,
            Device = kind is FileKind.CharacterDevice or FileKind.BlockDevice ? fields?.Device ?? default(DeviceNumber) : null,
            LinkCount = fields?.Links ?? 1,
            FileNumber = fields?.Serial ?? 0,
            Place = new IsoPlace(extents, fields?.UnpackedLength is not null),
        };
    }

    private static FileKind KindOf(uint mode, long offset) => (mode & 0xF000) switch
    {
        0x8000 or 0 => FileKind.File,
        0xA000 => FileKind.SymbolicLink,
        0x2000 => FileKind.CharacterDevice,
        0x6000 => FileKind.BlockDevice,
        0x1000 => FileKind.Pipe,
        0xC000 => FileKind.Socket,
        _ => throw new InvalidImageException("Rock Ridge PX field", $"mode {mode:x} of a record that is no directory", offset),
    };

    /// <summary>Joliet has room for 16 characters, and for more than upper case.</summary>
    private static string LabelOf(IsoVolume primary, IsoVolume? joliet) =>
        joliet is null || primary.Label.StartsWith(joliet.Label, StringComparison.Ordinal) ? primary.Label : joliet.Label;

    private IsoRecord OwnRecord(IsoVolume volume, uint block)
    {
        var offset = (long)block * volume.BlockSize;
        var record = IsoRecord.At(_image.Read(offset, (int)Math.Min(256, Math.Max(34, _image.Length - offset)), "ISO directory"), offset);
        return record.IsSelf ? record : throw new InvalidImageException("ISO directory", "it does not begin with itself", offset);
    }

    private RockRidge Fields(IsoRecord record, long offset, bool atRoot)
    {
        var area = record.SystemUse;
        var skip = atRoot ? 0 : Math.Min(Skip ?? 0, area.Length);
        return RockRidge.Read(_image, area[skip..], _volume.BlockSize, offset);
    }

    private int? RockRidgeSkip(IsoVolume primary)
    {
        var root = IsoRecord.At(primary.RootRecord, IsoVolume.SectorSize * 16);
        return RockRidge.SkipOf(OwnRecord(primary, root.Block).SystemUse);
    }

    /// <summary>A file's extents, or a directory's one.</summary>
    private sealed record IsoPlace(List<Extent> Extents, bool IsCompressed)
    {
        public long StoredLength => Extents.Count > 0 ? Extents[^1].End : 0;
    }
}
