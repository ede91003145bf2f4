namespace Maas.Images.ByteSources;

/// <summary>A source that can be changed: an overlay over an image, a partition of one. A write never changes its length.</summary>
internal abstract class WritableBytes : RandomAccessSource
{
    /// <summary>Writes bytes at an offset, all of them inside <see cref="RandomAccessSource.Length"/>.</summary>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Writes to unallocated space of a file system. The content is unreachable until the metadata that refers to it is committed, so an
    /// overlay may write it through at once.
    /// </summary>
    public virtual void WriteUnallocated(long offset, ReadOnlySpan<byte> bytes) => Write(offset, bytes);

    /// <summary>A window that can be written to; a partition.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="keepsAll">Whether <see cref="WriteUnallocated"/> is a write like any other in it.</param>
    public WritableBytes Window(long offset, long length, bool keepsAll = false) => new WritableWindow(this, offset, length, keepsAll);
}
