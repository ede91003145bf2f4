using System.Diagnostics;
using System.Text;
using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Partitions;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>Disks that are made here, booted by the UEFI firmware of virtual machines.</summary>
[Collection(MirrorCollection.Name)]
public sealed class FirmwareBootTests(MirrorFixture mirror) : IDisposable
{
    private const string Firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_disk_with_GRUB_on_its_ESP_starts_the_kernel_and_its_userland()
    {
        var grub = Judge.RequireFile("/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi", "grub-efi-amd64-bin");
        var environment = await mirror.EnvironmentAsync(Cancel);
        Directory.CreateDirectory(_folder["root"]);
        File.Copy(environment.KernelPath, _folder["root/vmlinuz"]);
        File.Copy(environment.InitrdPath, _folder["root/initrd.img"]);
        var boot = LinuxBoot.FindIn(new FolderTree(_folder["root"]), "console=ttyS0 quiet maas.pause=0 maas.task=enlist maas.url=http://127.0.0.1:1/");

        await WriteAsync(EfiSystem.Grub(grub, boot));

        (await BootUntilAsync("MAAS-AGENT up")).Should().Contain("MAAS-AGENT up");
    }

    [Fact]
    public async Task A_stick_with_iPXE_starts_it()
    {
        await WriteAsync(EfiSystem.Ipxe(Judge.RequireFile("/usr/lib/ipxe/ipxe.efi", "ipxe")));

        (await BootUntilAsync("Open Source Network Boot Firmware")).Should().Contain("iPXE");
    }

    private async Task WriteAsync(Maas.Images.Fat.FatBuilder esp)
    {
        var disk = new DiskBuilder();
        disk.Add(new NewPartition { Type = PartitionTypes.EfiSystem, Name = "ESP" }, esp);
        await using var image = disk.Build();
        await using var file = File.Create(_folder["disk"]);
        await image.CopyToAsync(file, 1 << 20, Cancel);
    }

    /// <summary>Runs a machine until it prints something, and returns what it printed until then (or in two minutes).</summary>
    private async Task<string> BootUntilAsync(string awaited)
    {
        var start = new ProcessStartInfo(Judge.Require("qemu-system-x86_64", "qemu-system-x86")) { RedirectStandardOutput = true };
        foreach (var argument in (string[])
        [
            "-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max", "-smp", "2", "-m", "768", "-display", "none", "-vga", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot", "-nic", "none",
            "-drive", $"if=pflash,format=raw,readonly=on,file={Judge.RequireFile(Firmware, "ovmf")}",
            "-drive", $"if=virtio,format=raw,file={_folder["disk"]}",
        ]) start.ArgumentList.Add(argument);

        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        var console = new StringBuilder();
        var buffer = new char[4096];
        try
        {
            while (!console.ToString().Contains(awaited, StringComparison.Ordinal))
            {
                var read = await process.StandardOutput.ReadAsync(buffer, deadline.Token);
                if (read == 0) break;
                console.Append(buffer, 0, read);
            }
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            console.Append("(two minutes have passed)");
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        return console.ToString();
    }
}
