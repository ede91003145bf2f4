using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>What the root of a directory's hash tree says of it.</summary>
/// <param name="Names">How names hash.</param>
/// <param name="Levels">Levels of nodes below the root.</param>
internal readonly record struct ExtHashTree(ExtNameHash Names, int Levels)
{
    /// <summary>Offset of the number of levels in the root.</summary>
    public const int LevelsAt = 30;

    private const int VersionAt = 28, LengthAt = 29, FlagsAt = 31;
    private const int InfoLength = 8;

    /// <summary>A block of the directory by its number in it; nothing if it has none.</summary>
    public delegate ReadOnlySpan<byte> BlockReader(uint number);

    /// <summary>The most levels below the root: 1, or 2 with "large_dir".</summary>
    public static int MostLevels(ExtSuperblock super) => super.Has(ExtIncompat.LargeDirectories) ? 2 : 1;

    /// <summary>Reads a root; null if the tree is of a kind that is not known here, or damaged.</summary>
    public static ExtHashTree? Read(ExtSuperblock super, ReadOnlySpan<byte> root) =>
        root.U32(24) == 0 && root[LengthAt] == InfoLength && root[LevelsAt] <= MostLevels(super) && root[FlagsAt] == 0
        && new ExtHashPairs(root, isRoot: true).IsSound(super) && ExtNameHash.Of(super, root[VersionAt]) is { } names
            ? new ExtHashTree(names, root[LevelsAt])
            : null;

    /// <summary>
    /// The directory's blocks in which a name can be: one, or where names of the same hash did not fit into one, those too. Null if the
    /// directory has no tree, or one that is not known or damaged: then all blocks must be looked through.
    /// </summary>
    public static List<uint>? Find(ExtSuperblock super, ExtInode directory, ReadOnlySpan<byte> name, BlockReader read)
    {
        if (!directory.Has(ExtInode.Indexed) || directory.Has(ExtInode.FoldsCase)) return null; // which hashes the name in another case
        var root = read(0);
        if (root.IsEmpty || Read(super, root) is not { } tree) return null;
        var leaves = new List<uint>();
        return Collect(super, directory, new ExtHashPairs(root, isRoot: true), tree.Levels, tree.Names.Hash(name), read, leaves)
            ? leaves
            : null;
    }

    private static bool Collect(
        ExtSuperblock super,
        ExtInode directory,
        ExtHashPairs pairs,
        int levels,
        uint hash,
        BlockReader read,
        List<uint> leaves)
    {
        if (!pairs.IsSound(super) || !pairs.HasGoodChecksum(super, directory)) return false;
        for (var pair = pairs.Find(hash); ; pair++)
        {
            var block = pairs.BlockAt(pair);
            var blocks = directory.Length / super.BlockSize;
            if (block == 0 || block >= blocks || leaves.Count >= blocks) return false; // outside the directory, or more than it has
            if (levels == 0) leaves.Add(block);
            else if (read(block) is not { IsEmpty: false } node
                || !Collect(super, directory, new ExtHashPairs(node, isRoot: false), levels - 1, hash, read, leaves)) return false;
            // the bit says that names of this hash go on there
            if (pair + 1 == pairs.Count || pairs.HashAt(pair + 1) != (hash | 1)) return true;
        }
    }
}
