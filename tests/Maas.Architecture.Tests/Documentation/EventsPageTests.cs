using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Maas.Judges;
using Microsoft.Extensions.Logging;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>docs/reference/log-messages.md is written from the log messages of the packages.</summary>
public partial class EventsPageTests
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Fact]
    public void The_page_shows_every_log_message()
    {
        var page = new StringBuilder();
        foreach (var package in Repository.Packages)
        {
            var rows = Messages(package).ToList();
            if (rows.Count == 0) continue;
            page.Append(CultureInfo.InvariantCulture, $"\n## {package}\n\n")
                .Append("| category | id | event | level | message |\n|---|---|---|---|---|\n");
            foreach (var row in rows) page.Append(row).Append('\n');
        }

        GeneratedPage.ShouldShow("docs/reference/log-messages.md", "the log messages of the packages", page.Append('\n').ToString());
    }

    [Fact]
    public void The_log_messages_that_the_troubleshooting_page_quotes_exist()
    {
        var messages = Repository.Packages.SelectMany(package => Assembly.Load(package).GetTypes())
            .SelectMany(type => type.GetMethods(Declared))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.Message ?? "")
            .ToList();
        var quoted = File.ReadLines(Repository.PathOf("docs/troubleshooting.md")).SelectMany(line => Quoted().Matches(line))
            .Select(match => match.Groups["text"].Value)
            .ToList();

        quoted.Should().NotBeEmpty();
        quoted.Where(text => !messages.Exists(message => message.Contains(text, StringComparison.Ordinal))).Should().BeEmpty();
    }

    private static IEnumerable<string> Messages(string package) =>
        from type in Assembly.Load(package).GetTypes()
        from method in type.GetMethods(Declared)
        let message = method.GetCustomAttribute<LoggerMessageAttribute>()
        where message is not null
        let level = message.Level == LogLevel.None ? "by call" : $"{message.Level}"
        let id = message.EventId < 0 ? "" : $"{message.EventId}"
        orderby type.FullName, message.EventId, method.Name
        select $"| `{type.FullName}` | {id} | `{message.EventName ?? method.Name}` | {level} | {GeneratedPage.Cell(message.Message)} |";

    // In a table: | log: `The words` | …
    [GeneratedRegex(@"\| log: `(?<text>[^`]+)`", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Quoted();
}
