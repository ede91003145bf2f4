namespace Maas.Install.Recipes;

/// <summary>An ISO as its maker made it, which iPXE gives to the machine as a disk (<c>sanboot</c>).</summary>
/// <remarks>
/// Nothing on it reports back: the machine is turned to its disk with <c>op=netboot_off</c>, by a person or by what the ISO contains, and
/// its deployment ends when the installed system asks for its user data. It fails after twelve hours
/// (<see cref="InstallRecipe.ReportTimeout"/>): a person may operate it. <see cref="PatchedIso"/> puts answer files of the machine into it.
/// </remarks>
public static class UnmodifiedIso
{
    /// <summary>The recipe of an ISO.</summary>
    /// <param name="osSystem">Operating system, <c>custom</c>.</param>
    /// <param name="series">Series, <c>rescue</c>.</param>
    /// <param name="iso">The URL of the ISO, one word of an iPXE script.</param>
    public static InstallRecipe Create(string osSystem, string series, Uri iso) => new()
    {
        OsSystem = osSystem,
        Series = series,
        Boot = new InstallerBoot.IpxeScript($"#!ipxe\nsanboot --no-describe {iso.AbsoluteUri}\n"),
        Files = [],
        ReportTimeout = TimeSpan.FromHours(12),
    };
}
