using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Iso;

/// <summary>A file's bytes in an image that is being planned; files that are hard links to each other share one.</summary>
internal sealed class IsoContent(RandomAccessSource bytes)
{
    /// <summary>The longest extent whose end is a whole block: a longer file has several (ISO 9660 level 3).</summary>
    public const long LongestExtent = 0xFFFF_F800;

    private const int LargestLoader = 4 << 20;

    public RandomAccessSource Bytes { get; private set; } = bytes;

    public long Length => Bytes.Length;

    public uint Block { get; set; }

    /// <summary>How many names it has.</summary>
    public int Names { get; set; } = 1;

    /// <summary>Whether it is a loader that finds a boot information table in its own bytes.</summary>
    public bool HasBootInfo { get; set; }

    public IEnumerable<(uint Block, uint Length, bool GoesOn)> Extents()
    {
        for (long at = 0; at == 0 || at < Length; at += LongestExtent)
        {
            var length = Math.Min(LongestExtent, Length - at);
            yield return (Length == 0 ? 0 : Block + (uint)(at / IsoVolume.SectorSize), (uint)length, at + length < Length);
        }
    }

    /// <summary>Puts the table into the loader, once its block is known.</summary>
    public void WriteBootInfo()
    {
        if (Length is < BootInfoTable.End or > LargestLoader)
            throw new ArgumentException($"A loader of {Length} bytes has no room for a boot information table.");
        var loader = Bytes.Read(0, (int)Length, "boot loader");
        BootInfoTable.Write(loader, Block);
        Bytes = new MemoryBytes(loader);
    }
}
