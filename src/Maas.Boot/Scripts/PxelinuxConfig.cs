using System.Diagnostics;
using System.Text;

namespace Maas.Boot.Scripts;

/// <summary>The configuration language of pxelinux (https://wiki.syslinux.org, "Config").</summary>
/// <remarks>A line is a keyword and the rest of the line, taken literally: only a line break could smuggle in another keyword.</remarks>
internal static class PxelinuxConfig
{
    private const string Dialect = "pxelinux";

    // pxelinux keeps its kernel command line in 2,048 bytes, with what it appends itself.
    private const int MaxCommandLine = 2000;

    public static string Write(BootInstruction instruction) =>
        "DEFAULT boot\nPROMPT 0\nTIMEOUT 0\nLABEL boot\n" + instruction switch
        {
            // 0 ends the PXE stack and returns to the firmware, which goes on in its boot order.
            BootInstruction.LocalDisk => "  LOCALBOOT 0\n",
            BootInstruction.PowerOff => "  COM32 poweroff.c32\n",
            BootInstruction.Program program => $"  PXE /{ScriptText.FileName(program.File, Dialect)}\n",
            BootInstruction.Kernel kernel => Kernel(kernel),
            BootInstruction.Script => throw new BootScriptException($"An iPXE script cannot be written for {Dialect}."),
            _ => throw new UnreachableException(),
        };

    private static string Kernel(BootInstruction.Kernel kernel)
    {
        var text = new StringBuilder();
        text.Append("  LINUX /").Append(ScriptText.FileName(kernel.KernelFile, Dialect)).Append('\n');
        if (kernel.InitialRamDisks.Count > 0)
            text.Append("  INITRD ")
                .AppendJoin(',', kernel.InitialRamDisks.Select(d => "/" + ScriptText.FileName(d, Dialect)))
                .Append('\n');
        var words = string.Join(' ', ScriptText.Words(kernel.CommandLine, Dialect));
        if (Encoding.UTF8.GetByteCount(words) > MaxCommandLine)
            throw new BootScriptException($"The kernel's command line is longer than the {MaxCommandLine} bytes that pxelinux passes on.");
        if (words.Length > 0) text.Append("  APPEND ").Append(words).Append('\n');
        return text.ToString();
    }
}
