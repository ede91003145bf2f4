using Maas.Install.Storage;

namespace Maas.Install.Recipes;

/// <summary>The Debian installer with a preseed: Debian, and Ubuntu up to 20.04's legacy installer.</summary>
/// <remarks>
/// Parameters: <c>locale</c>, <c>keymap</c>, <c>timezone</c>, <c>user</c>, <c>user_password_crypted</c> (crypt(3) form; empty locks the
/// password), <c>ssh_password_login</c>, <c>packages</c> (a list), <c>partitioning</c> (<c>plan</c>: the machine's storage
/// configuration; <c>regular</c> or <c>lvm</c>: the installer's own layouts on the boot disk), <c>early_command</c> and <c>late_command</c>
/// (one line of shell each, run in the installer), <c>keyring_check</c> (<see langword="false"/> accepts a mirror
/// without a valid signature).
/// </remarks>
/// <example>
/// <code>
/// var recipe = DebianInstaller.Create("bookworm", "install/bookworm/linux", "install/bookworm/initrd.gz") with
/// {
///     Mirror = new Uri("http://deb.debian.org/debian"),
/// };
/// </code>
/// </example>
public static class DebianInstaller
{
    /// <summary>The recipe of a series.</summary>
    /// <param name="series">Series, <c>bookworm</c>.</param>
    /// <param name="kernel">The netboot kernel: a name among the boot files, or an absolute http URL.</param>
    /// <param name="initrd">The netboot initial RAM disk.</param>
    /// <param name="osSystem">Operating system, <c>debian</c> or <c>ubuntu</c>.</param>
    public static InstallRecipe Create(string series, string kernel, string initrd, string osSystem = "debian") => new()
    {
        OsSystem = osSystem,
        Series = series,
        Boot = new InstallerBoot.Kernel(
            kernel,
            [initrd],
            // A network without a router or a name server is no obstacle to this server, and the installer would wait for a person.
            "auto=true priority=critical url={answers}/preseed.cfg interface=auto netcfg/no_default_route=true "
            + "netcfg/get_nameservers={server} BOOTIF=01-{mac} hostname={hostname} domain={domain} log_host={server} log_port=514 "
            + "{options}"),
        Files =
        [
            new AnswerFileTemplate("preseed.cfg", "debian/preseed"),
            new AnswerFileTemplate("installer.sh", "debian/installer", "text/x-shellscript; charset=utf-8"),
        ],
        Mirror = new Uri(osSystem == "ubuntu" ? "http://archive.ubuntu.com/ubuntu" : "http://deb.debian.org/debian"),
        StoragePlan = StoragePlanFormat.Partman,
        HasCloudInit = true,
        Parameters = new Dictionary<string, object?>
        {
            ["locale"] = "en_US.UTF-8",
            ["keymap"] = "us",
            ["timezone"] = "Etc/UTC",
            ["user"] = osSystem,
            ["user_password_crypted"] = "",
            ["ssh_password_login"] = false,
            ["packages"] = (string[])["openssh-server", "cloud-init", "python3-oauthlib"],
            ["partitioning"] = "plan",
            ["early_command"] = "",
            ["late_command"] = "",
            ["keyring_check"] = true,
        },
    };
}
