namespace Maas.Images.Bytes;

/// <summary>Random-access bytes that can be changed: an overlay over an image, a partition of one. Never longer for a write.</summary>
internal abstract class WritableBytes : ImageBytes
{
    /// <summary>Puts bytes at an offset, all of them inside <see cref="ImageBytes.Length"/>.</summary>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>A window that can be written to; a partition.</summary>
    public WritableBytes Window(long offset, long length) => new WritableWindow(this, offset, length);
}
