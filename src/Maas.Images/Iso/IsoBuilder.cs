using Maas.Images.Bytes;
using Maas.Images.FileTrees;

namespace Maas.Images.Iso;

/// <summary>
/// Makes an ISO 9660 image with Rock Ridge and El Torito entries for BIOS and UEFI. The result is a plan: a seekable stream that
/// reads the files when it is read, so it starts at once and nothing is copied. The same input gives the same bytes.
/// </summary>
/// <example>
/// <code>
/// var iso = new IsoBuilder { Label = "cidata" };
/// iso.AddFile("meta-data", "instance-id: i-1\n"u8.ToArray());
/// iso.AddFile("user-data", userData);
/// await using var seed = iso.Build();
/// </code>
/// </example>
public sealed class IsoBuilder
{
    private readonly IsoNode _root = IsoNode.Directory("", new FileOwnership());
    private readonly List<(IsoBootPlatform Platform, IsoNode Image, int LoadSectors)> _boot = [];

    /// <summary>The volume's label, up to 32 characters; cloud-init looks for <c>cidata</c>. ISOIMAGE unless set.</summary>
    public string Label { get; init; } = "ISOIMAGE";

    /// <summary>The time the image bears, and files without one of their own. 1980 unless set, so that it does not depend on the day.</summary>
    public DateTimeOffset CreatedAt { get; init; } = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Adds a directory; those above it are made too.</summary>
    public void AddDirectory(string path, FileOwnership? ownership = null) => Directory(path).Ownership = ownership ?? new FileOwnership();

    /// <summary>Adds a small file from memory; one of the same name is replaced.</summary>
    public void AddFile(string path, ReadOnlyMemory<byte> content, FileOwnership? ownership = null) =>
        Add(path, IsoNode.File(NameOf(path), ownership ?? new FileOwnership(), content));

    /// <summary>Adds a file from the disk, which is read when the image is.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public void AddFile(string path, string file, FileOwnership? ownership = null) =>
        Add(path, IsoNode.File(NameOf(path), ownership ?? new FileOwnership(), file, new FileInfo(file).Length));

    /// <summary>Adds a symbolic link.</summary>
    /// <param name="path">The link.</param>
    /// <param name="target">Where it points, up to 1500 bytes, no name in it over 240.</param>
    /// <param name="ownership">Owner and time.</param>
    public void AddSymbolicLink(string path, string target, FileOwnership? ownership = null) =>
        Add(path, IsoNode.Link(NameOf(path), ownership ?? new FileOwnership(), target));

    /// <summary>Makes a file that was added bootable without emulation.</summary>
    /// <param name="platform">The firmware it is for; the first one added is the default entry.</param>
    /// <param name="path">The file: a boot loader for a BIOS, a FAT image with <c>EFI/BOOT</c> for UEFI.</param>
    /// <param name="loadSectors">Sectors of 512 bytes that a BIOS loads (4 for most loaders); 0 is the whole file.</param>
    public void AddBootImage(IsoBootPlatform platform, string path, int loadSectors = 0)
    {
        var node = Directory(ParentOf(path)).Children.GetValueOrDefault(NameOf(path));
        if (node is not { Kind: FileKind.File }) throw new FileNotFoundException($"No file {path} has been added.", path);
        var whole = (int)Math.Min((node.Length + 511) / 512, ushort.MaxValue);
        _boot.Add((platform, node, loadSectors == 0 ? whole : loadSectors));
    }

    /// <summary>Plans the image and opens it.</summary>
    public Stream Build() => new ByteStream(new IsoPlan(_root, _boot, Label, CreatedAt).Lay());

    private void Add(string path, IsoNode node) => Directory(ParentOf(path)).Children[node.Name] = node;

    private IsoNode Directory(string path)
    {
        var node = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!FileName.IsProper(name)) throw new ArgumentException($"{name} is no name.", nameof(path));
            if (!node.Children.TryGetValue(name, out var child)) node.Children.Add(name, child = IsoNode.Directory(name, new FileOwnership()));
            node = child.Kind == FileKind.Directory ? child : throw new ArgumentException($"{path} leads through a file.", nameof(path));
        }

        return node;
    }

    private static string ParentOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    private static string NameOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return FileName.IsProper(name) && FileName.Encode(name).Length <= 255 ? name : throw new ArgumentException($"{path} ends in no name.", nameof(path));
    }
}
