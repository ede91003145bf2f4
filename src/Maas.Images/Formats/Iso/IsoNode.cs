using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Iso;

/// <summary>A file or directory of an image that is being planned.</summary>
internal sealed class IsoNode
{
    public IsoNode(string name, FileKind kind, FileOwnership ownership) => (Name, Kind, Ownership) = (name, kind, ownership);

    public string Name { get; }

    public FileKind Kind { get; }

    public FileOwnership Ownership { get; set; }

    public SortedDictionary<string, IsoNode> Children { get; } = new(StringComparer.Ordinal);

    public IsoContent? Content { get; init; }

    public string? Target { get; init; }

    public DeviceNumber? Device { get; init; }

    /// <summary>Names of the file, or the directory's own, its "." and one ".." for each directory in it.</summary>
    public int Links =>
        Kind == FileKind.Directory ? 2 + Children.Values.Count(child => child.Kind == FileKind.Directory) : Content?.Names ?? 1;
}
