using System.CommandLine;
using MaasNet.Commands;
using MaasNet.Output;

namespace MaasNet;

/// <summary>All commands, and what they have in common.</summary>
internal static class CommandTree
{
    /// <summary>Parses the arguments and runs the command that they name.</summary>
    public static Task<int> RunAsync(string[] args) => args switch
    {
        // The server has options of its own.
        ["serve", .. var rest] => MaasServer.Server.RunAsync(rest),
        _ => InvokeAsync(Create().Parse(args)),
    };

    private static async Task<int> InvokeAsync(ParseResult parsed)
    {
        var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
        // The parser's own code is 1; help is no error also where an argument is missing.
        return code != ExitCode.Done && parsed.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    /// <summary>The root command with its subcommands.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand(
            "The command line of MAAS: machines, images and keys of a MAAS server, this project's or Canonical's, and a server of its own. "
                + $"Exit codes: {ExitCode.Description}.")
        {
            Options = { GlobalOptions.Profile, GlobalOptions.Json },
        };
        foreach (var command in (Command[])
        [
            ServerCommands.Serve(), ServerCommands.Demo(), ServerCommands.Lab(), CreateAdminCommand.Create(),
            ProfileCommands.Login(), ProfileCommands.Logout(), ProfileCommands.List(),
            MachinesCommand.Create(), OperationsCommand.Create(), ExplainCommand.Create(), PreviewCommand.Create(), WatchCommand.Create(),
            CaptureCommand.Create(), ReplayCommand.Create(),
            ImagesCommand.Create(), ImportCommands.Isos(), ImportCommands.Ephemerals(), LeasesCommand.Create(), ApiKeyCommand.Create(),
            StoreCommand.Create(), CompletionCommand.Create(),
        ])
        {
            root.Subcommands.Add(command);
        }

        return root;
    }
}
