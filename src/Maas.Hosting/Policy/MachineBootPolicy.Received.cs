using System.Collections.Frozen;
using Maas.Boot;
using Maas.Boot.Scripts;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Hosting.Policy;

/// <content>What machines received last, which a preview is compared with.</content>
internal sealed partial class MachineBootPolicy
{
    // A word that any template of a boot script takes; it is written as asterisks.
    private const string NoToken = "no-token-in-a-preview";

    private static readonly FrozenDictionary<BootScriptDialect, string> ScriptNames = new Dictionary<BootScriptDialect, string>
    {
        [BootScriptDialect.Ipxe] = "iPXE script",
        [BootScriptDialect.Grub] = "GRUB configuration",
        [BootScriptDialect.Pxelinux] = "pxelinux configuration",
    }.ToFrozenDictionary();

    // Of an instruction that cannot be written, nothing is served.
    private async ValueTask RecordAsync(
        Machine machine, BootRequest question, BootInstruction instruction, Secret? token, CancellationToken cancellationToken)
    {
        if (question.Phase != BootPhase.Script || !BootScriptName.TryParse(question.ScriptName, out var script)) return;
        string text;
        try
        {
            text = BootScript.Write(script.Dialect, instruction);
        }
        catch (BootScriptException)
        {
            return; // the server logs it when it writes the script
        }

        await received.RecordAsync(machine, ScriptNames[script.Dialect], Without(token, text), cancellationToken).ConfigureAwait(false);
    }

    private static string Without(Secret? token, string text) =>
        token is { } secret ? text.Replace(secret.Reveal(), "***", StringComparison.Ordinal) : text;
}
