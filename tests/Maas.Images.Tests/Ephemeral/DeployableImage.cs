using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>A small disk image such as a cloud publishes: GPT, a first small partition, and a root file system as the last one.</summary>
internal static class DeployableImage
{
    public const int RootOffset = 9 << 20;

    /// <summary>
    /// Makes the image, 48 MiB, with the host's tools, and packs it with the program <paramref name="packer"/>; with none where that is
    /// empty.
    /// </summary>
    public static async Task<byte[]> MakeAsync(TemporaryFolder folder, string packer, CancellationToken cancellationToken)
    {
        var (mkfs, sfdisk) = (Judge.Require("mke2fs", "e2fsprogs"), Judge.Require("sfdisk", "fdisk"));
        Directory.CreateDirectory(folder["root/etc/cloud/cloud.cfg.d"]);
        await File.WriteAllTextAsync(folder["root/etc/os-release"], "ID=test\n", cancellationToken);
        await File.WriteAllBytesAsync(folder["root/filler"], Filler(), cancellationToken);
        var disk = folder["disk.raw"];
        await using (var file = File.Create(disk)) file.SetLength(48 << 20);
        (await Judge.RunAsync(
            sfdisk,
            ["-q", disk],
            "label: gpt\nstart=2048, size=8MiB, type=L\nstart=18432, type=L, name=root\n",
            cancellationToken)).Approved();
        (await Judge.RunAsync(
            mkfs,
            ["-q", "-t", "ext4", "-d", folder["root"], "-E", $"offset={RootOffset}", disk, "38M"],
            null,
            cancellationToken)).Approved();
        if (packer.Length == 0) return await File.ReadAllBytesAsync(disk, cancellationToken);
        (await Judge.RunAsync(
            Judge.Require(packer, packer == "xz" ? "xz-utils" : packer), ["-q", "-k", "-f", disk], null, cancellationToken)).Approved();
        var packed =
            Directory.GetFiles(folder.Path).Single(path => Path.GetFileName(path).StartsWith("disk.raw.", StringComparison.Ordinal));
        return await File.ReadAllBytesAsync(packed, cancellationToken);
    }

    // Incompressible, so that a connection can be cut in the midst of it.
    private static byte[] Filler()
    {
        var bytes = new byte[8 << 20];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
