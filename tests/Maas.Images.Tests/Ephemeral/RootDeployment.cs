using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>
/// A machine on whose blank disks the agent carries out a disk plan, and the archive that it unpacks there: a root file system of busybox,
/// whose boot loader programs write down what they see.
/// </summary>
internal sealed class RootDeployment(MirrorFixture mirror) : IDisposable
{
    private const int MiB = 1 << 20;
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private readonly TemporaryFolder _folder = new();

    /// <summary>The path of a disk.</summary>
    public string this[string name] => _folder[name];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// The text of a plan. A space becomes the tab between two fields, <c>_</c> the space within one, and a backslash the tab within the
    /// identity of a disk.
    /// </summary>
    public static string Text(string plan) =>
        plan.ReplaceLineEndings("\n").Replace(' ', '\t').Replace('_', ' ').Replace('\\', '\t');

    /// <summary>The lines of a task that say which machine this is, and which disks it has.</summary>
    public static string Hardware(params IReadOnlyList<(string Name, string Serial)> disks) =>
        $"hardware_uuid=11223344-5566-7788-99aa-bbccddeeff00\nknown_disks={disks.Count}\n"
        + string.Concat(disks.Select(disk => $"known_disk=name={disk.Name}\tserial={disk.Serial}\n"));

    /// <summary>The lines of the task that deploys an archive to this machine, which has these disks.</summary>
    public static string Task(byte[] archive, string format, params (string Name, string Serial)[] disks) =>
        $"task=deploy\nimage_layout=root\nimage_format={format}\nimage_path=/MAAS/metadata/latest/maas-image\n"
        + $"image_sha256={MetadataServer.Sha256(archive)}\nimage_size={archive.Length}\n"
        + Hardware(disks);

    /// <summary>Makes a disk, and returns QEMU's arguments for it.</summary>
    public string[] Disk(string name, int mebibytes, string serial, string device = "virtio-blk-pci")
    {
        using (var file = File.Create(_folder[name])) file.SetLength((long)mebibytes * MiB);
        return
        [
            "-drive", $"if=none,id={name},file={_folder[name]},format=raw,cache=unsafe,discard=unmap",
            "-device", $"{device},drive={name},serial={serial}",
        ];
    }

    /// <summary>Boots the environment with its installation programs, until the machine goes off.</summary>
    public Task<string> RunAsync(MetadataServer server, params string[][] disks) => RunAsync(server, null, disks);

    /// <summary>The same; the machine's power is lost when it prints <paramref name="powerLossAt"/>.</summary>
    public async Task<string> RunAsync(MetadataServer server, string? powerLossAt, string[][] disks, string kernelOptions = "")
    {
        var environment = await mirror.EnvironmentAsync(Cancellation);
        // As a boot program does: one archive behind the other, each beginning at a multiple of four.
        var both = _folder["both"];
        await using (var target = File.Create(both))
        {
            foreach (var path in (string[])[environment.InitrdPath, environment.InstallToolsPath!]) // the default options make one
            {
                await target.WriteAsync(await File.ReadAllBytesAsync(path, Cancellation), Cancellation);
                await target.WriteAsync(new byte[(4 - (target.Position % 4)) % 4], Cancellation);
            }
        }

        return await VirtualMachine.RunAsync(
            environment,
            $"maas.url={server.GuestBase} maas.token={MetadataServer.BootToken} BOOTIF=01-52-54-00-00-ab-01 {kernelOptions}",
            ["-initrd", both, .. disks.SelectMany(disk => disk)],
            Cancellation,
            powerLossAt);
    }

    /// <summary>
    /// Copies a part of a disk out, lets <c>blkid</c> say what it is, and returns the file. The places are in MiB.
    /// </summary>
    public async Task<string> CheckSliceAsync(string disk, int start, int size, string type, string? uuid)
    {
        var slice = _folder[$"{disk}-{start}"];
        await using (var source = File.OpenRead(_folder[disk]))
        await using (var target = File.Create(slice))
        {
            source.Position = (long)start * MiB;
            var left = (long)size * MiB;
            var buffer = new byte[MiB];
            for (; left > 0; left -= MiB)
            {
                await source.ReadExactlyAsync(buffer, Cancellation);
                await target.WriteAsync(buffer, Cancellation);
            }
        }

        var found = (await Judge.RunAsync(Judge.Require("blkid", "util-linux"), ["-p", "-o", "export", slice], null, Cancellation)).Output;
        found.Should().Contain($"TYPE={type}\n", $"{start} MiB of {disk}");
        if (uuid is not null) found.Should().Contain($"UUID={uuid}\n");
        return slice;
    }

    /// <summary>
    /// The archive, packed as <c>gz</c>, or by an outside program as <c>xz</c>, <c>bz2</c>, <c>zst</c> or <c>squashfs</c>.
    /// </summary>
    public async Task<byte[]> ArchiveAsync(string format = "gz", bool withKernel = true)
    {
        using var bytes = new MemoryStream();
        if (format == "gz")
        {
            await using (var packed = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true)) WriteTar(packed, withKernel);
            return bytes.ToArray();
        }

        var (plain, result) = (_folder["root.tar"], _folder["root.packed"]);
        await using (var file = File.Create(plain)) WriteTar(file, withKernel);
        var command = format switch
        {
            "xz" => $"{Judge.Require("xz", "xz-utils")} -1 -c {plain} >{result}",
            "bz2" => $"{Judge.Require("bzip2", "bzip2")} -1 -c {plain} >{result}",
            "zst" => $"{Judge.Require("zstd", "zstd")} -q -1 -c {plain} >{result}",
            "squashfs" => $"{Judge.Require("sqfstar", "squashfs-tools")} -quiet -no-progress -comp xz {result} <{plain}",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "It is no format of an archive."),
        };
        (await Judge.RunAsync(Judge.Require("sh"), ["-c", command], null, Cancellation)).Approved();
        return await File.ReadAllBytesAsync(result, Cancellation);
    }

    private static void WriteTar(Stream target, bool withKernel)
    {
        var busybox = File.ReadAllBytes(Judge.Require("busybox", "busybox-static"));
        using var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        string[] folders =
        [
            "bin", "boot", "dev", "etc", "etc/cloud", "proc", "run", "sys", "usr", "usr/lib", "usr/lib/grub", "usr/lib/grub/i386-pc",
            "usr/lib/grub/x86_64-efi", "usr/sbin", "sbin", "srv",
        ];
        foreach (var folder in folders) Add(folder, null);
        Add("bin/busybox", busybox);
        foreach (var applet in (string[])["sh", "cat", "stat"])
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
        Add("etc/os-release", "ID=test\n"u8.ToArray());
        // Where the archive itself runs, it shows what it finds, and that it can write.
        Add("sbin/init", Encoding.ASCII.GetBytes("""
            #!/bin/sh
            b=/bin/busybox
            {
                echo "IN-MEMORY process $$, root $($b grep ' / ' /proc/mounts | $b tail -n 1 | $b cut -d' ' -f3)"
                echo "IN-MEMORY modules $(echo /lib/modules/*/kernel), fstab $($b grep -c '^[^#]' /etc/fstab)"
                echo "IN-MEMORY config $($b stat -c %a /etc/cloud/cloud.cfg.d/90_maas.cfg) $(cat /etc/cloud/cloud.cfg.d/90_maas.cfg)"
                echo written >/srv/file && echo "IN-MEMORY $(cat /srv/file), $($b du -s /srv/filler | $b cut -f1) KiB"
            } >/dev/console
            $b poweroff -f

            """.ReplaceLineEndings("\n")));
        if (withKernel) Add("boot/vmlinuz-1", "kernel"u8.ToArray());
        foreach (var program in (string[])["grub-install", "update-initramfs", "mdadm", "lvm"])
            Add($"usr/sbin/{program}", Encoding.ASCII.GetBytes($"#!/bin/sh\necho {program} $* >>/boot/report\n"));
        Add("usr/sbin/update-grub", Encoding.ASCII.GetBytes("""
            #!/bin/sh
            {
                cat /proc/mounts /proc/mdstat /etc/fstab /etc/mdadm/mdadm.conf /etc/default/grub.d/90-maas.cfg
                stat -c 'owner %u %g' /srv/of-a-user
                stat -c 'secret %a' /etc/cloud/cloud.cfg.d/90_maas.cfg
            } >>/boot/report

            """.ReplaceLineEndings("\n")));
        tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "srv/of-a-user") { Uid = 1000, Gid = 1000, Mode = Executable });
        // Long enough to be cut in two.
        var filler = new byte[4 * MiB];
        new Random(11).NextBytes(filler);
        Add("srv/filler", filler);

        void Add(string name, byte[]? content)
        {
            var entry = new PaxTarEntry(content is null ? TarEntryType.Directory : TarEntryType.RegularFile, name) { Mode = Executable };
            if (content is not null) entry.DataStream = new MemoryStream(content);
            tar.WriteEntry(entry);
        }
    }
}
