using System.CommandLine;
using Maas.Core;
using Maas.Core.Accounts;
using Microsoft.Extensions.DependencyInjection;

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
        var postgres = new Option<string?>("--postgres")
        {
            Description = "The connection string of PostgreSQL, where the server has its store there; the servers may be running.",
            HelpName = "CONNECTION",
        };
        var schema = new Option<string?>("--schema") { Description = "With --postgres: the schema (default: maas).", HelpName = "NAME" };
        var command = new Command(
            "createadmin",
            "Create an administrator. The password is asked for, or read from standard input. Stop a server with SQLite first.")
        {
            Options = { data, postgres, schema, name, email },
        };
        Session.OnRunLocally(command, async (parsed, report, cancellationToken) =>
        {
            var (folder, userName, address) =
                (parsed.GetRequiredValue(data), parsed.GetRequiredValue(name), parsed.GetRequiredValue(email));
            var services = new ServiceCollection();
            services.AddLogging();
            var maas = services.AddMaas(options => options.DataDirectory = Path.GetFullPath(folder));
            AddStore(maas, parsed.GetValue(postgres), parsed.GetValue(schema));
            await using var provider = services.BuildServiceProvider();
            try
            {
                var users = provider.GetRequiredService<Users>();
                var result = await users.CreateAsync(
                    userName, address, new Secret(PasswordInput.Read(report)), isAdministrator: true, cancellationToken);
                if (result is not CreateUserResult.Created)
                    throw new CommandFailedException($"the user {userName} was not created: {result}");
            }
            catch (StoreLockedException)
            {
                throw new CommandFailedException(
                    "the server is running: stop it, or create the user over the API ('maas-net login', then POST users/)");
            }

            report.Result($"The administrator {userName} was created.", ("username", userName));
        });
        return command;
    }

    private static void AddStore(IMaasBuilder maas, string? connection, string? schema)
    {
        if (connection is null)
        {
            if (schema is not null) throw new UsageException("--schema is for --postgres");
            maas.AddSqlite();
            return;
        }

        maas.AddPostgres(connection, options => options.Schema = schema ?? options.Schema);
    }
}
