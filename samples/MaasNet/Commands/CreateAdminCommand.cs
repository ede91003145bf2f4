using System.CommandLine;
using Maas.Core;
using Maas.Core.Accounts;
using MaasNet.Output;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace MaasNet.Commands;

/// <summary><c>maas-net createadmin</c>: an administrator in the store of a server that is not running.</summary>
internal static class CreateAdminCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The server's folder.", HelpName = "DIR", Required = true };
        var name = new Option<string>("--username") { Description = "The user name.", HelpName = "NAME", Required = true };
        var email = new Option<string>("--email")
        {
            Description = "The e-mail address.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "",
        };
        var command = new Command(
            "createadmin", "Create an administrator. The password is asked for, or read from standard input. Stop the server first.")
        {
            Options = { data, name, email },
        };
        Session.OnRunLocally(command, async (parsed, report, cancellationToken) =>
        {
            var (folder, userName, address) =
                (parsed.GetRequiredValue(data), parsed.GetRequiredValue(name), parsed.GetRequiredValue(email));
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddMaasServer(options => options.DataDirectory = Path.GetFullPath(folder));
            await using var provider = services.BuildServiceProvider();
            try
            {
                var users = provider.GetRequiredService<Users>();
                var result = await users.CreateAsync(
                    userName, address, new Secret(ReadPassword(report)), isAdministrator: true, cancellationToken);
                if (result is not CreateUserResult.Created)
                    throw new CommandFailedException($"the user {userName} was not created: {result}");
            }
            catch (StoreLockedException)
            {
                throw new CommandFailedException(
                    "the server is running: stop it, or create the user over the API ('maas-net login', then POST users/)");
            }

            report.Line($"The administrator {userName} was created.");
        });
        return command;
    }

    private static string ReadPassword(Report report)
    {
        var password = Console.IsInputRedirected
            ? Console.In.ReadLine() ?? ""
            : report.Terminal.Prompt(new TextPrompt<string>("Password:").Secret());
        return password.Length > 0 ? password : throw new UsageException("the password is empty");
    }
}
