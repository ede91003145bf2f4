namespace Maas.Images.ByteSources;

/// <summary>Writable bytes on a disk: the length can change, and <see cref="Flush"/> makes writes durable.</summary>
internal abstract class DurableBytes : WritableBytes
{
    public abstract void SetLength(long length);

    /// <summary>Returns when everything written before is on the medium (<c>fsync</c>).</summary>
    public abstract void Flush();
}
