using System.Globalization;
using Maas.Install.Recipes;

namespace Maas.Hosting.Binding;

/// <summary>Makes the recipes that configuration names.</summary>
internal static class ConfiguredRecipes
{
    // What each kind reads beside series, architecture, mirror, proxy and parameters.
    private static readonly Dictionary<RecipeKind, string[]> S_needs = new()
    {
        [RecipeKind.Debian] = [nameof(RecipeOptions.Kernel), nameof(RecipeOptions.InitialRamDisk)],
        [RecipeKind.Autoinstall] = [nameof(RecipeOptions.Kernel), nameof(RecipeOptions.InitialRamDisk), nameof(RecipeOptions.Source)],
        [RecipeKind.Kickstart] =
        [
            nameof(RecipeOptions.OsSystem), nameof(RecipeOptions.Kernel), nameof(RecipeOptions.InitialRamDisk),
            nameof(RecipeOptions.Source),
        ],
        [RecipeKind.FedoraCoreOS] = [nameof(RecipeOptions.Kernel), nameof(RecipeOptions.InitialRamDisk), nameof(RecipeOptions.Source)],
        [RecipeKind.Flatcar] = [nameof(RecipeOptions.Kernel), nameof(RecipeOptions.InitialRamDisk)],
        [RecipeKind.Windows] = [nameof(RecipeOptions.Folder), nameof(RecipeOptions.Share)],
        [RecipeKind.Iso] = [nameof(RecipeOptions.OsSystem), nameof(RecipeOptions.Source)],
    };

    // The same, of a recipe whose installer is on an ISO of this host. Other kinds read no such ISO.
    private static readonly Dictionary<RecipeKind, string[]> S_needsWithIso = new()
    {
        [RecipeKind.Debian] = [nameof(RecipeOptions.Iso)],
        [RecipeKind.Autoinstall] = [nameof(RecipeOptions.Iso)],
        [RecipeKind.Kickstart] = [nameof(RecipeOptions.OsSystem), nameof(RecipeOptions.Source), nameof(RecipeOptions.Iso)],
        [RecipeKind.Iso] = [nameof(RecipeOptions.OsSystem), nameof(RecipeOptions.Iso)],
    };

    /// <summary>What is wrong with the options of a recipe; each begins with the name of a property.</summary>
    public static IEnumerable<string> FaultsOf(RecipeOptions options)
    {
        if (!S_needs.TryGetValue(options.Kind, out var needs))
        {
            yield return $"{nameof(RecipeOptions.Kind)}: {options.Kind} is no kind of recipe.";
            yield break;
        }

        if (options.Iso.Length > 0) needs = S_needsWithIso.GetValueOrDefault(options.Kind, needs);
        if (options.Series.Length == 0) yield return $"{nameof(RecipeOptions.Series)} is missing.";
        foreach (var (name, isSet) in ValuesOf(options))
        {
            if (needs.Contains(name) && !isSet) yield return $"{name} is missing: a recipe of the kind {options.Kind} needs it.";
            if (isSet && !needs.Contains(name) && !(name == nameof(RecipeOptions.OsSystem) && options.Kind == RecipeKind.Debian))
                yield return $"{name}: a recipe of the kind {options.Kind} does not read it.";
        }

        if (options.Duration is { } duration && (duration < TimeSpan.FromMinutes(1) || duration > TimeSpan.FromDays(7)))
            yield return $"{nameof(RecipeOptions.Duration)} must be 1 minute to 7 days.";
        if (options.ReportTimeout is { } silence && (silence <= TimeSpan.Zero || silence > TimeSpan.FromDays(7)))
            yield return $"{nameof(RecipeOptions.ReportTimeout)} must be more than 0, and 7 days at most.";
        if (needs.Any(name => !ValuesOf(options).Single(value => value.Name == name).IsSet)) yield break;
        foreach (var fault in ChangeFaultsOf(options)) yield return fault;
        var recipe = Make(options);
        if (recipe.Iso is not null && FaultOf(recipe) is { } reason) yield return reason;
        var own = recipe.Parameters;
        foreach (var (name, text) in options.Parameters)
        {
            if (!own.TryGetValue(name, out var value) || TryRead(text, value, out _)) continue;
            var kind = value is bool ? "true or false" : "whole number";
            yield return $"{nameof(RecipeOptions.Parameters)}:{name}: '{text}' is no {kind}.";
        }
    }

    private static IEnumerable<string> ChangeFaultsOf(RecipeOptions options)
    {
        if (options.Iso.Length == 0 && options.IsoChanges.Count > 0)
            yield return $"{nameof(RecipeOptions.IsoChanges)}: only an ISO of this host is changed; set {nameof(RecipeOptions.Iso)}.";
        foreach (var (index, change) in options.IsoChanges.Index())
        {
            var key = $"{nameof(RecipeOptions.IsoChanges)}:{index}";
            if ((change.Template.Length > 0) == (change.Search.Length > 0))
                yield return $"{key}: set one of {nameof(change.Template)} and {nameof(change.Search)}.";
            if (change is { Template: "", InitialRamDiskPath.Length: > 0 })
                yield return $"{key}:{nameof(change.InitialRamDiskPath)} needs {nameof(change.Template)}.";
            if (change is { Search: "", Replacement.Length: > 0 })
                yield return $"{key}:{nameof(change.Replacement)} needs {nameof(change.Search)}.";
        }
    }

    // What the catalog refuses, as a fault of the configuration.
    private static string? FaultOf(InstallRecipe recipe)
    {
        try
        {
            _ = new RecipeCatalog([recipe]);
            return null;
        }
        catch (ArgumentException refused)
        {
            return $"{nameof(RecipeOptions.Iso)}: {refused.Message}";
        }
    }

    /// <summary>The recipe. Its options have no faults.</summary>
    public static InstallRecipe Of(RecipeOptions options)
    {
        var recipe = Make(options);
        var parameters = new Dictionary<string, object?>(recipe.Parameters, StringComparer.Ordinal);
        foreach (var (name, text) in options.Parameters)
            parameters[name] = TryRead(text, recipe.Parameters.GetValueOrDefault(name), out var value) ? value : text;
        return recipe with
        {
            Architecture = options.Architecture,
            Mirror = options.Mirror ?? recipe.Mirror,
            Proxy = options.Proxy ?? recipe.Proxy,
            Duration = options.Duration ?? recipe.Duration,
            ReportTimeout = options.ReportTimeout ?? recipe.ReportTimeout,
            HasCloudInit = options.HasCloudInit ?? recipe.HasCloudInit,
            Parameters = parameters,
        };
    }

    private static (string Name, bool IsSet)[] ValuesOf(RecipeOptions options) =>
    [
        (nameof(RecipeOptions.OsSystem), options.OsSystem.Length > 0), (nameof(RecipeOptions.Iso), options.Iso.Length > 0),
        (nameof(RecipeOptions.Kernel), options.Kernel.Length > 0),
        (nameof(RecipeOptions.InitialRamDisk), options.InitialRamDisk.Length > 0),
        (nameof(RecipeOptions.Source), options.Source is not null), (nameof(RecipeOptions.Folder), options.Folder.Length > 0),
        (nameof(RecipeOptions.Share), options.Share.Length > 0),
    ];

    private static InstallRecipe Make(RecipeOptions options) => (options.Kind, options.Iso) switch
    {
        (_, "") => MakeWithoutIso(options),
        (RecipeKind.Iso, _) => PatchedIso.Create(options.OsSystem, options.Series, options.Iso, ChangesOf(options)),
        _ => PatchedIso.Of(MakeWithoutIso(options), options.Iso, ChangesOf(options)),
    };

    private static IEnumerable<InstallerIsoChange> ChangesOf(RecipeOptions options) => options.IsoChanges.Select<IsoChangeOptions,
        InstallerIsoChange>(change => change switch
        {
            { Template: "" } => new InstallerIsoChange.Replacement(change.Path, change.Search, change.Replacement),
            { InitialRamDiskPath: "" } => new InstallerIsoChange.AnswerFile(change.Path, change.Template),
            _ => new InstallerIsoChange.InitialRamDisk(change.Path, change.InitialRamDiskPath, change.Template),
        });

    private static InstallRecipe MakeWithoutIso(RecipeOptions options)
    {
        // Missing is what FaultsOf reports.
        var source = options.Source ?? new Uri("http://invalid/");
        return options.Kind switch
        {
            RecipeKind.Debian => DebianInstaller.Create(
                options.Series, options.Kernel, options.InitialRamDisk, options.OsSystem.Length > 0 ? options.OsSystem : "debian"),
            RecipeKind.Autoinstall => Autoinstall.Create(options.Series, options.Kernel, options.InitialRamDisk, source),
            RecipeKind.Kickstart => Kickstart.Create(
                options.OsSystem, options.Series, options.Kernel, options.InitialRamDisk, source),
            RecipeKind.FedoraCoreOS => Ignition.FedoraCoreOS(options.Series, options.Kernel, options.InitialRamDisk, source),
            RecipeKind.Flatcar => Ignition.Flatcar(options.Series, options.Kernel, options.InitialRamDisk),
            RecipeKind.Windows => WindowsSetup.Create(options.Series, options.Folder, options.Share),
            RecipeKind.Iso => UnmodifiedIso.Create(options.OsSystem, options.Series, source),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static bool TryRead(string text, object? like, out object? value)
    {
        value = like switch
        {
            bool => bool.TryParse(text, out var flag) ? flag : null,
            int => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null,
            IEnumerable<string> => text.Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries),
            _ => text,
        };
        return value is not null;
    }
}
