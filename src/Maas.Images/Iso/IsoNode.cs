using Maas.Images.FileTrees;

namespace Maas.Images.Iso;

/// <summary>A file or directory of an image that is being planned.</summary>
internal sealed class IsoNode
{
    private IsoNode(string name, FileKind kind, FileOwnership ownership) => (Name, Kind, Ownership) = (name, kind, ownership);

    public string Name { get; }

    public FileKind Kind { get; }

    public FileOwnership Ownership { get; set; }

    public SortedDictionary<string, IsoNode> Children { get; } = new(StringComparer.Ordinal);

    public ReadOnlyMemory<byte> Memory { get; private init; }

    public string? SourceFile { get; private init; }

    public string? Target { get; private init; }

    public long Length { get; private init; }

    /// <summary>The name in ISO 9660's own alphabet, unique in its directory.</summary>
    public byte[] IsoName { get; set; } = [0];

    public uint Block { get; set; }

    /// <summary>Bytes of a directory's records, whole sectors.</summary>
    public int DirectoryLength { get; set; }

    public static IsoNode Directory(string name, FileOwnership ownership) => new(name, FileKind.Directory, ownership);

    public static IsoNode File(string name, FileOwnership ownership, ReadOnlyMemory<byte> content) =>
        new(name, FileKind.File, ownership) { Memory = content, Length = content.Length };

    public static IsoNode File(string name, FileOwnership ownership, string file, long length) =>
        new(name, FileKind.File, ownership) { SourceFile = Path.GetFullPath(file), Length = length };

    public static IsoNode Link(string name, FileOwnership ownership, string target) => new(name, FileKind.SymbolicLink, ownership) { Target = target };

    /// <summary>The children in the order of their ISO names, which is the order on disk.</summary>
    public IEnumerable<IsoNode> Ordered() => Children.Values.OrderBy(child => System.Text.Encoding.ASCII.GetString(child.IsoName), StringComparer.Ordinal);

    /// <summary>Gives the children unique names of upper-case letters, digits and underscores, 30 characters at most.</summary>
    public void NameChildren()
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var child in Children.Values)
        {
            var dot = child.Kind == FileKind.Directory ? -1 : child.Name.LastIndexOf('.');
            var stem = Mangle(dot > 0 ? child.Name[..dot] : child.Name, 20);
            var extension = dot > 0 ? Mangle(child.Name[(dot + 1)..], 3) : "";
            var name = Join(child, stem, extension);
            for (var number = 1; !taken.Add(name); number++) name = Join(child, $"{stem[..Math.Min(stem.Length, 14)]}_{number}", extension);
            child.IsoName = System.Text.Encoding.ASCII.GetBytes(name);
        }
    }

    private static string Join(IsoNode child, string stem, string extension) => child.Kind == FileKind.Directory ? stem : $"{stem}.{extension};1";

    private static string Mangle(string name, int most)
    {
        var mangled = new string([.. name.Take(most).Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_')]);
        return mangled.Length == 0 ? "_" : mangled;
    }
}
