namespace Maas.Images.ByteSources;

/// <summary>Random-access bytes that can be changed: an overlay over an image, a partition of one. Never longer for a write.</summary>
internal abstract class WritableBytes : RandomAccessSource
{
    /// <summary>Puts bytes at an offset, all of them inside <see cref="RandomAccessSource.Length"/>.</summary>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Puts bytes where nothing is that anybody reads, whether all that is written has come through or none of it: into free room of a file
    /// system. Who keeps writes back until they are complete need not keep these.
    /// </summary>
    public virtual void WriteUnused(long offset, ReadOnlySpan<byte> bytes) => Write(offset, bytes);

    /// <summary>A window that can be written to; a partition.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="keepsAll">Whether <see cref="WriteUnused"/> is a write like any other in it.</param>
    public WritableBytes Window(long offset, long length, bool keepsAll = false) => new WritableWindow(this, offset, length, keepsAll);
}
