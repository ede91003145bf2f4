using System.CommandLine;

namespace MaasNet.Commands;

/// <summary><c>maas-net completion</c>: the shell asks this program what may follow.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _maas_net() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(maas-net "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _maas_net maas-net
        """;

    private const string Zsh = """
        #compdef maas-net
        _maas_net() {
            local -a found
            found=("${(@f)$(maas-net "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
            compadd -- $found
        }
        compdef _maas_net maas-net
        """;

    private const string Fish = """
        complete -f -c maas-net -a '(maas-net "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Write the script that completes this program's arguments in a shell.")
        {
            Arguments = { shell },
        };
        command.SetAction(parsed => Console.Out.WriteLine(parsed.GetValue(shell) switch { "zsh" => Zsh, "fish" => Fish, _ => Bash }));
        return command;
    }
}
