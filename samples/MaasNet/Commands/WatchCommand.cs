using System.CommandLine;
using System.Text.Json;
using Maas.Client.Events;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary><c>maas-net watch</c>: events as they happen.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan S_interval = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var name = new Argument<string?>("machine")
        {
            Description = "System id, host name or MAC address (default: all machines).",
            HelpName = "MACHINE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var level = new Option<string>("--level")
        {
            Description = "The lowest level: DEBUG, INFO, WARNING, ERROR or CRITICAL.",
            HelpName = "LEVEL",
            DefaultValueFactory = _ => "INFO",
        };
        level.AcceptOnlyFromAmong("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL");
        var command = new Command("watch", "Follow the events of machines until Ctrl-C. With --json, one object in a line.")
        {
            Arguments = { name },
            Options = { level },
        };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var query = new MaasEventQuery { Level = parsed.GetRequiredValue(level) };
            if (parsed.GetValue(name) is { } machine)
                query = query with { SystemIds = [Column.Text(await session.FindMachineAsync(machine, cancellationToken), "system_id")] };
            var events = session.Client.Events.WatchAsync(query, interval: S_interval, cancellationToken: cancellationToken);
            await foreach (var happened in events) session.Report.Stream(Describe(happened), LineOf(happened));
        });
        return command;
    }

    private static JsonElement Describe(MaasEvent happened) => JsonSerializer.SerializeToElement(
        new Dictionary<string, JsonElement>
        {
            ["id"] = JsonSerializer.SerializeToElement(happened.Id, TextJson.Default.Int64),
            ["created"] = Text(happened.Created),
            ["level"] = Text(happened.Level),
            ["node"] = Text(happened.Node),
            ["hostname"] = Text(happened.Hostname),
            ["username"] = Text(happened.Username),
            ["type"] = Text(happened.Type),
            ["description"] = Text(happened.Description),
        },
        TextJson.Default.DictionaryStringJsonElement);

    private static string LineOf(MaasEvent happened) =>
        $"{happened.Created}  {happened.Hostname,-20} {happened.Type}: {happened.Description}";

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, TextJson.Default.String);
}
