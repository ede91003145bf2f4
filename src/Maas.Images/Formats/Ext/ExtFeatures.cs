namespace Maas.Images.Formats.Ext;

/// <summary>Features that matter only for efficient writing.</summary>
[Flags]
internal enum ExtCompat : uint
{
    HasJournal = 0x4,
    ExtAttr = 0x8,
    ResizeInode = 0x10,
    DirIndex = 0x20,
    SparseSuper2 = 0x200,
    FastCommit = 0x400,
    OrphanFile = 0x1000,
}

/// <summary>Features that a reader must understand.</summary>
[Flags]
internal enum ExtIncompat : uint
{
    Compression = 0x1,
    FileType = 0x2,
    Recover = 0x4,
    JournalDevice = 0x8,
    MetaBlockGroups = 0x10,
    Extents = 0x40,
    Bit64 = 0x80,
    MultipleMountProtection = 0x100,
    FlexibleGroups = 0x200,
    AttributeInodes = 0x400,
    DirectoryData = 0x1000,
    ChecksumSeed = 0x2000,
    LargeDirectories = 0x4000,
    InlineData = 0x8000,
    Encryption = 0x10000,
    CaseFold = 0x20000,

    /// <summary>What is read here. An encrypted file is refused when it is opened, not the file system.</summary>
    Readable = FileType | Recover | MetaBlockGroups | Extents | Bit64 | MultipleMountProtection | FlexibleGroups | AttributeInodes
        | ChecksumSeed | LargeDirectories | InlineData | Encryption | CaseFold,
}

/// <summary>Features that a writer must understand.</summary>
[Flags]
internal enum ExtReadOnlyCompat : uint
{
    SparseSuper = 0x1,
    LargeFile = 0x2,
    HugeFile = 0x8,
    GroupChecksums = 0x10,
    ManyLinks = 0x20,
    ExtraInodeSize = 0x40,
    Quota = 0x100,
    BigAllocation = 0x200,
    MetadataChecksums = 0x400,
    ReadOnly = 0x1000,
    Project = 0x2000,
    SharedBlocks = 0x4000,
    Verity = 0x8000,
    OrphansPresent = 0x10000,
}
