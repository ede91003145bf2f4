namespace Maas.Install.Recipes;

/// <summary>Windows Setup in WinPE, which iPXE starts with wimboot.</summary>
/// <remarks>
/// <c>startnet.cmd</c> connects to the share with the installation files, runs Setup with <c>autounattend.xml</c> and turns network boot
/// off before the machine restarts; the installed system reports the end of the stage <c>modules-final</c> at its first logon. WinPE needs
/// its PowerShell component for the reports. Parameters: <c>share</c> (<c>\\10.0.0.1\windows</c>), <c>share_user</c>,
/// <c>share_password</c>, <c>image_index</c>, <c>product_key</c> (empty for none), <c>administrator_password</c>, <c>locale</c>,
/// <c>timezone</c>.
/// </remarks>
public static class WindowsSetup
{
    /// <summary>The recipe of a series.</summary>
    /// <param name="series">Series, <c>win2025</c>.</param>
    /// <param name="folder">Folder of <c>wimboot</c>, <c>BCD</c>, <c>boot.sdi</c> and <c>boot.wim</c> among the boot files.</param>
    /// <param name="share">The share with the installation files, <c>\\10.0.0.1\windows</c>.</param>
    public static InstallRecipe Create(string series, string folder, string share) => new()
    {
        OsSystem = "windows",
        Series = series,
        Boot = new InstallerBoot.IpxeScript($$"""
            #!ipxe
            kernel {files}/{{folder}}/wimboot
            initrd -n startnet.cmd {answers}/startnet.cmd startnet.cmd
            initrd -n report.ps1 {answers}/report.ps1 report.ps1
            initrd -n autounattend.xml {answers}/autounattend.xml autounattend.xml
            initrd -n BCD {files}/{{folder}}/BCD BCD
            initrd -n boot.sdi {files}/{{folder}}/boot.sdi boot.sdi
            initrd -n boot.wim {files}/{{folder}}/boot.wim boot.wim
            boot

            """),
        Files =
        [
            new AnswerFileTemplate("autounattend.xml", "windows/unattend", "application/xml; charset=utf-8"),
            new AnswerFileTemplate("startnet.cmd", "windows/startnet"), new AnswerFileTemplate("report.ps1", "windows/report"),
        ],
        ReportTimeout = TimeSpan.FromHours(1), // Windows restarts more than once before it logs on
        Parameters = new Dictionary<string, object?>
        {
            ["share"] = share,
            ["share_user"] = "guest",
            ["share_password"] = "",
            ["image_index"] = 1,
            ["product_key"] = "",
            ["administrator_password"] = "",
            ["locale"] = "en-US",
            ["timezone"] = "UTC",
        },
    };
}
