namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// Offsets in an inode on disk, as <c>fs/squashfs/squashfs_fs.h</c> of Linux declares them. An inode begins with <see cref="Head"/>; what
/// follows depends on its type. Each type exists as basic and, 7 higher, as extended inode, which adds extended attributes.
/// </summary>
internal static class SquashInodeField
{
    /// <summary>What an extended type is higher than the basic one.</summary>
    public const int Extended = 7;

    public static class Head
    {
        public const int Type = 0, Mode = 2, UserIndex = 4, GroupIndex = 6, Time = 8, Number = 12;
        public const int Size = 16;
    }

    public static class Directory
    {
        public const int Block = 16, Links = 20, Length = 24, Offset = 26, Parent = 28;
        public const int Size = 32;
    }

    public static class ExtendedDirectory
    {
        public const int Links = 16, Length = 20, Block = 24, Parent = 28, IndexCount = 32, Offset = 34, Attributes = 36;
        public const int Size = 40;
    }

    public static class RegularFile
    {
        public const int Start = 16, Fragment = 20, FragmentOffset = 24, Length = 28;
        public const int BlockSizes = 32;
    }

    public static class ExtendedFile
    {
        public const int Start = 16, Length = 24, Sparse = 32, Links = 40, Fragment = 44, FragmentOffset = 48, Attributes = 52;
        public const int BlockSizes = 56;
    }

    /// <summary>An extended link has its attributes' index (4 bytes) after the target.</summary>
    public static class SymbolicLink
    {
        public const int Links = 16, TargetLength = 20;
        public const int Target = 24;
    }

    /// <summary>
    /// A pipe or socket ends after the links, a device after its number; an extended one has its attributes' index there.
    /// </summary>
    public static class Node
    {
        public const int Links = 16, Device = 20;
        public const int Size = 20;
    }
}
