using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Partitions;

/// <summary>Finds a disk's partition table: a GPT if there is one, else an MBR. Neither is no error: a bare file system has none.</summary>
internal static class PartitionReader
{
    public static PartitionTable? Read(RandomAccessSource disk) => GptReader.Read(disk) ?? MbrReader.Read(disk);
}
