using System.Security.Cryptography;
using System.Text;
using VmLab.Processes;
using VmLab.Servers;

namespace VmLab.Disks;

/// <summary>
/// The root file system of a Debian 12 with cloud-init as a tar archive: it is unpacked onto whatever storage is planned for a machine, so
/// it brings GRUB for BIOS and UEFI, mdadm and LVM, and makes its initial RAM disk there. Built from a mirror's packages. Needs root.
/// </summary>
/// <remarks>
/// Kept under <c>MAAS_TEST_CACHE</c> as <see cref="DebianDiskImage"/> is.
/// </remarks>
public sealed class DebianRootArchive
{
    private static readonly string[] Packages =
    [
        "linux-image-cloud-amd64", "initramfs-tools", "zstd", "busybox", "systemd-sysv", "udev", "kmod", "cloud-init", "iproute2",
        "iputils-ping", "netplan.io", "e2fsprogs", "xfsprogs", "dosfstools", "grub2-common", "grub-pc-bin", "grub-efi-amd64-bin", "mdadm",
        "lvm2",
    ];

    // The rest of the initial RAM disk comes with the packages' own hooks: those of mdadm and LVM add their modules.
    private static readonly string[] Modules =
        ["virtio_net", "virtio_pci", "virtio_blk", "virtio_rng", "ext4", "xfs", "btrfs", "vfat", "nls_cp437", "nls_ascii"];

    private static readonly string[] Spent =
    [
        "usr/share/perl", "usr/lib/x86_64-linux-gnu/perl", "usr/share/i18n", "usr/lib/x86_64-linux-gnu/gconv",
        "usr/lib/modules/*/kernel/sound", "usr/lib/modules/*/kernel/drivers/infiniband", "boot/System.map*", "boot/initrd.img*",
        "var/lib/apt/lists/*", "var/cache/apt/*", "var/cache/debconf/*", "var/log/*.log", "var/log/apt",
    ];

    private static (string Path, string Content)[] Files =>
    [
        ("/etc/hostname", "debian\n"),
        ("/etc/machine-id", ""),
        ("/etc/cloud/cloud.cfg.d/90_dpkg.cfg", "datasource_list: [ MAAS, None ]\n"),
        ("/etc/cloud/cloud.cfg.d/91_lab.cfg", "ssh_genkeytypes: []\nlocale: false\n"),
        ("/etc/initramfs-tools/conf.d/lab", "MODULES=list\nBUSYBOX=y\nCOMPRESS=zstd\nCOMPRESSLEVEL=1\nRESUME=none\n"),
        ("/etc/initramfs-tools/modules", string.Join('\n', Modules) + "\n"),
        ("/etc/default/grub", "GRUB_DEFAULT=0\nGRUB_TIMEOUT=0\nGRUB_DISTRIBUTOR=Debian\nGRUB_TERMINAL=console\n"),
    ];

    private DebianRootArchive(string path) => Path = path;

    /// <summary>The archive, of the file type <c>tzst</c>.</summary>
    public string Path { get; }

    /// <summary>Finds the archive, or builds it, which takes about a minute.</summary>
    public static async Task<DebianRootArchive> GetAsync(CancellationToken cancellationToken)
    {
        var (mirror, cache) = (DebianMirror.OfThisHost(), DebianDiskImage.CacheFolder());
        var recipe = string.Join('\n', Arguments("", mirror));
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..16];
        var finished = System.IO.Path.Combine(cache, $"debian-{DebianMirror.Suite}-{key}.tar.zst");
        if (!File.Exists(finished))
        {
            Directory.CreateDirectory(cache);
            var work = $"{finished}.{Environment.ProcessId}.tar";
            try
            {
                await HostCommand.RunAsync("mmdebstrap", Arguments(work, mirror), cancellationToken);
                await HostCommand.RunAsync("zstd", ["-q", "-T0", "-9", "--rm", work, "-o", $"{work}.zst"], cancellationToken);
                File.Move($"{work}.zst", finished, overwrite: true);
            }
            finally
            {
                File.Delete(work);
            }
        }

        return new DebianRootArchive(finished);
    }

    /// <summary>
    /// Packs the archive in another way: <c>tgz</c>, <c>tbz</c>, <c>txz</c> or <c>squashfs</c>. Returns the new file, in that folder.
    /// </summary>
    public async Task<string> PackAsync(string fileType, string folder, CancellationToken cancellationToken)
    {
        var target = System.IO.Path.Combine(folder, $"debian.{fileType}");
        var packer = fileType switch
        {
            "tgz" => $"gzip -1 >'{target}'",
            "tbz" => $"bzip2 -1 >'{target}'",
            "txz" => $"xz -T0 -1 >'{target}'",
            "squashfs" => $"sqfstar -quiet -no-progress -comp lz4 '{target}'",
            _ => throw new ArgumentOutOfRangeException(nameof(fileType), fileType, "It is no type of a root archive."),
        };
        await HostCommand.RunAsync("sh", ["-c", $"zstd -q -d -c '{Path}' | {packer}"], cancellationToken);
        return target;
    }

    private static IEnumerable<string> Arguments(string archive, Uri mirror) =>
    [
        "--variant=essential", "--mode=root", "--quiet",
        "--aptopt=APT::Install-Recommends \"false\"", "--aptopt=Acquire::Languages \"none\"",
        .. DebianRecipe.Unwanted.Select(pattern => $"--dpkgopt=path-exclude={pattern}"),
        $"--include={string.Join(',', Packages)}",
        .. Files.Select(file =>
            $"--customize-hook=mkdir -p \"$1{System.IO.Path.GetDirectoryName(file.Path)}\"; "
                + $"printf '%s' '{file.Content}' > \"$1{file.Path}\""),
        "--customize-hook=chroot \"$1\" systemctl enable systemd-networkd",
        $"--customize-hook=cd \"$1\" && rm -rf {string.Join(' ', Spent)}",
        DebianMirror.Suite, archive, mirror.AbsoluteUri,
    ];
}
