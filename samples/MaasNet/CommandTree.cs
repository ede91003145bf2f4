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
        _ => Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }),
    };

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
            MachinesCommand.Create(), ExplainCommand.Create(), WatchCommand.Create(), CaptureCommand.Create(), ReplayCommand.Create(),
            ImagesCommand.Create(), ImportCommands.Isos(), ImportCommands.Ephemerals(), LeasesCommand.Create(), ApiKeyCommand.Create(),
            StoreCommand.Create(), CompletionCommand.Create(),
        ])
        {
            root.Subcommands.Add(command);
        }

        return root;
    }
}
