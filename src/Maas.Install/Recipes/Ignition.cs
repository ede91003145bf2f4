namespace Maas.Install.Recipes;

/// <summary>Fedora CoreOS and Flatcar Container Linux: their live system installs itself to the disk with an Ignition file.</summary>
/// <remarks>
/// The live system gets <c>live.ign</c>, whose unit runs the installer, turns network boot off and restarts the machine; the installed
/// system gets the Ignition file of the template <c>ignition/system</c>, whose unit reports the end of the stage <c>modules-final</c>.
/// Neither system has cloud-init: user data is not applied. Parameters: <c>user</c>, <c>installer</c> (<c>coreos</c> or <c>flatcar</c>).
/// </remarks>
public static class Ignition
{
    /// <summary>The recipe of Fedora CoreOS.</summary>
    /// <param name="stream">Stream, <c>stable</c>.</param>
    /// <param name="kernel">The live kernel: a name among the boot files, or an http URL.</param>
    /// <param name="initrd">The live initial RAM disk.</param>
    /// <param name="rootfs">The URL of the live root file system.</param>
    public static InstallRecipe FedoraCoreOS(string stream, string kernel, string initrd, Uri rootfs) => Create(
        "fedora-coreos",
        stream,
        kernel,
        initrd,
        $"coreos.live.rootfs_url={rootfs.AbsoluteUri} ignition.firstboot ignition.platform.id=metal "
        + "ignition.config.url={answers}/live.ign ip=dhcp {options}",
        user: "core",
        installer: "coreos");

    /// <summary>The recipe of Flatcar Container Linux.</summary>
    /// <param name="channel">Channel, <c>stable</c>.</param>
    /// <param name="kernel">The kernel of the PXE image: a name among the boot files, or an http URL.</param>
    /// <param name="image">The PXE image, <c>flatcar_production_pxe_image.cpio.gz</c>.</param>
    public static InstallRecipe Flatcar(string channel, string kernel, string image) => Create(
        "flatcar",
        channel,
        kernel,
        image,
        "flatcar.first_boot=1 ignition.config.url={answers}/live.ign {options}",
        user: "core",
        installer: "flatcar");

    private static InstallRecipe Create(
        string osSystem, string series, string kernel, string initrd, string commandLine, string user, string installer) => new()
    {
        OsSystem = osSystem,
        Series = series,
        Boot = new InstallerBoot.Kernel(kernel, [initrd], commandLine),
        Files = [new AnswerFileTemplate("live.ign", "ignition/live", "application/json")],
        Parameters = new Dictionary<string, object?> { ["user"] = user, ["installer"] = installer },
    };
}
