namespace Maas.Core.Storage;

/// <summary>
/// Where the partitions of a device begin. They stand side by side from 4 MiB on; the boot loader's partition of a BIOS machine takes the
/// MiB from 1 MiB. A logical partition of an MBR gives its first MiB to the record that describes it.
/// </summary>
internal static class PartitionPlacement
{
    private const long MiB = 1024 * 1024;
    private const long First = 4;

    /// <summary>The partitions with their places.</summary>
    public static IReadOnlyList<PlacedPartition> Place(StorageConfig config, BlockDevice device)
    {
        var isGpt = device.PartitionTable == PartitionTableType.Gpt;
        List<PlacedPartition> placed = [];
        if (PartitionTables.BootLoader(config, device) == BootLoaderPartition.BiosGrub)
            placed.Add(new PlacedPartition(1, 1, 1, GptTypes.BiosBoot, null, IsActive: false)
            {
                Purpose = PartitionPurpose.BiosBoot,
            });
        var start = First;
        for (var place = 0; place < device.Partitions.Count; place++)
        {
            var partition = device.Partitions[place];
            if (!isGpt && place == 3) placed.Add(new PlacedPartition(4, start, null, MbrTypes.Extended, null, IsActive: false)
            {
                Purpose = PartitionPurpose.Extended,
            });
            var isLogical = !isGpt && place >= 3;
            var size = partition.Size / MiB;
            placed.Add(new PlacedPartition(
                partition.Number,
                isLogical ? start + 1 : start,
                TakesRest(config, device, place) ? null : isLogical ? size - 1 : size,
                isGpt ? GptTypes.Of(partition.FileSystem) : MbrTypes.Of(partition.FileSystem),
                isGpt ? partition.Uuid : null,
                !isGpt && !isLogical && partition.Bootable) { Purpose = PurposeOf(partition.FileSystem) });
            start += size;
        }

        return placed;
    }

    private static PartitionPurpose PurposeOf(FileSystem? fileSystem) => fileSystem switch
    {
        { MountPoint: "/boot/efi" } => PartitionPurpose.EfiSystem,
        { Type: FileSystemType.Swap } => PartitionPurpose.Swap,
        { Type: FileSystemType.LvmPhysicalVolume } => PartitionPurpose.PhysicalVolume,
        { Type: FileSystemType.Raid or FileSystemType.RaidSpare } => PartitionPurpose.Raid,
        _ => PartitionPurpose.Data,
    };

    /// <summary>The smallest size of the device in bytes.</summary>
    public static long End(BlockDevice device) => device.Partitions.Sum(partition => partition.Size) + ((First + 1) * MiB);

    // How large a RAID really is, its superblocks and bitmaps decide: a last partition that fills the planned size fills the real one.
    private static bool TakesRest(StorageConfig config, BlockDevice device, int place) =>
        device.Type == BlockDeviceType.Virtual && place == device.Partitions.Count - 1
            && PartitionTables.Available(config.Platform, device) < PartitionTables.Alignment;

    private static class GptTypes
    {
        public const string BiosBoot = "21686148-6449-6E6F-744E-656564454649";

        public static string Of(FileSystem? fileSystem) => fileSystem switch
        {
            { MountPoint: "/boot/efi" } => "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
            { Type: FileSystemType.Swap } => "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F",
            { Type: FileSystemType.LvmPhysicalVolume } => "E6D6D379-F507-44C2-A23C-238F2A3DF928",
            { Type: FileSystemType.Raid or FileSystemType.RaidSpare } => "A19D880F-05FC-4D3B-A006-743F0F84911E",
            _ => "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
        };
    }

    private static class MbrTypes
    {
        public const string Extended = "5";

        public static string Of(FileSystem? fileSystem) => fileSystem switch
        {
            { MountPoint: "/boot/efi" } => "ef",
            { Type: FileSystemType.Swap } => "82",
            { Type: FileSystemType.LvmPhysicalVolume } => "8e",
            { Type: FileSystemType.Raid or FileSystemType.RaidSpare } => "fd",
            { Type: FileSystemType.Fat32 or FileSystemType.Vfat } => "c",
            _ => "83",
        };
    }
}
