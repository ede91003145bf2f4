using VmLab.Servers;

namespace VmLab.Disks;

/// <summary>
/// What goes into the disk image: Debian 12 with a cloud kernel and cloud-init, and little else, for every megabyte is
/// written through an emulated disk controller.
/// </summary>
internal static class DebianRecipe
{
    public const string RootLabel = "cloudimg-rootfs";

    /// <summary>In MiB: the root file system holds about 200.</summary>
    public const int DiskSize = 320;

    private static readonly string[] Packages =
        [
            "linux-image-cloud-amd64",
            "initramfs-tools",
            "zstd",
            "busybox",
            "systemd-sysv",
            "udev",
            "kmod",
            "cloud-init",
            "iproute2",
            "e2fsprogs"
        ];

    // dpkg never unpacks these.
    internal static readonly string[] Unwanted =
        [
            "/usr/share/doc/*",
            "/usr/share/man/*",
            "/usr/share/info/*",
            "/usr/share/locale/*",
            "/usr/share/zoneinfo/*",
            "/lib/udev/hwdb.d/*",
            "/usr/lib/udev/hwdb.d/*"
        ];

    // The modules that the initramfs needs, and what they need; with these a virtio machine boots.
    private static readonly string[] Modules = ["virtio_net", "virtio_pci", "virtio_blk", "virtio_scsi", "virtio_rng", "sd_mod", "ext4"];

    // Unpacked because packages' scripts want them, useless once those have run and the initramfs holds its modules.
    private static readonly string[] Spent =
    [
        "usr/share/perl",
        "usr/lib/x86_64-linux-gnu/perl",
        "usr/share/i18n",
        "usr/lib/x86_64-linux-gnu/gconv",
        "usr/lib/modules/*/kernel",
        "boot/System.map*",
        "var/lib/apt/lists/*", "var/cache/apt/*", "var/cache/debconf/*", "var/log/*.log", "var/log/apt",
    ];

    /// <summary>mmdebstrap's arguments for a root file system in <paramref name="folder"/>.</summary>
    public static IEnumerable<string> Arguments(string folder, Uri mirror) =>
    [
        "--variant=essential", "--mode=root", "--quiet",
        "--aptopt=APT::Install-Recommends \"false\"", "--aptopt=Acquire::Languages \"none\"",
        .. Unwanted.Select(pattern => $"--dpkgopt=path-exclude={pattern}"),
        $"--include={string.Join(',', Packages)}",
        .. Files.Select(file =>
            $"--customize-hook=mkdir -p \"$1{Path.GetDirectoryName(file.Path)}\"; printf '%s' '{file.Content}' > \"$1{file.Path}\""),
        "--customize-hook=chroot \"$1\" update-initramfs -u -k all",
        "--customize-hook=chroot \"$1\" systemctl enable systemd-networkd",
        $"--customize-hook=cd \"$1\" && rm -rf {string.Join(' ', Spent)}",
        "--customize-hook=ln -s \"$(basename \"$1\"/boot/vmlinuz-*)\" \"$1/boot/vmlinuz\"; ln -s \"$(basename \"$1\"/boot/initrd.img-*)\" "
            + "\"$1/boot/initrd.img\"",
        DebianMirror.Suite, folder, mirror.AbsoluteUri,
    ];

    private static (string Path, string Content)[] Files =>
    [
        ("/etc/fstab", $"LABEL={RootLabel} / ext4 defaults 0 1\n"),
        ("/etc/hostname", "debian\n"),
        ("/etc/machine-id", ""),
        // The deployed system's own configuration follows in 90_maas.cfg, which the installer writes.
        ("/etc/cloud/cloud.cfg.d/90_dpkg.cfg", "datasource_list: [ MAAS, None ]\n"),
        // There is no SSH server to make host keys for; what proves the keys is the serial console.
        ("/etc/cloud/cloud.cfg.d/91_lab.cfg", "ssh_genkeytypes: []\n"),
        ("/etc/initramfs-tools/conf.d/lab", "MODULES=list\nBUSYBOX=y\nCOMPRESS=zstd\n"),
        ("/etc/initramfs-tools/modules", string.Join('\n', Modules) + "\n"),
    ];

    /// <summary>Every answer above as one text: what a cached image is known by.</summary>
    public static string Fingerprint(Uri mirror) => string.Join('\n', [.. Arguments("", mirror), BootableDisk.Fingerprint, $"{DiskSize}"]);
}
