using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Fat;

/// <summary>A file or directory of a volume that is being planned.</summary>
internal sealed class FatNode(string name, bool isDirectory)
{
    public string Name => name;

    public bool IsDirectory => isDirectory;

    /// <summary>By name; two that differ only in case are one to FAT.</summary>
    public SortedDictionary<string, FatNode> Children { get; } = new(StringComparer.OrdinalIgnoreCase);

    public DateTimeOffset? ModifiedAt { get; set; }

    public bool IsReadOnly { get; set; }

    /// <summary>Bytes of a file; of a directory's entries, once they are known.</summary>
    public long Length { get; set; }

    /// <summary>A file's bytes.</summary>
    public RandomAccessSource Content { get; init; } = new MemoryBytes(default);

    /// <summary>Where it begins; 0 for what is empty, and for the root of a FAT12 or FAT16.</summary>
    public uint Cluster { get; set; }

    /// <summary>Children in an order that does not depend on how they were added.</summary>
    public IEnumerable<FatNode> Ordered() => Children.Values.OrderBy(child => child.Name, StringComparer.Ordinal);
}
