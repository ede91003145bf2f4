namespace Maas.Images.Formats.Ext;

/// <summary>Contiguous blocks of a file. What is not written yet reads as zeros, though it has blocks.</summary>
internal readonly record struct ExtRun(long Logical, long Count, long Physical, bool Written)
{
    public long End => Logical + Count;
}
