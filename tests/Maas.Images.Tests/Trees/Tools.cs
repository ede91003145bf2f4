using Maas.Judges;

namespace Maas.Images.Tests.Trees;

/// <summary>The reference tools that make and judge images, each with the package it comes from.</summary>
public static class Tools
{
    private static readonly Dictionary<string, string> Packages = new()
    {
        ["sh"] = "dash",
        ["tar"] = "tar",
        ["cpio"] = "cpio",
        ["zstd"] = "zstd",
        ["gzip"] = "gzip",
        ["xorriso"] = "xorriso",
        ["genisoimage"] = "genisoimage",
        ["mke2fs"] = "e2fsprogs",
        ["debugfs"] = "e2fsprogs",
        ["dumpe2fs"] = "e2fsprogs",
        ["e2fsck"] = "e2fsprogs",
        ["mkfs.fat"] = "dosfstools",
        ["fsck.fat"] = "dosfstools",
        ["mcopy"] = "mtools",
        ["mdir"] = "mtools",
        ["mtype"] = "mtools",
        ["sgdisk"] = "gdisk",
        ["sfdisk"] = "fdisk",
        ["mksquashfs"] = "squashfs-tools",
        ["unsquashfs"] = "squashfs-tools",
        ["qemu-img"] = "qemu-utils",
        ["bsdtar"] = "libarchive-tools",
        ["isoinfo"] = "genisoimage",
        ["xz"] = "xz-utils",
        ["7z"] = "p7zip-full",
        ["fdisk"] = "fdisk",
        ["blkid"] = "util-linux",
        ["lsinitramfs"] = "initramfs-tools-core",
        ["unmkinitramfs"] = "initramfs-tools-core",
        ["setfattr"] = "attr",
        ["cloud-init"] = "cloud-init",
    };

    /// <summary>Runs a tool, which must succeed; the test is skipped where it is not installed.</summary>
    public static async Task<string> RunAsync(string program, params IEnumerable<string> arguments) =>
        (await Judge.RunAsync(Judge.Require(program, Packages[program]), arguments, cancellationToken: TestContext.Current.CancellationToken)).Approved().Output;

    /// <summary>Runs a shell line in a folder.</summary>
    public static Task<string> ShellAsync(string folder, string line) => RunAsync("sh", "-c", $"cd '{folder}' && {line}");
}
