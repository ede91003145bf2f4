namespace Maas.Core.Storage;

/// <summary>
/// The space of a partition table. Partitions begin and end at multiples of 4 MiB; the first 4 MiB and the last 1 MiB are the table's.
/// </summary>
internal static class PartitionTables
{
    public const long Alignment = 4 * MiB;
    public const long SmallestPartition = Alignment;
    private const long MiB = 1024 * 1024;
    private const long Start = 4 * MiB;
    private const long End = MiB;
    private const long PrepSize = 8 * MiB;
    private const long BiosGrubSize = MiB;

    /// <summary>The largest partition of an MBR: 2³² − 1 sectors of 512 bytes, without the first MiB.</summary>
    public static readonly long LargestMbrPartition = AlignDown((uint.MaxValue * 512L) - MiB);

    public static long AlignDown(long size) => size <= 0 ? 0 : size - (size % Alignment);

    /// <summary>What the table, and the boot loader's partition of some platforms, take from the device.</summary>
    public static long Overhead(BootPlatform platform) =>
        Start + End + (platform.NeedsPrep ? PrepSize : platform.NeedsBiosGrub ? BiosGrubSize : 0);

    /// <summary>What partitions and table take.</summary>
    public static long Used(BootPlatform platform, BlockDevice device) =>
        device.Partitions.Sum(partition => partition.Size) + Overhead(platform);

    /// <summary>What further partitions can take.</summary>
    public static long Available(BootPlatform platform, BlockDevice device) => AlignDown(device.Size - Used(platform, device));

    /// <summary>The boot loader's partition that the installer creates in addition to the planned ones.</summary>
    public static BootLoaderPartition BootLoader(StorageConfig config, BlockDevice device) =>
        device.PartitionTable is not PartitionTableType.Gpt || device.Type != BlockDeviceType.Physical ? BootLoaderPartition.None
        : config.Platform.NeedsBiosGrub ? BootLoaderPartition.BiosGrub
        : config.Platform.NeedsPrep && config.BootDevice?.Id == device.Id ? BootLoaderPartition.Prep
        : BootLoaderPartition.None;

    /// <summary>The number of the partition at a place, counted from 0.</summary>
    public static int NumberAt(StorageConfig config, BlockDevice device, int place) => device.PartitionTable is PartitionTableType.Mbr
        ? place < 3 ? place + 1 : place + 2 // the fourth is the extended partition, and contains the rest
        : place + (BootLoader(config, device) == BootLoaderPartition.None ? 1 : 2);

    /// <summary>The device with its partitions numbered in their order.</summary>
    public static BlockDevice Renumber(StorageConfig config, BlockDevice device) => device with
    {
        Partitions =
        [
            .. device.Partitions.Select((partition, place) => partition with { Number = NumberAt(config, device, place) }),
        ],
    };
}

/// <summary>A partition for a boot loader that no plan contains and the installer creates as number 1.</summary>
public enum BootLoaderPartition
{
    /// <summary>The platform needs none on this disk.</summary>
    None,

    /// <summary>1 MiB for GRUB on a disk with a GUID partition table that a BIOS boots.</summary>
    BiosGrub,

    /// <summary>8 MiB for the boot loader of a POWER machine.</summary>
    Prep,
}
