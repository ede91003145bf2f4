using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Hosting.Policy;

/// <summary>
/// The kernel command line of the ephemeral environment: where the server is, which interface to use, and what proves who it is.
/// </summary>
internal static class KernelCommandLine
{
    /// <summary>
    /// The most characters of options that are appended: pxelinux passes on some 2000 bytes, of which the server's own take up to 500.
    /// </summary>
    public const int MaxOptions = 1500;

    /// <summary>Writes the command line; the agent reads it in <c>/proc/cmdline</c>.</summary>
    /// <param name="server">The server's base URL as the machine reaches it, <c>http://10.0.0.1:5240/MAAS</c>.</param>
    /// <param name="address">The interface that was booted from; pxelinux's form, so that MAAS's own images understand it too.</param>
    /// <param name="token">The one-time token of this boot; <see langword="null"/> for a machine that has to make itself known.</param>
    /// <param name="options">The operator's own options, then those of the machine's tags; each may be empty.</param>
    public static string For(Uri server, MacAddress address, Secret? token, IReadOnlyList<string> options)
    {
        var identity = token is { } secret ? $"maas.token={secret.Reveal()}"
            : $"maas.task={nameof(EphemeralTask.Enlist).ToLowerInvariant()}";
        return With($"maas.url={server.ToString().TrimEnd('/')} {BootInterface(address)} {identity}", options);
    }

    /// <summary>
    /// Writes the command line of an ephemeral image as MAAS publishes it: its initramfs fetches a squashfs over HTTP (package
    /// cloud-initramfs-rooturl) and mounts it below a file system in memory (overlayroot), and its cloud-init takes its configuration from
    /// the server.
    /// </summary>
    /// <param name="server">The server's base URL as the machine reaches it.</param>
    /// <param name="root">The URL of the squashfs.</param>
    /// <param name="address">The interface that was booted from.</param>
    /// <param name="token">The one-time token of this boot; <see langword="null"/> for a machine that has to make itself known.</param>
    /// <param name="options">The operator's own options, then those of the machine's tags.</param>
    public static string ForCloudInit(Uri server, Uri root, MacAddress address, Secret? token, IReadOnlyList<string> options)
    {
        var preseed = token is { } secret ? $"by-token/{secret.Reveal()}/?op=get_preseed" : "enlist-preseed/?op=get_enlist_preseed";
        return With(
            $"ro root=squash:{root.AbsoluteUri} ip=::::maas-ephemeral:BOOTIF ip6=off overlayroot=tmpfs overlayroot_cfgdisk=disabled "
            + $"cc:{{'datasource_list':['MAAS']}}end_cc cloud-config-url={server.AbsoluteUri.TrimEnd('/')}/metadata/latest/{preseed} "
            + $"apparmor=0 {BootInterface(address)}",
            options);
    }

    private static string BootInterface(MacAddress address) => $"BOOTIF=01-{address.ToString().Replace(':', '-')}";

    private static string With(string line, IReadOnlyList<string> options) =>
        string.Join(' ', options.Where(each => each.Length > 0).Prepend(line));
}
