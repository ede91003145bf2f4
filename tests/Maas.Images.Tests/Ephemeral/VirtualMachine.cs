using System.Text;
using Maas.Images.Ephemeral;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>A QEMU machine; its serial console is kept.</summary>
internal static class VirtualMachine
{
    /// <summary>
    /// The options of every kernel of these machines, before the test's own. Where the host is busy the check of the timer may
    /// fail, and the kernel panics.
    /// </summary>
    public const string KernelOptions = "console=ttyS0 quiet no_timer_check";

    /// <summary>The arguments by which a machine has UEFI firmware instead of a BIOS; a skip where it is not installed.</summary>
    public static string[] Uefi =>
        ["-drive", $"if=pflash,format=raw,readonly=on,file={Judge.RequireFile("/usr/share/OVMF/OVMF_CODE_4M.fd", "ovmf")}"];

    /// <summary>
    /// Boots an environment directly, with a user-mode network. Its power is lost when it prints <paramref name="powerLossAt"/>.
    /// </summary>
    /// <inheritdoc cref="RunAsync(IEnumerable{string}, CancellationToken)"/>
    public static Task<string> RunAsync(
        EphemeralEnvironment environment,
        string kernelLine,
        IEnumerable<string> more,
        CancellationToken cancellationToken,
        string? powerLossAt = null,
        string network = "user,id=lan") => RunAsync(
    "qemu-system-x86_64",
    [
        "-cpu", "max", "-smp", "2", "-m", "768", "-uuid", "11223344-5566-7788-99aa-bbccddeeff00",
        "-kernel",
        environment.KernelPath,
        "-initrd",
        environment.InitrdPath,
        "-append",
        $"{KernelOptions} maas.pause=0 maas.patience=8 {kernelLine}",
        "-netdev", network, "-device", "virtio-net-pci,netdev=lan,mac=52:54:00:00:ab:01,romfile=", .. more,
    ], cancellationToken, powerLossAt);

    /// <summary>Runs until the machine powers off, and returns what it printed; the test's own cancellation ends it.</summary>
    public static Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync("qemu-system-x86_64", ["-cpu", "max", .. arguments], cancellationToken);

    /// <summary>The same on a 64-bit Arm machine with UEFI firmware; a skip where QEMU or its firmware is not installed.</summary>
    public static Task<string> RunArm64Async(IEnumerable<string> arguments, CancellationToken cancellationToken) => RunAsync(
        "qemu-system-aarch64",
        [
            "-machine", "virt", "-cpu", "cortex-a57", "-bios",
            Judge.RequireFile("/usr/share/qemu-efi-aarch64/QEMU_EFI.fd", "qemu-efi-aarch64"), .. arguments,
        ],
        cancellationToken);

    private static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? powerLossAt = null)
    {
        using var process = Judge.Start(program,
        [
            "-accel", "tcg,thread=multi,tb-size=256", "-display", "none", "-serial", "stdio", "-monitor", "none",
            "-no-reboot", .. arguments,
        ]);
        var console = new StringBuilder();
        var gate = new Lock();
        process.OutputDataReceived += (_, line) =>
        {
            lock (gate) console.AppendLine(line.Data);
            if (powerLossAt is not null && line.Data?.Contains(powerLossAt, StringComparison.Ordinal) == true) process.Kill();
        };
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
