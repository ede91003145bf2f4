using Maas.Images.FileTrees;

namespace Maas.Images.Formats.SquashFs;

/// <summary>A name in the tree that is being written; hard links are names of one inode.</summary>
/// <param name="Entry">What it is.</param>
/// <param name="Name">The name's bytes, by which directories are sorted.</param>
internal sealed record SquashNode(FileEntry Entry, byte[] Name)
{
    /// <summary>In the order of their names' bytes.</summary>
    public List<SquashNode> Children { get; } = [];

    public required SquashIdentity Identity { get; init; }
}

/// <summary>An inode to be: its number and, once it is written, its place and kind on disk.</summary>
internal sealed class SquashIdentity(uint number)
{
    public uint Number => number;

    public int Names { get; set; } = 1;

    public SquashContent Content { get; set; } = SquashContent.Empty;

    public uint Attributes { get; set; } = SquashInode.NoAttributes;

    /// <summary>Null until it is written.</summary>
    public ulong? Reference { get; set; }
}
