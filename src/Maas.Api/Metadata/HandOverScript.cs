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
        cd "${ROOT:-/}"
        rm -f etc/cloud/cloud.cfg.d/90_maas.cfg etc/cloud/cloud.cfg.d/99-zz-maas.cfg etc/cloud/cloud.cfg.d/99-zz-maas-ssh.cfg
        : >etc/cloud/cloud-init.disabled
        # The timer that reports the hardware, with the machine's key.
        if [ -e etc/systemd/system/maas-hardware-sync.timer ]; then
            [ -n "${ROOT-}" ] || systemctl disable --now maas-hardware-sync.timer || :
            rm -f etc/systemd/system/maas-hardware-sync.timer etc/systemd/system/maas-hardware-sync.service
            rm -f etc/systemd/system/timers.target.wants/maas-hardware-sync.timer
        fi
        rm -f etc/maas/hardware-sync.conf usr/local/lib/maas/inventory usr/local/lib/maas/hardware-sync
        rmdir etc/maas usr/local/lib/maas 2>/dev/null || :

        """;
}
