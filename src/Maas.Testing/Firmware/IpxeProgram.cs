using System.Globalization;
using Maas.Testing.Events;

namespace Maas.Testing.Firmware;

/// <summary>Runs iPXE scripts (https://ipxe.org/scripting): a line that fails ends the script, unless <c>||</c> catches it.</summary>
internal sealed class IpxeProgram(IpxeMachine machine, Loader loader, MachineLog log, TimeProvider timeProvider)
{
    private const string Name = "iPXE";
    private const int MostSteps = 10_000;
    private const int DeepestChain = 8;

    private string? _commandLine;
    private int _steps;
    private int _depth;

    /// <summary>
    /// Fetches a script and runs it; <see langword="null"/> when it ended, or could not be had, without booting anything.
    /// </summary>
    public async Task<BootResult?> ChainAsync(Uri source, CancellationToken cancellationToken)
    {
        if (++_depth > DeepestChain) return new BootResult.NextDevice("scripts chain scripts without end");
        var text = await loader.ReadTextAsync(Name, source, cancellationToken).ConfigureAwait(false);
        if (text is null) return null;
        if (!text.StartsWith("#!ipxe", StringComparison.Ordinal))
        {
            log.Said(Name, $"{source}: Exec format error");
            return null;
        }

        var result = await RunAsync(source, text, cancellationToken).ConfigureAwait(false);
        _depth--;
        return result;
    }

    private async Task<BootResult?> RunAsync(Uri source, string text, CancellationToken cancellationToken)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var at = 0; at < lines.Length; at++)
        {
            var words = Words(lines[at]);
            if (words.Count == 0 || words[0].StartsWith(':')) continue;
            if (++_steps > MostSteps) return new BootResult.NextDevice("the script runs without end");

            var (outcome, label) = await RunLineAsync(source, words, cancellationToken).ConfigureAwait(false);
            if (outcome.Result is not null) return outcome.Result;
            if (label is not null)
            {
                at = Array.FindIndex(lines, l => l.Trim() == ":" + label);
                if (at < 0)
                {
                    log.Said(Name, $"no label {label}");
                    return null;
                }
            }
            else if (!outcome.Succeeded)
            {
                return null;
            }
        }

        return null;
    }

    // A comment begins with a word that begins with #; blanks separate words and nothing is quoted.
    private static List<string> Words(string line) =>
        [.. line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries).TakeWhile(w => w[0] != '#')];

    private async Task<(Outcome Outcome, string? Label)> RunLineAsync(Uri source, List<string> words, CancellationToken cancellationToken)
    {
        var outcome = Outcome.Success;
        var joint = "";
        for (var start = 0; start <= words.Count;)
        {
            var end = words.FindIndex(start, w => w is "||" or "&&");
            if (end < 0) end = words.Count;
            var runs = joint switch { "||" => !outcome.Succeeded, "&&" => outcome.Succeeded, _ => true };
            if (runs)
            {
                var command = words[start..end].ConvertAll(machine.Expand);
                if (command is ["goto", var label]) return (Outcome.Success, label);
                outcome = command.Count == 0
                    ? Outcome.Success
                    : await RunCommandAsync(source, command, cancellationToken).ConfigureAwait(false);
                if (outcome.Result is not null) break;
            }

            if (end >= words.Count) break;
            joint = words[end];
            start = end + 1;
        }

        return (outcome, null);
    }

    private async Task<Outcome> RunCommandAsync(Uri source, List<string> command, CancellationToken cancellationToken)
    {
        var arguments = WithoutOptions(command);
        switch (command[0])
        {
            case "kernel" or "imgselect" or "linux" when arguments.Count > 0:
                if (await loader.LoadAsync(Name, new Uri(source, arguments[0]), cancellationToken).ConfigureAwait(false) is null)
                    return Outcome.Failure;
                _commandLine = string.Join(' ', arguments.Skip(1));
                return Outcome.Success;
            case "initrd" or "imgfetch" or "module" when arguments.Count > 0:
                return new(
                    await loader.LoadAsync(Name, new Uri(source, arguments[0]), cancellationToken).ConfigureAwait(false) is not null);
            case "imgargs" when arguments.Count > 0:
                _commandLine = string.Join(' ', arguments.Skip(1));
                return Outcome.Success;
            case "imgfree":
                _commandLine = null;
                return Outcome.Success;
            case "boot" or "imgexec" when arguments.Count == 0:
                return _commandLine is { } line ? new(true, new BootResult.Kernel(line)) : Outcome.Failure;
            case "chain" or "imgexec" or "boot":
                return arguments.Count == 0
                    ? Outcome.Failure
                    : new(false, await ChainAsync(new Uri(source, arguments[0]), cancellationToken).ConfigureAwait(false));
            case "sanboot":
                log.Said(Name, machine.DiskBoots ? "booting from the local disk" : "the local disk has nothing to boot");
                return machine.DiskBoots ? new(true, new BootResult.Disk()) : Outcome.Failure;
            case "exit":
                return new(true, new BootResult.NextDevice("iPXE gave control back"));
            case "poweroff":
                return new(true, new BootResult.PowerOff("switched off by iPXE"));
            case "reboot":
                return new(true, new BootResult.Reboot());
            case "sleep":
                var seconds = int.TryParse(arguments.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                    ? given
                    : 1;
                await Task.Delay(TimeSpan.FromSeconds(seconds), timeProvider, cancellationToken).ConfigureAwait(false);
                return Outcome.Success;
            case "echo":
                log.Said(Name, string.Join(' ', arguments));
                return Outcome.Success;
            case "isset":
                return new(arguments.Exists(a => a.Length > 0));
            case "iseq":
                return new(arguments.Count == 2 && arguments[0] == arguments[1]);
            case "set" when arguments.Count > 0:
                machine.Set(arguments[0], string.Join(' ', arguments.Skip(1)));
                return Outcome.Success;
            case "clear" when arguments.Count > 0:
                machine.Clear(arguments[0]);
                return Outcome.Success;
            case "dhcp" or "ifopen" or "ifconf" or "ifclose" or "route" or "cpair" or "colour":
                // The interface is up and has its address.
                return Outcome.Success;
            default:
                log.Said(Name, $"{command[0]}: command not found");
                return Outcome.Failure;
        }
    }

    // `--name VALUE`, `--flag`: the options that our commands know and whether they take a value.
    private static List<string> WithoutOptions(List<string> command)
    {
        var arguments = new List<string>();
        var optionsEnd = command[0] is "echo" or "set";
        for (var i = 1; i < command.Count; i++)
        {
            if (optionsEnd || !command[i].StartsWith('-') || arguments.Count > 0) arguments.Add(command[i]);
            else if (command[i] is "--name" or "-n" or "--drive" or "-d" or "--timeout" or "-t" or "--filename" or "-f" or "--retries") i++;
        }

        return arguments;
    }

    private readonly record struct Outcome(bool Succeeded, BootResult? Result = null)
    {
        public static Outcome Success => new(true);

        public static Outcome Failure => new(false);
    }
}
