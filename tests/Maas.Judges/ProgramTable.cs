namespace Maas.Judges;

/// <summary>
/// Every external program that a test may run, with the Debian package that supplies it.
/// A program that is not listed here is refused; a test compares the packages with <c>eng/ci-packages.txt</c>.
/// </summary>
public static class ProgramTable
{
    /// <summary>The packages that every machine has; <c>eng/without-tools</c> keeps their programs and hides all others.</summary>
    public static IReadOnlyList<string> BasePackages { get; } = ["bash", "coreutils", "dash", "grep", "mawk", "sed"];

    /// <summary>The programs that only root may run in the way the tests run them.</summary>
    public static IReadOnlySet<string> RootPrograms { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "chown", "losetup", "mknod", "mount", "nsenter", "umount" };

    /// <summary>The package of each program.</summary>
    public static IReadOnlyDictionary<string, string> Packages { get; } = new Dictionary<string, string>(
        Rows().SelectMany(row => row.Programs.Split(' ').Select(program => KeyValuePair.Create(program, row.Package))),
        StringComparer.Ordinal);

    private static IEnumerable<(string Package, string Programs)> Rows() =>
    [
        ("apt", "apt-get"),
        ("atftp", "atftp"),
        ("attr", "getfattr setfattr"),
        ("bash", "bash"),
        ("bind9-dnsutils", "delv dig nslookup"),
        ("binutils", "ar nm objcopy objdump readelf strings"),
        ("bsdutils", "logger script"),
        ("busybox-static", "busybox"),
        ("bzip2", "bunzip2 bzcat bzip2"),
        ("chromium", "chromium"),
        ("cloud-init", "cloud-init"),
        ("coreutils",
            "[ b2sum base64 basename cat chgrp chmod chown cksum comm cp csplit cut date dd df dirname du env expand expr factor false "
                + "fold " +
            "head id install join link ln ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc od paste printenv printf pwd " +
            "readlink realpath rm rmdir seq sha1sum sha256sum sha512sum shuf sleep sort split stat stdbuf sum sync tac tail tee test " +
            "timeout touch tr true truncate tsort tty uname unexpand uniq unlink wc who whoami yes"),
        ("cpio", "cpio"),
        ("curl", "curl"),
        ("dash", "dash sh"),
        ("debconf", "debconf-set-selections"),
        ("dhcpcd-base", "dhcpcd"),
        ("diffutils", "cmp diff"),
        ("dnsmasq-base", "dnsmasq"),
        ("dosfstools", "fatlabel fsck.fat fsck.vfat mkfs.fat mkfs.vfat"),
        ("dpkg", "dpkg dpkg-deb"),
        ("e2fsprogs",
            "badblocks chattr debugfs dumpe2fs e2fsck e2image filefrag fsck.ext4 lsattr mke2fs mkfs.ext2 mkfs.ext3 mkfs.ext4 resize2fs "
                + "tune2fs"),
        ("erlang-base", "epmd"),
        ("fdisk", "fdisk sfdisk"),
        ("findutils", "find xargs"),
        ("gcc", "gcc"),
        ("gdisk", "gdisk sgdisk"),
        ("genisoimage", "genisoimage isodump isoinfo isovfy"),
        ("git", "git"),
        ("golang-go", "go gofmt"),
        ("gpg", "gpg"),
        ("gpg-agent", "gpg-agent"),
        ("gpgconf", "gpgconf"),
        ("grep", "egrep fgrep grep"),
        ("grub-common", "grub-file grub-mkimage grub-mkstandalone"),
        ("gzip", "gunzip gzip zcat"),
        ("ignition", "ignition-validate"),
        ("initramfs-tools-core", "lsinitramfs unmkinitramfs"),
        ("iproute2", "bridge ip ss tc"),
        ("ipmitool", "ipmitool"),
        ("isc-dhcp-client", "dhclient"),
        ("libarchive-tools", "bsdcat bsdcpio bsdtar"),
        ("libvirt-clients", "virsh"),
        ("libxml2-utils", "xmllint"),
        ("lz4", "lz4"),
        ("mawk", "awk mawk"),
        ("mmdebstrap", "mmdebstrap"),
        ("mount", "losetup mount umount"),
        ("mtools", "mattrib mcopy mdel mdir mformat minfo mlabel mmd mren mtype"),
        ("netplan.io", "netplan"),
        ("ntpsec-ntpdig", "ntpdig"),
        ("openipmi", "ipmi_sim"),
        ("openssh-client", "ssh ssh-keygen"),
        ("p7zip-full", "7z"),
        ("python3", "python3"),
        ("qemu-system-arm", "qemu-system-aarch64"),
        ("qemu-system-x86", "qemu-system-i386 qemu-system-x86_64"),
        ("qemu-utils", "qemu-img qemu-io qemu-nbd"),
        ("rabbitmq-server", "rabbitmq-server"),
        ("sed", "sed"),
        ("squashfs-tools", "mksquashfs sqfscat sqfstar unsquashfs"),
        ("systemd", "systemd-analyze"),
        ("tar", "tar"),
        ("tcpdump", "tcpdump"),
        ("tftp-hpa", "tftp"),
        ("udhcpc", "udhcpc"),
        ("util-linux",
            "blkid blockdev flock fsfreeze getopt ionice lsblk mkfs.bfs mkfs.cramfs mkfs.minix mkswap nsenter setpriv setsid taskset " +
            "unshare wipefs"),
        ("wget", "wget"),
        ("xorriso", "osirrox xorriso xorrisofs"),
        ("xz-utils", "lzma unlzma unxz xz xzcat"),
        ("zstd", "pzstd unzstd zstd zstdcat"),
    ];
}
