using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Images.ArchiveTrees;

/// <summary>One file of an archive: its entry, and its children or content.</summary>
internal sealed class ArchiveNode
{
    public static readonly IReadOnlyDictionary<string, ReadOnlyMemory<byte>> NoAttributes = new Dictionary<string, ReadOnlyMemory<byte>>();

    public ArchiveNode(FileEntry entry, RandomAccessSource? content = null) => (Entry, Content) = (entry with { Place = this }, content);

    public FileEntry Entry { get; private set; }

    public RandomAccessSource? Content { get; private set; }

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes { get; init; } = NoAttributes;

    public Dictionary<string, ArchiveNode> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes over another node's content: what a hard link shares.</summary>
    public void Share(ArchiveNode original)
    {
        (Content, Entry) = (original.Content, Entry with { Length = original.Entry.Length, FileNumber = original.Entry.FileNumber });
    }
}
