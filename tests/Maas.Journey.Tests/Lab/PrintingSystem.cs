using Maas.Judges;
using VmLab.Processes;

namespace Maas.Journey.Tests.Lab;

/// <summary>
/// The smallest Linux: it prints <c>BOOTED</c> with its command line, and goes off. With a network card it first runs <c>/answers.sh</c>,
/// if something has put it there.
/// </summary>
internal static class PrintingSystem
{
    private const string KernelFile = "/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/linux";
    private const string RamDiskFile = "/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/initrd.gz";
    private const string CardModule = "kernel/drivers/net/ethernet/intel/e1000/e1000.ko"; // it needs no other module

    private const string Init = """
        #!/bin/sh
        mount -t proc proc /proc
        if [ -e /e1000.ko ]; then
            insmod /e1000.ko
            ip link set eth0 up
            udhcpc -q -n -t 10 -i eth0 -s /lease
            . /answers.sh
        fi
        echo "BOOTED $(cat /proc/cmdline)"
        poweroff -f

        """;

    private const string Lease = """
        #!/bin/sh
        [ "$1" != bound ] || ip addr add "$ip/${mask:-24}" dev "$interface"

        """;

    private static readonly string[] Applets =
        ["sh", "mount", "cat", "poweroff", "insmod", "ip", "udhcpc", "wget", "date", "sleep", "logger", "sed"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Its kernel; a skip where a program or file is missing.</summary>
    public static string RequireKernel()
    {
        Judge.RequireAll("busybox", "cpio", "find");
        return Judge.RequireFile(KernelFile, "debian-installer-12-netboot-amd64");
    }

    /// <summary>The model of the card that <see cref="WriteInitialRamDiskAsync"/> brings a driver for.</summary>
    public const string Card = "e1000";

    /// <summary>
    /// Writes its initial RAM disk; <paramref name="folder"/> is for temporary files, and <paramref name="hasNetwork"/> brings the driver
    /// of <see cref="Card"/>.
    /// </summary>
    public static async Task WriteInitialRamDiskAsync(string target, string folder, bool hasNetwork = false)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, "printing-system")).FullName;
        foreach (var name in (string[])["bin", "dev", "proc"]) Directory.CreateDirectory(Path.Combine(root, name));
        File.Copy(Judge.Require("busybox"), Path.Combine(root, "bin", "busybox"));
        foreach (var applet in Applets) File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        await File.WriteAllTextAsync(Path.Combine(root, "init"), Init, Token);
        File.SetUnixFileMode(Path.Combine(root, "init"), (UnixFileMode)0b111_101_101);
        if (hasNetwork)
        {
            var installer = Judge.RequireFile(RamDiskFile, "debian-installer-12-netboot-amd64");
            await File.WriteAllTextAsync(Path.Combine(root, "lease"), Lease, Token);
            File.SetUnixFileMode(Path.Combine(root, "lease"), (UnixFileMode)0b111_101_101);
            var module = $"cpio --quiet -i --to-stdout 'lib/modules/*/{CardModule}'";
            await HostCommand.RunAsync("sh", ["-c", $"gzip -dc '{installer}' | {module} >'{root}/e1000.ko'"], Token);
        }

        await HostCommand.RunAsync("sh", ["-c", $"cd '{root}' && find . | cpio --quiet -o -H newc >'{target}'"], Token);
    }
}
