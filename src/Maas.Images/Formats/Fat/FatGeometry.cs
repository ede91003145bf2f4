using System.Numerics;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Fat;

/// <summary>
/// Where things are in a FAT volume (Microsoft's fatgen103): [reserved][FAT × n][root, FAT12/16][clusters from 2].
/// <code>
/// 11 bytes a sector  13 sectors a cluster  14 reserved sectors  16 FATs  17 root entries  19 sectors (or 32)
/// 22 sectors a FAT (or FAT32's 36)         44 FAT32's root cluster  label: 43, FAT32 71
/// </code>
/// A volume is FAT32 when it says so where the others have the sectors of a FAT, as Linux has it; whether FAT12 or FAT16 follows from the
/// number of clusters. Clusters that the FAT has no entries for are never used.
/// </summary>
internal sealed record FatGeometry
{
    private const string Structure = "FAT boot sector";

    public required int Bits { get; init; }

    public required int ClusterSize { get; init; }

    public required int SectorSize { get; init; }

    public required long FatOffset { get; init; }

    public required long FatLength { get; init; }

    public required int FatCount { get; init; }

    /// <summary>FAT12/16 only: the root directory has a place and size of its own.</summary>
    public required long RootOffset { get; init; }

    public required int RootLength { get; init; }

    public required uint RootCluster { get; init; }

    public required long DataOffset { get; init; }

    public required uint ClusterCount { get; init; }

    public required long Length { get; init; }

    public required string Label { get; init; }

    public uint EndOfChain => Bits switch { 12 => 0xFF8, 16 => 0xFFF8, _ => 0x0FFF_FFF8 };

    public long OffsetOf(uint cluster) => DataOffset + ((long)(cluster - 2) * ClusterSize);

    public bool IsCluster(uint cluster) => cluster >= 2 && cluster - 2 < ClusterCount;

    public static bool Matches(RandomAccessSource volume)
    {
        Span<byte> sector = stackalloc byte[512];
        return volume.Read(0, sector) == 512 && LooksRight(sector);
    }

    /// <summary><c>fat12</c>, <c>fat16</c>, <c>fat32</c>, or <c>fat</c> for one that is too damaged to tell.</summary>
    public static string NameOf(RandomAccessSource volume)
    {
        try
        {
            return $"fat{Read(volume).Bits}";
        }
        catch (InvalidImageException)
        {
            return "fat";
        }
    }

    public static FatGeometry Read(RandomAccessSource volume)
    {
        ReadOnlySpan<byte> sector = volume.Read(0, 512, Structure);
        if (!LooksRight(sector)) throw new InvalidImageException(Structure, "it is not a FAT boot sector", 0);

        var sectorSize = sector.U16(11);
        var clusterSize = sectorSize * sector[13];
        var reserved = sector.U16(14);
        long sectors = sector.U16(19) != 0 ? sector.U16(19) : sector.U32(32);
        long fatSectors = sector.U16(22) != 0 ? sector.U16(22) : sector.U32(36);
        var rootSectors = ((sector.U16(17) * 32) + sectorSize - 1) / sectorSize;
        var dataSector = reserved + (fatSectors * sector[16]) + rootSectors;
        if (fatSectors == 0 || sectors <= dataSector)
            throw new InvalidImageException(Structure, $"{sectors} sectors leave no room for files", 0);

        var clusters = (sectors - dataSector) / sector[13];
        var bits = sector.U16(22) == 0 ? 32 : clusters < 4085 ? 12 : 16;
        clusters = Math.Min(clusters, (fatSectors * sectorSize * 8 / bits) - 2);
        if (clusters < 1 || clusters > bits switch { 12 => 0xFF4, 16 => 0xFFF4, _ => 0x0FFF_FFF5 })
            throw new InvalidImageException(Structure, $"{clusters} clusters do not go with its kind of FAT", 0);
        return new FatGeometry
        {
            Bits = bits,
            ClusterSize = clusterSize,
            SectorSize = sectorSize,
            FatOffset = (long)reserved * sectorSize,
            FatLength = fatSectors * sectorSize,
            FatCount = sector[16],
            RootOffset = (reserved + (fatSectors * sector[16])) * sectorSize,
            RootLength = sector.U16(17) * 32,
            RootCluster = bits == 32 ? sector.U32(44) : 0,
            DataOffset = dataSector * sectorSize,
            ClusterCount = (uint)clusters,
            Length = sectors * sectorSize,
            Label = FatName.Decode(sector.Slice(bits == 32 ? 71 : 43, 11)).TrimEnd(),
        };
    }

    private static bool LooksRight(ReadOnlySpan<byte> sector) =>
        (sector is [0xEB, _, 0x90, ..] or [0xE9, ..])
        && (sector.U16(11) is 512 or 1024 or 2048 or 4096)
        && sector[13] != 0 && BitOperations.IsPow2((int)sector[13])
        && sector.U16(14) != 0
        && sector[16] is >= 1 and <= 4
        && (sector[21] is 0xF0 or >= 0xF8)
        && (sector.U16(19) != 0 || sector.U32(32) != 0)
        && (sector.U16(17) != 0 || sector.U16(22) == 0);
}
