namespace Maas.Images.Formats.Iso;

/// <summary>A directory as one hierarchy of an image records it.</summary>
/// <param name="node">What it is.</param>
/// <param name="name">Its name in the hierarchy's own alphabet.</param>
/// <param name="parent">The directory that records it; its own for the root.</param>
/// <param name="origin">The directory it belongs in; another than <paramref name="parent"/> when it was moved because it is nested too
/// deep.</param>
internal sealed class IsoDirectory(IsoNode node, byte[] name, IsoDirectory? parent, IsoDirectory? origin)
{
    public IsoNode Node => node;

    public byte[] Name => name;

    public IsoDirectory Parent => parent ?? this;

    public IsoDirectory Origin => origin ?? this;

    public bool IsRoot => parent is null;

    public bool IsMoved => origin != parent;

    /// <summary>Whether it is the place of the moved ones, which readers are to hide.</summary>
    public bool IsMovingPlace { get; init; }

    public int Depth { get; } = parent is null ? 1 : parent.Depth + 1;

    public List<IsoEntry> Entries { get; } = [];

    /// <summary>Its number in the path table, from 1.</summary>
    public int Number { get; set; }

    public uint Block { get; set; }

    /// <summary>Bytes of the records, whole sectors.</summary>
    public int Length { get; set; }
}

/// <summary>A name in a directory.</summary>
/// <param name="Name">In the hierarchy's own alphabet.</param>
/// <param name="Node">What it is.</param>
/// <param name="Directory">The directory recorded here, or the one moved away that this only stands for; null for others.</param>
internal sealed record IsoEntry(byte[] Name, IsoNode Node, IsoDirectory? Directory)
{
    public bool IsPlaceholder(IsoDirectory owner) => Directory is { } directory && directory.Parent != owner;
}
