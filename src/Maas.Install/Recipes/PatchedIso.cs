using Maas.Install.Quoting;

namespace Maas.Install.Recipes;

/// <summary>
/// An ISO that the host serves with answer files of the machine in it, and with another kernel command line. One ISO on disk is a different
/// one for each machine, and no copy is made.
/// </summary>
/// <remarks>
/// iPXE gives it to the machine as a disk (<c>sanboot {iso}</c>). The URL contains the one-time token of the boot script: its first use
/// renders the templates, and until the deployment ends all requests get bytes of this one ISO. The answer files contain the machine's key,
/// and have to report as those of other recipes do: <c>op=netboot_off</c> turns network boot off.
/// </remarks>
/// <example>
/// <code>
/// var recipe = PatchedIso.Of(
///     DebianInstaller.Create("bookworm", "", ""), "iso/debian-12-netinst.iso",
///     new InstallerIsoChange.InitialRamDisk("install.amd/initrd.gz", "preseed.cfg", "debian/preseed"),
///     new InstallerIsoChange.Replacement("isolinux/txt.cfg", "---", "auto=true priority=critical {options} ---"));
/// </code>
/// </example>
public static class PatchedIso
{
    /// <summary>The recipe of an ISO, of which this package knows nothing else.</summary>
    /// <param name="osSystem">Operating system, <c>custom</c>.</param>
    /// <param name="series">Series, <c>appliance</c>.</param>
    /// <param name="iso">The ISO, as <see cref="InstallerIso.File"/>.</param>
    /// <param name="changes">What is changed in it.</param>
    public static InstallRecipe Create(string osSystem, string series, string iso, params IEnumerable<InstallerIsoChange> changes) =>
        Of(
            new InstallRecipe
            {
                OsSystem = osSystem,
                Series = series,
                Boot = new InstallerBoot.IpxeScript(""), // replaced below
                Files = [],
                ReportTimeout = TimeSpan.FromHours(2), // its files may report at the end alone
            },
            iso, changes);

    /// <summary>
    /// Another recipe, with its answer files and parameters, whose installer is on an ISO. What the recipe boots is replaced.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="iso">The ISO, as <see cref="InstallerIso.File"/>.</param>
    /// <param name="changes">What is changed in it. Templates that no answer file of the recipe has become answer files.</param>
    public static InstallRecipe Of(InstallRecipe recipe, string iso, params IEnumerable<InstallerIsoChange> changes)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var all = changes.ToList();
        var files = recipe.Files.ToList();
        foreach (var change in all)
        {
            if (change.Template is { } template && files.TrueForAll(file => file.Template != template))
                files.Add(new AnswerFileTemplate(NameFor(change, files), template));
        }

        return recipe with
        {
            Boot = new InstallerBoot.IpxeScript("#!ipxe\nsanboot --no-describe {iso}\n"),
            Files = files,
            Iso = new InstallerIso(iso, all),
        };
    }

    // The name of the file where the installer finds it; a number tells those of the same name apart.
    private static string NameFor(InstallerIsoChange change, List<AnswerFileTemplate> files)
    {
        var path = change is InstallerIsoChange.InitialRamDisk { Target: var target } ? target : change.Path;
        var name = string.Concat(path[(path.LastIndexOf('/') + 1)..].Select(each => Quote.IsPlain($"{each}") ? each : '_'));
        return Enumerable.Range(1, files.Count + 1).Select(number => number == 1 ? name : $"{name}-{number}")
            .First(each => files.TrueForAll(file => file.Name != each));
    }
}
