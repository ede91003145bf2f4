namespace Maas.Images.Formats.Ext;

/// <summary>Offsets in the superblock (Linux' Documentation/filesystems/ext4, "Super Block"; <c>struct ext4_super_block</c>).</summary>
internal static class ExtSuperblockField
{
    public const int InodeCount = 0;
    public const int BlockCountLow = 4;
    public const int ReservedBlockCountLow = 8;
    public const int FreeBlockCountLow = 12;
    public const int FreeInodeCount = 16;
    public const int FirstDataBlock = 20;
    public const int LogBlockSize = 24;
    public const int LogClusterSize = 28;
    public const int BlocksPerGroup = 32;
    public const int ClustersPerGroup = 36;
    public const int InodesPerGroup = 40;
    public const int WriteTime = 48;
    public const int MaxMountCount = 54;
    public const int Magic = 56;
    public const int State = 58;
    public const int ErrorBehavior = 60;
    public const int LastCheckTime = 64;
    public const int Revision = 76;
    public const int FirstInode = 84;
    public const int InodeSize = 88;
    public const int Compat = 92;
    public const int Incompat = 96;
    public const int ReadOnlyCompat = 100;
    public const int Uuid = 104;
    public const int Label = 120;
    public const int ReservedDescriptorBlocks = 206;
    public const int JournalInode = 224;
    public const int LastOrphan = 232;
    public const int HashSeed = 236;
    public const int HashVersion = 252;
    public const int JournalBackupType = 253;
    public const int DescriptorSize = 254;
    public const int MountOptions = 256;
    public const int FirstMetaGroup = 260;
    public const int CreationTime = 264;
    /// <summary>The block map of the journal's inode (60 bytes), then the high and the low half of its length.</summary>
    public const int JournalBackup = 268;
    public const int JournalBackupLengthHigh = JournalBackup + 60;
    public const int JournalBackupLengthLow = JournalBackup + 64;
    public const int BlockCountHigh = 336;
    public const int ReservedBlockCountHigh = 340;
    public const int FreeBlockCountHigh = 344;
    public const int MinExtraInodeSize = 348;
    public const int WantedExtraInodeSize = 350;
    public const int Flags = 352;
    public const int MountProtectionBlock = 360;
    public const int LogGroupsPerFlexGroup = 372;
    public const int ChecksumType = 373;
    public const int OverheadBlocks = 584;
    /// <summary>Two group numbers: the copies of "sparse super 2".</summary>
    public const int BackupGroups = 588;
    public const int ChecksumSeed = 624;
    public const int Checksum = 1020;
}
