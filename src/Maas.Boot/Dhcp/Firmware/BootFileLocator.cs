using System.Net;

namespace Maas.Boot.Dhcp.Firmware;

/// <summary>Where a client of one link finds boot files.</summary>
/// <param name="Programs">Which program each firmware gets.</param>
/// <param name="TftpServer">The TFTP server as the client reaches it.</param>
/// <param name="HttpBase">The HTTP server's folder of boot files, ending in a slash; <see langword="null"/> without one.</param>
internal sealed record BootFileLocator(BootProgramTable Programs, IPAddress TftpServer, Uri? HttpBase)
{
    /// <summary>The locator of a link on which clients reach this server as <paramref name="server"/>.</summary>
    /// <param name="server">This server's address on the link.</param>
    /// <param name="programs">Which program each firmware gets; the default table without one.</param>
    /// <param name="tftpServer">The TFTP server; <see langword="null"/> for this server.</param>
    /// <param name="httpBase">The HTTP server's folder of boot files; a wildcard host means this server.</param>
    public static BootFileLocator On(
        IPAddress server, BootProgramTable? programs = null, IPAddress? tftpServer = null, Uri? httpBase = null) =>
        new(programs ?? BootProgramTable.Default, tftpServer ?? server, Resolve(httpBase, server));

    public static bool IsUrl(string file) =>
        file.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || file.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name or URL of a machine's iPXE script.</summary>
    public string ScriptFor(HardwareAddress hardware)
    {
        var name = $"ipxe/{hardware.ToString().Replace(':', '-')}";
        return HttpUrl(name) ?? name;
    }

    /// <summary>The URL of a file; <see langword="null"/> when there is no file or no HTTP server.</summary>
    public string? HttpUrl(string? file) =>
        file is null ? null : IsUrl(file) ? file : HttpBase is null ? null : HttpBase.AbsoluteUri + file;

    // Web servers listen on 0.0.0.0, [::], * or +; clients need an address.
    public static Uri? Resolve(Uri? address, IPAddress server)
    {
        if (address is null) return null;
        var resolved = new UriBuilder(address);
        if (!resolved.Path.EndsWith('/')) resolved.Path += '/';
        if (resolved.Host is "0.0.0.0" or "[::]" or "*" or "+") resolved.Host = server.ToString();
        return resolved.Uri;
    }
}
