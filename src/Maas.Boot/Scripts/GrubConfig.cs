using System.Diagnostics;
using System.Text;

namespace Maas.Boot.Scripts;

/// <summary>GRUB's script language (the GNU GRUB manual, "Shell-like scripting").</summary>
/// <remarks>
/// Between single quotes nothing is special, and a single quote is written by closing, escaping and opening again: every
/// word is quoted, so <c>;</c>, <c>&amp;&amp;</c>, <c>$</c> and braces reach the kernel as they are.
/// </remarks>
internal static class GrubConfig
{
    /// <summary>
    /// What a signed GRUB asks for. Its prefix is <c>/grub</c> and cannot be changed, since that would break the signature, and Debian's
    /// names this file itself, without the search for a machine's own that an unsigned GRUB begins with.
    /// </summary>
    public const string CommonName = "grub/grub.cfg";

    private const string Dialect = "GRUB";

    // A step that fails does not end a script: without this the machine would wait at a prompt for ever.
    private const string Failed = """
        echo 'Network boot failed; again in 10 seconds'
        sleep 10
        reboot

        """;

    /// <summary>
    /// Leads each machine from <see cref="CommonName"/> to its own script (GRUB tells it its address with colons; a file's name has
    /// dashes).
    /// </summary>
    public static ReadOnlySpan<byte> Common => """
        regexp --set=1:a --set=2:b --set=3:c --set=4:d --set=5:e --set=6:f '^(..):(..):(..):(..):(..):(..)$' "$net_default_mac"
        source "$prefix/grub.cfg-01-$a-$b-$c-$d-$e-$f"
        echo 'There is nothing to boot from the network for this machine'
        sleep 5
        exit 1

        """u8;

    public static string Write(BootInstruction instruction) => instruction switch
    {
        // On UEFI the boot manager takes the next entry of its boot order after an unsuccessful exit.
        BootInstruction.LocalDisk => "exit 1\n",
        BootInstruction.PowerOff => "halt\n",
        BootInstruction.Program program => $"chainloader '/{ScriptText.FileName(program.File, Dialect)}'\nboot\n{Failed}",
        BootInstruction.Kernel kernel => Kernel(kernel),
        BootInstruction.Script => throw new BootScriptException($"An iPXE script cannot be written for {Dialect}."),
        _ => throw new UnreachableException(),
    };

    private static string Kernel(BootInstruction.Kernel kernel)
    {
        var text = new StringBuilder();
        text.Append("linux '/").Append(ScriptText.FileName(kernel.KernelFile, Dialect)).Append('\'');
        foreach (var word in ScriptText.Words(kernel.CommandLine, Dialect)) text.Append(' ').Append(Quote(word));
        text.Append('\n');
        if (kernel.InitialRamDisks.Count > 0)
            text.Append("initrd ")
                .AppendJoin(' ', kernel.InitialRamDisks.Select(d => $"'/{ScriptText.FileName(d, Dialect)}'"))
                .Append('\n');
        return text.Append("boot\n").Append(Failed).ToString();
    }

    private static string Quote(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
