using Maas.Core.Inventory;
using Maas.Core.Storage;

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

    /// <summary>
    /// Plans an installation by a recipe that carries out the machine's storage configuration. A plan that the installer cannot express is
    /// refused: the machine then is not deployed, and nothing is written.
    /// </summary>
    /// <param name="recipe">The recipe's name.</param>
    /// <param name="architecture">Architecture and sub-architecture of the machine.</param>
    /// <param name="config">What is configured.</param>
    /// <param name="hardware">The inventory, which tells how each disk is recognised.</param>
    /// <returns>
    /// The plan, or why not; <see langword="null"/>, as by default, when the installer partitions the boot disk by its own rules: then a
    /// configuration that is not the default is refused (<see cref="RecipeLimits"/>).
    /// </returns>
    DiskPlanResult? PlanStorage(string recipe, string architecture, StorageConfig config, Hardware hardware) => null;

    /// <summary>
    /// Whether the system that a recipe installs runs cloud-init with this server as data source, which applies the machine's network
    /// configuration and user data. Without it, a deployment with either is refused (<see cref="RecipeLimits"/>).
    /// </summary>
    /// <param name="recipe">The recipe's name.</param>
    /// <param name="architecture">Architecture and sub-architecture of the machine.</param>
    /// <returns>By default, <see langword="false"/>.</returns>
    bool HasCloudInit(string recipe, string architecture) => false;
}
