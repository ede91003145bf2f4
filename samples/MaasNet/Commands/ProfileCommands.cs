using System.CommandLine;
using System.Text.Json;
using Maas.Client;
using MaasNet.Output;
using MaasNet.Profiles;
using Spectre.Console;

namespace MaasNet.Commands;

/// <summary>Which servers are known.</summary>
internal static class ProfileCommands
{
    public static Command Login()
    {
        var url = new Argument<string>("url") { Description = "The server: http://SERVER:5240/MAAS", HelpName = "URL" };
        var keyFile = new Option<string?>("--key-file")
        {
            Description = "The file with the API key; - for standard input (default: it is asked for).",
            HelpName = "FILE",
        };
        var name = new Option<string>("--name")
        {
            Description = "The name of the profile.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "default",
        };
        var command = new Command("login", "Check an API key with its server, and keep it for the commands that follow.")
        {
            Arguments = { url },
            Options = { keyFile, name },
        };
        Session.OnRunLocally(command, async (parsed, report, cancellationToken) =>
        {
            var address = parsed.GetRequiredValue(url);
            var key = await ReadKeyAsync(parsed.GetValue(keyFile), report, cancellationToken);
            using var client = Session.Connect(address, key);
            var user = await client.Users.WhoAmIAsync(cancellationToken);
            var version = await client.Version.GetAsync(cancellationToken);
            var profile = new Profiles.Profile(
                parsed.GetRequiredValue(name), client.Server.AbsoluteUri, MaasApiKey.Parse(key).Reveal(), IsDefault: true);
            ProfileStore.OfUser().Save(profile);
            report.Result(
                $"Logged in to {client.Server} (MAAS {version.Version}) as {user.Username}; the profile is {profile.Name}.",
                ("profile", profile.Name), ("url", client.Server.AbsoluteUri), ("version", version.Version), ("username", user.Username));
        });
        return command;
    }

    public static Command Logout()
    {
        var name = new Argument<string?>("name")
        {
            Description = "The profile (default: the last login).",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("logout", "Forget a server and its API key. The key itself stays valid.") { Arguments = { name } };
        Session.OnRunLocally(command, (parsed, report, _) =>
        {
            ProfileStore.OfUser().Delete(parsed.GetValue(name));
            report.Result("Logged out.", ("profile", parsed.GetValue(name)));
            return Task.CompletedTask;
        });
        return command;
    }

    public static Command List()
    {
        var command = new Command("profiles", "List the servers that are known.");
        Session.OnRunLocally(command, (_, report, _) =>
        {
            report.List(
                [.. ProfileStore.OfUser().List().Select(Describe)],
                Column.Of("NAME", "name"), Column.Of("URL", "url"), Column.Of("DEFAULT", "default"));
            return Task.CompletedTask;
        });
        return command;
    }

    // Without the key.
    private static JsonElement Describe(Profiles.Profile profile) => JsonSerializer.SerializeToElement(
        new Dictionary<string, JsonElement>
        {
            ["name"] = JsonSerializer.SerializeToElement(profile.Name, TextJson.Default.String),
            ["url"] = JsonSerializer.SerializeToElement(profile.Url, TextJson.Default.String),
            ["default"] = JsonSerializer.SerializeToElement(profile.IsDefault, TextJson.Default.Boolean),
        },
        TextJson.Default.DictionaryStringJsonElement);

    private static async Task<string> ReadKeyAsync(string? file, Report report, CancellationToken cancellationToken) => file switch
    {
        null when !Console.IsInputRedirected => report.Terminal.Prompt(new TextPrompt<string>("API key:").Secret()),
        null or "-" => await Console.In.ReadLineAsync(cancellationToken) ?? "",
        _ => await File.ReadAllTextAsync(file, cancellationToken),
    };
}
