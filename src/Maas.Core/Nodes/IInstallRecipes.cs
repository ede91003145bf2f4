namespace Maas.Core.Nodes;

/// <summary>The operating systems that are installed by their own installers, and not by writing an image.</summary>
/// <remarks><c>Maas.Install</c> implements it. Give an implementation to <see cref="MaasCoreServices.Recipes"/>.</remarks>
public interface IInstallRecipes
{
    /// <summary>Finds the recipe for a system that a user names. An image with the same name is preferred to a recipe.</summary>
    /// <param name="osSystem">Operating system, such as <c>debian</c>; empty for any.</param>
    /// <param name="series">Series, such as <c>bookworm</c> or <c>debian/bookworm</c>; never empty.</param>
    /// <param name="architecture">Architecture and sub-architecture of the machine, such as <c>amd64/generic</c>.</param>
    /// <returns>The recipe's name, <c>debian/bookworm</c>; <see langword="null"/> when it does not exist.</returns>
    string? Choose(string osSystem, string series, string architecture);

    /// <summary>How long an installation by a recipe may be silent.</summary>
    /// <param name="recipe">The recipe's name.</param>
    /// <param name="architecture">Architecture and sub-architecture of the machine.</param>
    /// <returns>The time; <see langword="null"/> for <see cref="MachineDeadlines.Deploy"/>, as by default.</returns>
    TimeSpan? GetReportTimeout(string recipe, string architecture) => null;
}
