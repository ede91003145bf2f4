namespace Maas.Api.Metadata;

/// <summary>
/// What cloud-init runs in its last stage on a system that is handed over: it removes what this server, its agent and its installers have
/// put there, so that the system never asks for the metadata service again.
/// </summary>
internal static class HandOverScript
{
    /// <summary>The script. cloud-init runs it as root; each step may be repeated.</summary>
    public const string Text = """
        #!/bin/sh
        # This system is handed over: it no longer belongs to the server that installed it.
        set -e
        cd "${ROOT:-/}etc/cloud"
        rm -f cloud.cfg.d/90_maas.cfg cloud.cfg.d/99-zz-maas.cfg cloud.cfg.d/99-zz-maas-ssh.cfg
        : >cloud-init.disabled

        """;
}
