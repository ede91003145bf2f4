using Maas.Judges;
using VmLab.Processes;

namespace Maas.Journey.Tests.Lab;

/// <summary>The smallest Linux: it prints <c>BOOTED</c> with its command line, and goes off.</summary>
internal static class PrintingSystem
{
    private const string KernelFile = "/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/linux";
    private const string Init = "#!/bin/sh\nmount -t proc proc /proc\necho \"BOOTED $(cat /proc/cmdline)\"\npoweroff -f\n";

    private static readonly string[] Applets = ["sh", "mount", "cat", "poweroff"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Its kernel; a skip where a program or file is missing.</summary>
    public static string RequireKernel()
    {
        Judge.RequireAll("busybox", "cpio", "find");
        return Judge.RequireFile(KernelFile, "debian-installer-12-netboot-amd64");
    }

    /// <summary>Writes its initial RAM disk; <paramref name="folder"/> is for temporary files.</summary>
    public static async Task WriteInitialRamDiskAsync(string target, string folder)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, "printing-system")).FullName;
        foreach (var name in (string[])["bin", "dev", "proc"]) Directory.CreateDirectory(Path.Combine(root, name));
        File.Copy(Judge.Require("busybox"), Path.Combine(root, "bin", "busybox"));
        foreach (var applet in Applets) File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        await File.WriteAllTextAsync(Path.Combine(root, "init"), Init, Token);
        File.SetUnixFileMode(Path.Combine(root, "init"), (UnixFileMode)0b111_101_101);
        await HostCommand.RunAsync("sh", ["-c", $"cd '{root}' && find . | cpio --quiet -o -H newc >'{target}'"], Token);
    }
}
