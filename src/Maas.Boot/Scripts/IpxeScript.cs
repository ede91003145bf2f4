using System.Diagnostics;
using System.Text;
using Maas.Boot.Files;

namespace Maas.Boot.Scripts;

/// <summary>iPXE's script language (https://ipxe.org/scripting).</summary>
/// <remarks>
/// A line is split at blanks and knows no quotes; <c>${…}</c> is expanded anywhere; a word that is
/// <c>||</c>, <c>&amp;&amp;</c> or <c>;</c> separates commands and a word that begins with <c>#</c> ends the line; a backslash at
/// the end joins lines. None of these can be escaped, so all are refused.
/// </remarks>
internal static class IpxeScript
{
    private const string Dialect = "iPXE", Magic = "#!ipxe";

    // A download that fails is tried again from the start: the server may have come back, or changed its mind.
    private const string Failed = """
        :failed
        echo Network boot failed; again in 10 seconds
        sleep 10
        reboot

        """;

    // BIOS: the disk's boot sector is started as if the firmware had; a machine without a disk goes on in the boot order.
    // UEFI: only an unsuccessful exit makes the boot manager take the next entry of the boot order.
    private const string LocalDisk = """
        #!ipxe
        iseq ${platform} efi && exit 1 ||
        sanboot --no-describe --drive 0x80 || exit 1

        """;

    // pxelinux (RFC 5071) would look for its modules and configuration beside the script, where DHCP's file name points.
    private const string FromRoot = "set 210:string /\n";

    // Not every build has the poweroff command.
    private const string PowerOff = """
        #!ipxe
        poweroff ||
        :off
        echo This machine has nothing to boot and may be switched off
        sleep 3600
        goto off

        """;

    public static string Write(BootInstruction instruction) => instruction switch
    {
        BootInstruction.LocalDisk => LocalDisk,
        BootInstruction.PowerOff => PowerOff,
        BootInstruction.Program program => $"#!ipxe\n{FromRoot}chain {Reference(program.File)} || goto failed\nexit 1\n{Failed}",
        BootInstruction.Kernel kernel => Kernel(kernel),
        BootInstruction.Script script when script.Text.StartsWith(Magic, StringComparison.Ordinal) => script.Text,
        BootInstruction.Script script => $"{Magic}\n{script.Text}",
        _ => throw new UnreachableException(),
    };

    private static string Kernel(BootInstruction.Kernel kernel)
    {
        var text = new StringBuilder("#!ipxe\n");
        text.Append("kernel ").Append(Reference(kernel.KernelFile));
        // The kernel's EFI stub loads what `initrd=` names; a BIOS kernel is handed the disks and ignores the words.
        for (var i = 0; i < kernel.InitialRamDisks.Count; i++) text.Append(" initrd=initrd").Append(i);
        foreach (var word in Words(kernel.CommandLine)) text.Append(' ').Append(word);
        text.Append(" || goto failed\n");
        for (var i = 0; i < kernel.InitialRamDisks.Count; i++)
            text.Append("initrd --name initrd")
                .Append(i)
                .Append(' ')
                .Append(Reference(kernel.InitialRamDisks[i]))
                .Append(" || goto failed\n");
        return text.Append("boot || goto failed\n").Append(Failed).ToString();
    }

    private static IEnumerable<string> Words(string commandLine)
    {
        foreach (var word in ScriptText.Words(commandLine, Dialect))
        {
            if (word.Contains("${", StringComparison.Ordinal))
                throw new BootScriptException("'${' in the kernel's command line would be expanded by iPXE.");
            if (word is "||" or "&&" or ";" || word[0] == '#' || word[^1] == '\\')
                throw new BootScriptException(
                    "A word of the kernel's command line is a command separator, a comment or a line continuation to iPXE.");
            yield return word;
        }
    }

    // The script lies one folder below the root (ipxe/<mac>), over TFTP and HTTP alike.
    private static string Reference(string file)
    {
        ScriptText.RefuseControls(file, "a file name", Dialect);
        if (ScriptText.IsUrl(file))
        {
            if (!Uri.TryCreate(file, UriKind.Absolute, out var uri)) throw new BootScriptException("A file's URL is malformed.");
            // AbsoluteUri is escaped: no blanks; braces, which iPXE would expand after a dollar, become %7B.
            return uri.AbsoluteUri;
        }

        if (!BootFileName.TryNormalize(file, out var key, out var refusal))
            throw new BootScriptException($"A file name is refused: {refusal}.");
        return "../" + string.Join('/', key.Split('/').Select(Uri.EscapeDataString));
    }
}
