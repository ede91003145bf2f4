namespace Maas.Images.ByteSources;

/// <summary>Bytes on a medium: they grow, and <see cref="Flush"/> makes what was written last.</summary>
internal abstract class StoredBytes : WritableBytes
{
    public abstract void SetLength(long length);

    /// <summary>Returns when everything written before is on the medium (<c>fsync</c>).</summary>
    public abstract void Flush();
}
