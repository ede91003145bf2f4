using Maas.Images.Debian;

namespace Maas.Images.Ephemeral;

/// <summary>Finds and opens packages for one build, and remembers which were used, for the manifest.</summary>
internal sealed class PackageReader(IPackageSource packages, IProgress<ImportProgress>? progress)
{
    private readonly SortedDictionary<string, DebianPackage> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>What the manifest says: the packages that something was taken from.</summary>
    public IReadOnlyList<EphemeralManifestPackage> Used =>
        [.. _known.Values.Where(package => _used.Contains(package.Name))
            .Select(package => new EphemeralManifestPackage(package.Name, package.Version.ToString(), package.Sha256))];

    public async Task<DebianPackage> RequireAsync(string name, CancellationToken cancellationToken) =>
        await FindAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw new PackageNotFoundException(name, $"The package {name} is in none of the sources.");

    public void MarkUsed(string name) => _used.Add(name);

    public async Task<Stream> OpenAsync(DebianPackage package, CancellationToken cancellationToken)
    {
        var file = await packages.OpenAsync(package, progress, cancellationToken).ConfigureAwait(false);
        progress?.Report(new ImportProgress("unpack", package.ToString(), 0, package.Size));
        return file;
    }

    /// <summary>The real kernel package behind a meta package, which depends on it.</summary>
    public async Task<DebianPackage> FollowKernelAsync(string name, CancellationToken cancellationToken)
    {
        var package = await RequireAsync(name, cancellationToken).ConfigureAwait(false);
        for (var depth = 0; depth < 4; depth++)
        {
            MarkUsed(package.Name);
            var next = package.Depends.Select(alternatives => alternatives[0])
                .FirstOrDefault(needed => needed.StartsWith("linux-image-", StringComparison.Ordinal));
            if (next is null) return package;
            package = await RequireAsync(next, cancellationToken).ConfigureAwait(false);
        }

        throw new PackageNotFoundException(name, $"The package {name} leads to no kernel.");
    }

    /// <summary>
    /// All that a package depends on, nearest first. What is in no source is left out: not every dependency has a file we want.
    /// </summary>
    public async Task<IReadOnlyList<DebianPackage>> DependenciesAsync(DebianPackage package, CancellationToken cancellationToken)
    {
        const int Enough = 512;
        List<DebianPackage> found = [];
        HashSet<string> seen = [package.Name];
        Queue<DebianPackage> waiting = new([package]);
        while (found.Count < Enough && waiting.TryDequeue(out var at))
        {
            foreach (var alternatives in at.Depends)
            {
                foreach (var name in alternatives)
                {
                    if (await FindAsync(name, cancellationToken).ConfigureAwait(false) is not { } needed) continue;
                    if (seen.Add(needed.Name))
                    {
                        found.Add(needed);
                        waiting.Enqueue(needed);
                    }

                    break;
                }
            }
        }

        return found;
    }

    private async Task<DebianPackage?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(name, out var known)) return known;
        if (await packages.FindAsync(name, cancellationToken).ConfigureAwait(false) is not { } package) return null;
        _known[package.Name] = package;
        return package;
    }
}
