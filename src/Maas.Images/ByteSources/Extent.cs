namespace Maas.Images.ByteSources;

/// <summary>A stretch of content and where its bytes stand: <paramref name="Source"/> is −1 for a hole, which reads as zeros.</summary>
internal readonly record struct Extent(long Start, long Length, long Source)
{
    public const long Hole = -1;

    public long End => Start + Length;
}
