using System.Diagnostics;

namespace Maas.Boot;

/// <summary>What a client boots. Boot turns it into what the firmware at hand understands.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public abstract record BootInstruction
{
    private BootInstruction() { }

    /// <summary>
    /// Nothing from the network: the machine goes on to its own disk, even when the network comes first in its boot order.
    /// </summary>
    public sealed record LocalDisk : BootInstruction;

    /// <summary>A Linux kernel with its initial ram disks.</summary>
    /// <param name="KernelFile">Name of the kernel, as <see cref="Files.IBootFiles"/> knows it, or an absolute http URL.</param>
    /// <param name="InitialRamDisks">Names of the initial ram disks, in order; may be empty.</param>
    /// <param name="CommandLine">The kernel's command line; control characters are refused when the script is written.</param>
    public sealed record Kernel(string KernelFile, IReadOnlyList<string> InitialRamDisks, string CommandLine) : BootInstruction;

    /// <summary>A boot program of the caller's (an EFI application, a PXE NBP), run as it is.</summary>
    /// <param name="File">Its name, as <see cref="Files.IBootFiles"/> knows it, or an absolute http URL.</param>
    public sealed record Program(string File) : BootInstruction;

    /// <summary>
    /// An iPXE script of the caller's, sent as it is. GRUB and pxelinux cannot run it: a machine that asks with one of them gets no file.
    /// </summary>
    /// <param name="Text">The script. The line <c>#!ipxe</c> is added in front when it is missing.</param>
    public sealed record Script(string Text) : BootInstruction;

    /// <summary>The machine is switched off by the boot program: there is nothing it may run.</summary>
    public sealed record PowerOff : BootInstruction;
}
