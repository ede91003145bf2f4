namespace Maas.Images.Ephemeral;

/// <summary>A program for the ephemeral environment, taken from a Debian package.</summary>
/// <param name="Package">The package, as <c>zstd</c>.</param>
/// <param name="Path">The file in the package, as <c>usr/bin/zstd</c>; found as well where the package has it in <c>/</c> instead of
/// <c>/usr</c>.</param>
public sealed record EphemeralProgram(string Package, string Path)
{
    /// <summary>
    /// What the agent calls and busybox does not have or does less well: dd (exact counts), tee (in more than 1 KiB at a time), zstd,
    /// sfdisk (partition growth), e2fsck and resize2fs; badblocks and memtester for tests.
    /// </summary>
    public static IReadOnlyList<EphemeralProgram> Defaults { get; } =
    [
        new("coreutils", "usr/bin/dd"),
        new("coreutils", "usr/bin/tee"),
        new("e2fsprogs", "usr/sbin/badblocks"),
        new("e2fsprogs", "usr/sbin/e2fsck"),
        new("e2fsprogs", "usr/sbin/resize2fs"),
        new("fdisk", "usr/sbin/sfdisk"),
        new("memtester", "usr/sbin/memtester"),
        new("zstd", "usr/bin/zstd"),
    ];

    /// <summary>The SSH server of rescue mode, and what makes its host key: dropbear.</summary>
    public static IReadOnlyList<EphemeralProgram> RescueDefaults { get; } =
    [
        new("dropbear-bin", "usr/bin/dropbearkey"),
        new("dropbear-bin", "usr/sbin/dropbear"),
    ];

    /// <summary>What talks to a machine's management controller from inside: ipmitool.</summary>
    public static IReadOnlyList<EphemeralProgram> BmcDefaults { get; } = [new("ipmitool", "usr/bin/ipmitool")];

    /// <summary>
    /// What partitions, RAIDs, volume groups and file systems are made with, and archives unpacked: mdadm, LVM, mkfs of ext4, XFS, btrfs
    /// and FAT, mkswap, GNU tar (owners, ACLs and extended attributes) and unsquashfs; and hdparm and nvme, which make
    /// disks erase themselves.
    /// </summary>
    public static IReadOnlyList<EphemeralProgram> InstallDefaults { get; } =
    [
        new("btrfs-progs", "usr/sbin/mkfs.btrfs"),
        new("dosfstools", "usr/sbin/mkfs.fat"),
        new("e2fsprogs", "usr/sbin/mke2fs"),
        new("hdparm", "usr/sbin/hdparm"),
        new("lvm2", "usr/sbin/lvm"),
        new("mdadm", "usr/sbin/mdadm"),
        new("nvme-cli", "usr/sbin/nvme"),
        new("squashfs-tools", "usr/bin/unsquashfs"),
        new("tar", "usr/bin/tar"),
        new("util-linux", "usr/sbin/mkswap"),
        new("xfsprogs", "usr/sbin/mkfs.xfs"),
    ];
}
