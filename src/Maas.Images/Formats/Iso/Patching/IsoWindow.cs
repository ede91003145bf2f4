using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Iso.Patching;

/// <summary>
/// An ISO that is being patched as a partition shows it: block 0 is the partition's first. xorriso's <c>-partition_offset</c> makes a
/// second set of descriptors, directories and path tables for it, whose block numbers count from there; the files' content is the same.
/// </summary>
/// <param name="image">The whole.</param>
/// <param name="first">The block where the window begins; 0 for the whole.</param>
internal sealed class IsoWindow(IsoOverlay image, uint first) : RandomAccessSource
{
    private const int Sector = IsoVolume.SectorSize;
    private const int CreationTime = 813, CreationTimeLength = 17, Label = 40, LabelLength = 32;

    /// <summary>The block of the whole that is block 0 here.</summary>
    public uint First => first;

    public override long Length => Math.Max(0, image.Length - Start);

    /// <summary>The first block, counted here, that nothing is in.</summary>
    public uint End => image.End - first;

    private long Start => (long)first * Sector;

    public override int Read(long offset, Span<byte> buffer) => image.Read(Start + offset, buffer);

    public void Write(long offset, ReadOnlySpan<byte> bytes) => image.Write(Start + offset, bytes);

    /// <summary>Puts content behind the end.</summary>
    /// <returns>Its first block, counted here.</returns>
    public uint Append(RandomAccessSource content) => image.Append(content) - first;

    /// <summary>The whole, and each partition that has descriptors of its own for the same volume.</summary>
    public static IReadOnlyList<IsoWindow> Of(IsoOverlay image)
    {
        var windows = new List<IsoWindow> { new(image, 0) };
        foreach (var start in HybridTables.Starts(image).Where(start => start != 0 && start % Sector == 0).Distinct().Order())
        {
            var window = new IsoWindow(image, checked((uint)(start / Sector)));
            if (IsoVolume.Matches(window) && IsSame(windows[0], window)) windows.Add(window);
        }

        return windows;
    }

    /// <summary>An ISO of its own, which is only stored in a partition, has another time of creation or label.</summary>
    private static bool IsSame(IsoWindow whole, IsoWindow other)
    {
        const long descriptor = IsoVolume.First * Sector;
        ReadOnlySpan<byte> a = whole.Read(descriptor, Sector, "ISO volume descriptor");
        ReadOnlySpan<byte> b = other.Read(descriptor, Sector, "ISO volume descriptor");
        return a.Slice(Label, LabelLength).SequenceEqual(b.Slice(Label, LabelLength))
            && a.Slice(CreationTime, CreationTimeLength).SequenceEqual(b.Slice(CreationTime, CreationTimeLength));
    }
}
