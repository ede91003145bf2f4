namespace Maas.Images.Packages;

/// <summary>A file of a <see cref="PackageCache"/>, opened for one reader. Dispose it.</summary>
public sealed class PackageFile : IDisposable
{
    internal PackageFile(Stream content, long length, bool isWhole) => (Content, Length, IsWhole) = (content, length, isWhole);

    /// <summary>
    /// The bytes, from the first on. Reading waits for bytes that are still being fetched, and throws <see cref="IOException"/> if the
    /// fetch fails. It can seek only if <see cref="IsWhole"/>.
    /// </summary>
    public Stream Content { get; }

    /// <summary>Its length in bytes.</summary>
    public long Length { get; }

    /// <summary>Whether it was in the cache already.</summary>
    public bool IsWhole { get; }

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
