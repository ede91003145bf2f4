namespace Maas.Images.Formats.Ext;

/// <summary>Blocks of a file that stand together. What is not written yet reads as zeros, though it has blocks.</summary>
internal readonly record struct ExtRun(long Logical, long Count, long Physical, bool Written)
{
    public long End => Logical + Count;
}
