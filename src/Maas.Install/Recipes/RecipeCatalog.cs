using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Install.Recipes;

/// <summary>The recipes of a server. Immutable.</summary>
public sealed class RecipeCatalog : IInstallRecipes
{
    private readonly IReadOnlyList<InstallRecipe> _recipes;

    /// <summary>The catalog of these recipes.</summary>
    /// <param name="recipes">The recipes; the first of several that fit is chosen.</param>
    /// <exception cref="ArgumentException">A recipe has no valid name, or two have the same name and architecture.</exception>
    public RecipeCatalog(IEnumerable<InstallRecipe> recipes)
    {
        _recipes = [.. recipes];
        foreach (var recipe in _recipes)
            if (recipe.Check() is { } reason) throw new ArgumentException(reason, nameof(recipes));
        if (_recipes.GroupBy(recipe => (recipe.Name, recipe.Architecture)).FirstOrDefault(group => group.Count() > 1) is { Key: var key })
            throw new ArgumentException($"There are two recipes '{key.Name}' for {key.Architecture}.", nameof(recipes));
    }

    /// <summary>All recipes.</summary>
    public IReadOnlyList<InstallRecipe> All => _recipes;

    /// <summary>Finds the recipe of a machine that is being deployed by one.</summary>
    /// <param name="machine">The machine.</param>
    /// <returns>The recipe; <see langword="null"/> when the machine has none, or this server does not have it any more.</returns>
    public InstallRecipe? Find(Machine machine) =>
        machine.Deployment?.Recipe is { } name ? Find(name, machine.Architecture) : null;

    /// <inheritdoc/>
    public TimeSpan? GetReportTimeout(string recipe, string architecture) => Find(recipe, architecture)?.ReportTimeout;

    /// <inheritdoc/>
    public DiskPlanResult? PlanStorage(string recipe, string architecture, StorageConfig config, Hardware hardware) =>
        Find(recipe, architecture)?.PlanStorage(config, hardware);

    /// <inheritdoc/>
    public bool HasCloudInit(string recipe, string architecture) => Find(recipe, architecture)?.HasCloudInit ?? false;

    /// <summary>Finds a recipe by its name.</summary>
    /// <param name="name">The name, <c>debian/bookworm</c>.</param>
    /// <param name="architecture">The architecture, with or without a sub-architecture.</param>
    /// <returns>The recipe; <see langword="null"/> when no recipe has the name and the architecture.</returns>
    public InstallRecipe? Find(string name, string architecture) =>
        _recipes.FirstOrDefault(recipe => recipe.Name == name && recipe.Architecture == architecture.Split('/')[0]);

    /// <inheritdoc/>
    public string? Choose(string osSystem, string series, string architecture)
    {
        if (series.Split('/', 2) is [var family, var release]) (osSystem, series) = (family, release);
        return _recipes.FirstOrDefault(recipe =>
            (osSystem.Length == 0 || recipe.OsSystem == osSystem) && recipe.Series == series
            && recipe.Architecture == architecture.Split('/')[0])?.Name;
    }
}
