using Maas.Images.Archives;
using Maas.Images.Ephemeral;
using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>
/// The environment's kernel, and of its initrd only busybox and the drivers of a few disks and file systems: what a processor in software
/// has unpacked in a moment. It prints <c>BOOTED</c> with the kernel's command line and <c>PRESEED</c> with /preseed.cfg; with root=DEVICE
/// it goes on to that system's /sbin/init (<see cref="WriteRootAsync"/>).
/// </summary>
public sealed class TinyLinux
{
    private const int Executable = 0b111_101_101;

    private const string Init = """
        #!/bin/sh
        mount -t proc proc /proc
        mount -t devtmpfs dev /dev
        echo "BOOTED $(cat /proc/cmdline)"
        [ -f /preseed.cfg ] && echo "PRESEED $(cat /preseed.cfg)"
        for word in $(cat /proc/cmdline); do case $word in root=*) root=${word#root=};; esac; done
        if [ -n "$root" ]; then
          for module in $(cat /modules); do insmod $module; done
          mount -o ro $root /root && exec switch_root /root /sbin/init
        fi
        poweroff -f

        """;

    private const string RootInit = """
        #!/bin/sh
        mount -t proc proc /proc
        echo "ROOT $(grep ' / ' /proc/mounts | tail -n 1)"
        . /etc/report
        poweroff -f

        """;

    private static readonly string[] Applets =
    [
        "sh", "mount", "cat", "insmod", "switch_root", "poweroff", "grep", "tail", "ls", "wc", "stat"
    ];
    private static readonly string[] Wanted = ["virtio_pci", "virtio_blk", "crc32c_generic", "ext4", "squashfs"];

    private readonly byte[] _busybox;

    private TinyLinux(string kernelPath, byte[] busybox, IReadOnlyList<(string Path, byte[] Content)> modules)
    {
        KernelPath = kernelPath;
        _busybox = busybox;
        Initrd = Pack(busybox, modules);
    }

    public string KernelPath { get; }

    public byte[] Initrd { get; }

    public static async Task<TinyLinux> OfAsync(EphemeralEnvironment environment, CancellationToken cancellationToken)
    {
        using var image = await DiskImage.OpenAsync(environment.InitrdPath, null, cancellationToken);
        var tree = image.OpenTree();
        var folder = $"lib/modules/{environment.Manifest.KernelRelease}";
        var needed =
            System.Text.Encoding.ASCII.GetString(Read(tree, $"{folder}/modules.dep")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(paths => Path.GetFileNameWithoutExtension(paths[0]).Replace('-', '_'));
        // The dependencies of a module follow it, so modules are loaded from the end.
        var order = Wanted.SelectMany(name => needed[name].Reverse()).Distinct();
        return new TinyLinux(
            environment.KernelPath, Read(tree, "bin/busybox"), [.. order.Select(path => (path, Read(tree, $"{folder}/{path}")))]);
    }

    /// <summary>
    /// A root file system in a folder of this machine. It prints <c>ROOT</c> with its mount, and what the shell lines of
    /// <paramref name="report"/> print.
    /// </summary>
    public Task WriteRootAsync(string folder, string report)
    {
        foreach (var name in (string[])["bin", "sbin", "dev", "proc", "etc"]) Directory.CreateDirectory(Path.Combine(folder, name));
        File.WriteAllBytes(Path.Combine(folder, "bin/busybox"), _busybox);
        foreach (var applet in Applets) File.CreateSymbolicLink(Path.Combine(folder, "bin", applet), "busybox");
        File.WriteAllText(Path.Combine(folder, "sbin/init"), RootInit);
        File.WriteAllText(Path.Combine(folder, "etc/report"), report);
        return Tools.ShellAsync(folder, "chmod 755 bin/busybox sbin/init");
    }

    private static byte[] Pack(byte[] busybox, IReadOnlyList<(string Path, byte[] Content)> modules)
    {
        var initrd = new MemoryStream();
        using (var cpio = new CpioWriter(initrd, leaveOpen: true))
        {
            foreach (var folder in (string[])["bin", "dev", "proc", "root"]) cpio.WriteDirectory(folder);
            cpio.WriteCharacterDevice("dev/console", 5, 1);
            cpio.WriteFile("bin/busybox", busybox, Executable);
            foreach (var applet in Applets) cpio.WriteSymbolicLink($"bin/{applet}", "busybox");
            foreach (var (path, content) in modules) cpio.WriteFile(Path.GetFileName(path), content);
            cpio.WriteFile(
                "modules",
                System.Text.Encoding.ASCII.GetBytes(string.Join('\n', modules.Select(module => Path.GetFileName(module.Path)))));
            cpio.WriteFile("init", System.Text.Encoding.ASCII.GetBytes(Init), Executable);
        }

        return initrd.ToArray();
    }

    private static byte[] Read(IFileTree tree, string path)
    {
        using var content = tree.OpenRead(path);
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }
}
