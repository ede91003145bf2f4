using Maas.Install.Storage;

namespace Maas.Install.Recipes;

/// <summary>Anaconda with a kickstart file: Fedora, RHEL and its relatives.</summary>
/// <remarks>
/// Parameters: <c>locale</c>, <c>keyboard</c>, <c>timezone</c>, <c>user</c>, <c>user_password_crypted</c> (empty locks the password),
/// <c>ssh_password_login</c>, <c>packages</c> (a list), <c>partitioning</c> (<c>plan</c>: the machine's storage
/// configuration; <c>plain</c>, <c>lvm</c> or <c>btrfs</c>: Anaconda's own layouts on the boot disk), <c>late_command</c> (one line of
/// shell, run in the installed system).
/// </remarks>
public static class Kickstart
{
    /// <summary>The recipe of a series.</summary>
    /// <param name="osSystem">Operating system, <c>fedora</c>, <c>rocky</c>.</param>
    /// <param name="series">Series, <c>42</c>.</param>
    /// <param name="kernel">The installer's kernel, <c>images/pxeboot/vmlinuz</c>: a name among the boot files, or an http URL.</param>
    /// <param name="initrd">Its initial RAM disk, <c>images/pxeboot/initrd.img</c>.</param>
    /// <param name="repository">The installation source, which has <c>.treeinfo</c>.</param>
    public static InstallRecipe Create(string osSystem, string series, string kernel, string initrd, Uri repository) => new()
    {
        OsSystem = osSystem,
        Series = series,
        Boot = new InstallerBoot.Kernel(
            kernel,
            [initrd],
            $"inst.ks={{answers}}/ks.cfg inst.repo={repository.AbsoluteUri} inst.cmdline ip=dhcp BOOTIF=01-{{mac}} {{options}}"),
        Files = [new AnswerFileTemplate("ks.cfg", "kickstart/kickstart")],
        Mirror = repository,
        StoragePlan = StoragePlanFormat.Kickstart,
        HasCloudInit = true,
        Parameters = new Dictionary<string, object?>
        {
            ["locale"] = "en_US.UTF-8",
            ["keyboard"] = "us",
            ["timezone"] = "Etc/UTC",
            ["user"] = "cloud-user",
            ["user_password_crypted"] = "",
            ["ssh_password_login"] = false,
            ["packages"] = (string[])["@core", "cloud-init", "openssh-server", "curl"],
            ["partitioning"] = "plan",
            ["late_command"] = "",
        },
    };
}
