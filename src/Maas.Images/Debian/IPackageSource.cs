using Maas.Images.Downloads;

namespace Maas.Images.Debian;

/// <summary>
/// Where Debian packages come from: an archive on the network (<see cref="DebianArchive"/>), or a directory of .deb files
/// (<see cref="PackageDirectory"/>).
/// </summary>
public interface IPackageSource
{
    /// <summary>
    /// The newest package of that name, or, when there is none, the newest that provides it; <see langword="null"/> when there is neither.
    /// </summary>
    ValueTask<DebianPackage?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The package's file, complete, with the size and SHA-256 it should have, positioned at its start and able to seek.</summary>
    /// <param name="package">A package that <see cref="FindAsync"/> of this source returned.</param>
    /// <param name="progress">Told about the download, when there is one.</param>
    /// <param name="cancellationToken">Ends the download; what came so far is kept and taken up by the next call.</param>
    /// <exception cref="UntrustedArchiveException">The file is not the one that the index names.</exception>
    /// <exception cref="IOException">It cannot be fetched or stored.</exception>
    Task<Stream> OpenAsync(
        DebianPackage package,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default);
}
