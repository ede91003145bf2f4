using System.Text.RegularExpressions;
using Maas.Boot.Files;
using Maas.Install.Recipes;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>
/// Whether this host has the boot files and the ISOs that the recipes name. They are files of the host: of several hosts, one may lack what
/// the others have, and a machine that boots from it then gets no kernel.
/// </summary>
/// <param name="options">The networks; without one, no machine boots from this host.</param>
/// <param name="recipes">The recipes.</param>
/// <param name="files">The boot files.</param>
/// <param name="openIso">Opens an ISO, by its name in a recipe; throws <see cref="IOException"/> when it is missing.</param>
internal sealed partial class InstallerHealthCheck(
    MaasOptions options, RecipeCatalog recipes, IBootFiles files, Func<string, Stream> openIso) : IHealthCheck
{
    private const int MostNamed = 10;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (options.Networks.Count == 0) return HealthCheckResult.Healthy("No network is configured.");
        List<string> missing = [];
        foreach (var recipe in recipes.All)
        {
            foreach (var name in NamesOf(recipe.Boot).Distinct(StringComparer.Ordinal))
                if (!await HasAsync(name, cancellationToken).ConfigureAwait(false))
                    missing.Add($"{recipe.Name} ({recipe.Architecture}): the boot file {name}");
            if (recipe.Iso is { } iso && !HasIso(iso.File))
                missing.Add($"{recipe.Name} ({recipe.Architecture}): the ISO {iso.File}");
        }

        if (missing.Count == 0) return HealthCheckResult.Healthy("The files of all install recipes are on this host.");
        var more = missing.Count > MostNamed ? $"; and {missing.Count - MostNamed} more" : "";
        return HealthCheckResult.Degraded(
            $"Files of install recipes are missing on this host: {string.Join("; ", missing.Take(MostNamed))}{more}.");
    }

    /// <summary>The boot files that a recipe names; what it fetches from elsewhere is not among them.</summary>
    private static IEnumerable<string> NamesOf(InstallerBoot boot) => boot switch
    {
        InstallerBoot.Kernel kernel => kernel.InitialRamDisks.Prepend(kernel.File)
            .Where(name => !name.Contains("://", StringComparison.Ordinal)).Concat(NamesIn(kernel.CommandLine)),
        InstallerBoot.IpxeScript script => NamesIn(script.Text),
        _ => [],
    };

    private static IEnumerable<string> NamesIn(string text) => BelowFiles().Matches(text).Select(match => match.Groups["name"].Value);

    private async Task<bool> HasAsync(string name, CancellationToken cancellationToken)
    {
        using var file = await files.OpenAsync(new BootFileRequest(name, null), cancellationToken).ConfigureAwait(false);
        return file is not null;
    }

    private bool HasIso(string name)
    {
        try
        {
            openIso(name).Dispose();
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\{files\}/(?<name>[^\s{}]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BelowFiles();
}
