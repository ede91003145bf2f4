using Maas.Images.Bytes;

namespace Maas.Images.Partitions;

/// <summary>Finds a disk's partition table: a GPT if there is one, else an MBR.</summary>
internal static class PartitionReader
{
    public static PartitionTable? Read(ImageBytes disk) => null;
}
