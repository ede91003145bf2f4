using System.CommandLine;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary><c>maas-net apikey</c>: the API keys of the user.</summary>
internal static class ApiKeyCommand
{
    public static Command Create() => new("apikey", "The API keys of the user that is logged in.") { List(), New(), Delete() };

    private static Command List()
    {
        var command = new Command("list", "List the keys by name, without their secrets.");
        Session.OnRun(command, async (session, _, cancellationToken) =>
            session.Report.List(
                [.. (await session.Client.Account.ListKeysAsync(cancellationToken).ToListAsync(cancellationToken)).Select(KeyJson.Of)],
                Column.Of("NAME", "name"), Column.Of("TOKEN", "token")));
        return command;
    }

    private static Command New()
    {
        var name = new Option<string?>("--name") { Description = "What the key is for.", HelpName = "NAME" };
        var command = new Command("create", "Create a key, and write it. It is shown this once.") { Options = { name } };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var key = (await session.Client.Account.CreateKeyAsync(parsed.GetValue(name), cancellationToken)).Reveal();
            // The key is the result: it is written where a script reads it.
            if (session.Report.IsJson) session.Report.Result("", ("name", parsed.GetValue(name)), ("key", key));
            else Console.Out.WriteLine(key);
        });
        return command;
    }

    private static Command Delete()
    {
        var token = new Argument<string>("token") { Description = "The key's token, as the list shows it." };
        var command = new Command("delete", "Revoke a key.") { Arguments = { token } };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            await session.Client.Account.DeleteKeyAsync(parsed.GetRequiredValue(token), cancellationToken);
            session.Report.Result("revoked", ("token", parsed.GetRequiredValue(token)));
        });
        return command;
    }
}
