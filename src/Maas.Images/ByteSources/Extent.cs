namespace Maas.Images.ByteSources;

/// <summary>A range of content and the position of its bytes: <paramref name="Source"/> is −1 for a hole, which reads as zeros.</summary>
internal readonly record struct Extent(long Start, long Length, long Source)
{
    public const long Hole = -1;

    public long End => Start + Length;
}
