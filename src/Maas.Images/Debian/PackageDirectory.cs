using System.Security.Cryptography;
using Maas.Images.Archives;
using Maas.Images.Downloads;

namespace Maas.Images.Debian;

/// <summary>
/// A local directory of .deb files, for a place without a mirror. There is no index and no signature: who may write to
/// the directory decides what is in it.
/// </summary>
public sealed class PackageDirectory : IPackageSource
{
    private readonly string _directory;
    private readonly string _architecture;
    private readonly Lazy<IReadOnlyList<DebianPackage>> _packages;

    /// <summary>Reads the control files of the <c>*.deb</c> in <paramref name="directory"/> at the first question.</summary>
    /// <param name="directory">The directory; those below it are not looked into.</param>
    /// <param name="architecture">Packages of other architectures (but <c>all</c>) are passed over. Default <c>amd64</c>.</param>
    /// <exception cref="DirectoryNotFoundException">It does not exist.</exception>
    public PackageDirectory(string directory, string architecture = "amd64")
    {
        if (!Directory.Exists(directory)) throw new DirectoryNotFoundException($"{directory} does not exist.");
        _directory = Path.GetFullPath(directory);
        _architecture = architecture;
        _packages = new(Scan);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidImageException">A .deb in the directory is damaged; the message names it.</exception>
    public ValueTask<DebianPackage?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        new(_packages.Value.Where(package => package.Name == name).MaxBy(package => package.Version)
            ?? _packages.Value.Where(package => package.Provides.Contains(name)).MaxBy(package => package.Version));

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(
        DebianPackage package,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        progress?.Report(new ImportProgress("verify", Path.GetFileName(package.Location), 0, package.Size));
        if (!await ArchiveCache.IsCompleteAsync(package.Location, package.Size, package.Sha256, cancellationToken).ConfigureAwait(false))
            throw new UntrustedArchiveException(package.Location, "it changed since the directory was read");
        return File.OpenRead(package.Location);
    }

    private List<DebianPackage> Scan()
    {
        List<DebianPackage> packages = [];
        foreach (var path in Directory.GetFiles(_directory, "*.deb").Order(StringComparer.Ordinal))
        {
            try
            {
                using var file = File.OpenRead(path);
                var control = new DebFile(file).ReadControl();
                if (control["Architecture"] is not { } architecture || (architecture != _architecture && architecture != "all")) continue;
                file.Position = 0;
                packages.Add(DebianPackage.From(control, file.Length, Convert.ToHexStringLower(SHA256.HashData(file)), path));
            }
            catch (Exception fault) when (fault is InvalidImageException or FormatException)
            {
                throw new InvalidImageException(Path.GetFileName(path), fault.Message.TrimEnd('.'), null, fault);
            }
        }

        return packages;
    }
}
