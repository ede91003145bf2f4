using Maas.Install.Storage;

namespace Maas.Install.Recipes;

/// <summary>Ubuntu's server installer (subiquity) with autoinstall, Ubuntu 20.04 and later.</summary>
/// <remarks>
/// Parameters: <c>locale</c>, <c>keyboard</c>, <c>timezone</c>, <c>user</c>, <c>user_password_crypted</c> (empty locks the password),
/// <c>ssh_password_login</c>, <c>packages</c> (a list), <c>partitioning</c> (<c>plan</c>: the machine's storage configuration;
/// <c>direct</c> or <c>lvm</c>: the installer's own layouts on the boot disk), <c>late_command</c> (one line of shell, run in the
/// installer).
/// </remarks>
public static class Autoinstall
{
    /// <summary>The recipe of a series.</summary>
    /// <param name="series">Series, <c>noble</c>.</param>
    /// <param name="kernel">The kernel of the live medium, <c>casper/vmlinuz</c>: a name among the boot files, or an http URL.</param>
    /// <param name="initrd">Its initial RAM disk, <c>casper/initrd</c>.</param>
    /// <param name="iso">The URL of the live medium, which the installer loads into memory.</param>
    public static InstallRecipe Create(string series, string kernel, string initrd, Uri iso) => new()
    {
        OsSystem = "ubuntu",
        Series = series,
        Boot = new InstallerBoot.Kernel(
            kernel,
            [initrd],
            $"ip=dhcp url={iso.AbsoluteUri} autoinstall ds=nocloud-net;s={{answers}}/ cloud-config-url=/dev/null BOOTIF=01-{{mac}} "
            + "{options}"),
        Files =
        [
            new AnswerFileTemplate("user-data", "ubuntu/autoinstall", "text/cloud-config; charset=utf-8"),
            new AnswerFileTemplate("meta-data", "ubuntu/meta-data"), new AnswerFileTemplate("vendor-data", "ubuntu/vendor-data"),
        ],
        Mirror = new Uri("http://archive.ubuntu.com/ubuntu"),
        StoragePlan = StoragePlanFormat.Curtin,
        HasCloudInit = true,
        Parameters = new Dictionary<string, object?>
        {
            ["locale"] = "en_US.UTF-8",
            ["keyboard"] = "us",
            ["timezone"] = "Etc/UTC",
            ["user"] = "ubuntu",
            ["user_password_crypted"] = "",
            ["ssh_password_login"] = false,
            ["packages"] = (string[])["python3-oauthlib"],
            ["partitioning"] = "plan",
            ["late_command"] = "",
        },
    };
}
