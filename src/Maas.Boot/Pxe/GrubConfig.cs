using System.Diagnostics;
using System.Text;

namespace Maas.Boot.Pxe;

/// <summary>GRUB's script language (the GNU GRUB manual, "Shell-like scripting").</summary>
/// <remarks>
/// Between single quotes nothing is special, and a single quote is written by closing, escaping and opening again: every
/// word is quoted, so <c>;</c>, <c>&amp;&amp;</c>, <c>$</c> and braces reach the kernel as they are.
/// </remarks>
internal static class GrubConfig
{
    private const string Dialect = "GRUB";

    public static string Write(BootInstruction instruction) => instruction switch
    {
        // On UEFI the boot manager takes the next entry of its boot order after an unsuccessful exit.
        BootInstruction.LocalDisk => "exit 1\n",
        BootInstruction.PowerOff => "halt\n",
        BootInstruction.Program program => $"chainloader '/{ScriptText.FileName(program.File, Dialect)}'\nboot\n",
        BootInstruction.Kernel kernel => Kernel(kernel),
        _ => throw new UnreachableException(),
    };

    private static string Kernel(BootInstruction.Kernel kernel)
    {
        var text = new StringBuilder();
        text.Append("linux '/").Append(ScriptText.FileName(kernel.KernelFile, Dialect)).Append('\'');
        foreach (var word in ScriptText.Words(kernel.CommandLine, Dialect)) text.Append(' ').Append(Quote(word));
        text.Append('\n');
        if (kernel.InitialRamDisks.Count > 0)
            text.Append("initrd ").AppendJoin(' ', kernel.InitialRamDisks.Select(d => $"'/{ScriptText.FileName(d, Dialect)}'")).Append('\n');
        return text.Append("boot\n").ToString();
    }

    private static string Quote(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
