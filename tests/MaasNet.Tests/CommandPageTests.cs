using System.CommandLine;
using System.Globalization;
using System.Text;
using Maas.Judges;

namespace MaasNet.Tests;

/// <summary>docs/reference/command-line.md is written from the commands: <c>UPDATE_GOLDEN=1</c> rewrites it.</summary>
public sealed class CommandPageTests
{
    private const string Page = "docs/reference/command-line.md";

    [Fact]
    public void The_page_shows_every_command()
    {
        var root = CommandTree.Create();
        var text = new StringBuilder(
            "# Commands of maas-net\n\nThis page is written from the code by `CommandPageTests`. "
            + "[How to use them](../how-to/command-line.md).\n\n"
            + "| option of every command | meaning |\n|---|---|\n");
        foreach (var option in root.Options.Where(option => option.Recursive)) text.Append(Row(option));
        foreach (var command in root.Subcommands) Write(text, command, "maas-net");

        var path = Repository.PathOf(Page);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(path, text.ToString());
        else File.ReadAllText(path).Should().Be(text.ToString(), $"{Page} is rewritten by UPDATE_GOLDEN=1");
    }

    [Fact]
    public void Every_command_argument_and_option_is_described()
    {
        var commands = All(CommandTree.Create()).ToList();

        commands.Should().HaveCountGreaterThan(30);
        foreach (var command in commands)
        {
            command.Description.Should().NotBeNullOrWhiteSpace(command.Name);
            command.Options.Where(option => string.IsNullOrEmpty(option.Description)).Should().BeEmpty(command.Name);
            command.Arguments.Where(argument => string.IsNullOrEmpty(argument.Description)).Should().BeEmpty(command.Name);
        }
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    private static void Write(StringBuilder text, Command command, string parent)
    {
        var name = $"{parent} {command.Name}";
        if (command.Subcommands.Count > 0)
        {
            foreach (var each in command.Subcommands) Write(text, each, name);
            return;
        }

        var usage = string.Concat(command.Arguments.Select(argument => $" {argument.HelpName ?? argument.Name.ToUpperInvariant()}"));
        text.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n`{name}{usage}`\n\n{Wrapped(command.Description ?? "")}\n");
        if (command.Arguments.Count + command.Options.Count == 0) return;
        text.Append("\n| argument | meaning |\n|---|---|\n");
        foreach (var argument in command.Arguments)
        {
            var label = argument.HelpName ?? argument.Name.ToUpperInvariant();
            text.Append(CultureInfo.InvariantCulture, $"| `{label}` | {argument.Description} |\n");
        }

        foreach (var option in command.Options) text.Append(Row(option));
    }

    private static string Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Prepend(option.Name).Where(name => name.StartsWith('-')).Select(name => $"`{name}`"));
        return $"| {names}{(option.HelpName is { } value ? $" {value}" : "")} | {option.Description} |\n";
    }

    // Pages have lines of at most 160 columns.
    private static string Wrapped(string text)
    {
        var (lines, line) = (new StringBuilder(), 0);
        foreach (var word in text.Split(' '))
        {
            if (line + word.Length > 155) (line, _) = (0, lines.Append('\n'));
            if (line > 0) lines.Append(' ');
            lines.Append(word);
            line += word.Length + 1;
        }

        return lines.ToString();
    }
}
