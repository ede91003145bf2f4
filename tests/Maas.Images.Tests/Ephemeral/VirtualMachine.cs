using System.Text;
using Maas.Images.Ephemeral;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>A QEMU machine; its serial console is kept.</summary>
internal static class VirtualMachine
{
    /// <summary>The arguments by which a machine has UEFI firmware instead of a BIOS; a skip where it is not installed.</summary>
    public static string[] Uefi =>
        ["-drive", $"if=pflash,format=raw,readonly=on,file={Judge.RequireFile("/usr/share/OVMF/OVMF_CODE_4M.fd", "ovmf")}"];

    /// <summary>Boots an environment directly, with a user-mode network.</summary>
    /// <inheritdoc cref="RunAsync(IEnumerable{string}, CancellationToken)"/>
    public static Task<string> RunAsync(
        EphemeralEnvironment environment,
        string kernelLine,
        IEnumerable<string> more,
        CancellationToken cancellationToken) => RunAsync(
    [
        "-smp", "2", "-m", "768", "-uuid", "11223344-5566-7788-99aa-bbccddeeff00",
        "-kernel",
        environment.KernelPath,
        "-initrd",
        environment.InitrdPath,
        "-append",
        "console=ttyS0 quiet maas.pause=0 maas.patience=8 " + kernelLine,
        "-netdev", "user,id=lan", "-device", "virtio-net-pci,netdev=lan,mac=52:54:00:00:ab:01,romfile=", .. more,
    ], cancellationToken);

    /// <summary>Runs until the machine powers off, and returns what it printed; the test's own cancellation ends it.</summary>
    public static async Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Judge.Start("qemu-system-x86_64",
        [
            "-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max", "-display", "none", "-serial", "stdio", "-monitor", "none",
            "-no-reboot", .. arguments,
        ]);
        var console = new StringBuilder();
        var gate = new Lock();
        process.OutputDataReceived += (_, line) => { lock (gate) console.AppendLine(line.Data); };
        process.ErrorDataReceived += (_, line) => { lock (gate) console.AppendLine(line.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(4));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            lock (gate) console.AppendLine("(the machine was still running after four minutes)");
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        lock (gate) return console.ToString();
    }
}
