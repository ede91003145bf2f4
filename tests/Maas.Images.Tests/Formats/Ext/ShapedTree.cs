using Maas.Images.FileTrees;

namespace Maas.Images.Tests.Formats.Ext;

/// <summary>A tree in memory, of any shape and number of files, that takes no time to make.</summary>
public sealed class ShapedTree : IFileTree
{
    private readonly Dictionary<string, List<FileEntry>> _children = new() { [""] = [] };
    private readonly Dictionary<string, Dictionary<string, ReadOnlyMemory<byte>>> _attributes = [];
    private long _number;

    public string Format => "shape";

    public string Label => "";

    public FileEntry Root { get; } = Entry("", FileKind.Directory);

    public int Count => _children.Values.Sum(list => list.Count);

    public IEnumerable<FileEntry> List(FileEntry directory) => _children[directory.Path];

    public Stream OpenRead(FileEntry file)
    {
        var bytes = new byte[file.Length];
        Array.Fill(bytes, (byte)7);
        return new MemoryStream(bytes);
    }

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry) =>
        _attributes.GetValueOrDefault(entry.Path) ?? [];

    public void AddDirectory(string path)
    {
        Add(Entry(path, FileKind.Directory));
        _children[path] = [];
    }

    public void AddFile(string path, long length = 0) => Add(Entry(path, FileKind.File, length));

    public void AddLink(string path, int targetLength) => Add(Entry(path, FileKind.SymbolicLink, target: new string('t', targetLength)));

    public void AddHardLinks(string folder, string name, int count, long length)
    {
        var number = ++_number;
        for (var i = 0; i < count; i++) Add(Entry($"{folder}/{name}{i}", FileKind.File, length, links: count, number: number));
    }

    public void AddAttribute(string path, int length) => _attributes[path] = new() { ["user.test"] = new byte[length] };

    private void Add(FileEntry entry) => _children[entry.Path[..Math.Max(0, entry.Path.LastIndexOf('/'))]].Add(entry);

    private static FileEntry Entry(string path, FileKind kind, long length = 0, string? target = null, int links = 1, long number = 0) =>
        new()
    {
        Path = path,
        Kind = kind,
        Length = length,
        Mode = (UnixFileMode)0b111_101_101,
        ModifiedAt = DateTimeOffset.UnixEpoch,
        LinkTarget = target,
        LinkCount = links,
        FileNumber = number,
    };
}
