using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>docs/reference/configuration.md is written from the options that samples/MaasServer declares.</summary>
public partial class CommandLinePageTests
{
    [Fact]
    public void The_page_shows_every_option_of_the_sample_host()
    {
        var source = File.ReadAllText(Repository.PathOf("samples/MaasServer/ServerCommand.cs"));
        var page = new StringBuilder("| option | environment variable | key | meaning |\n|---|---|---|---|\n");
        foreach (Match option in Declaration().Matches(source))
        {
            var name = option.Groups["name"].Value;
            var key = name.Replace('-', '_');
            var text = Literal().Matches(option.Groups["text"].Value).Select(part => part.Groups["text"].Value);
            var variable = $"MAAS_{key.ToUpperInvariant()}";
            page.Append(
                CultureInfo.InvariantCulture,
                $"| `--{name} {option.Groups["value"].Value}` | `{variable}` | `{key}` | {GeneratedPage.Cell(string.Concat(text))} |\n");
        }

        GeneratedPage.ShouldShow("docs/reference/configuration.md", "the options of samples/MaasServer", page.ToString());
    }

    [GeneratedRegex(
        """new\("--(?<name>[a-z0-9-]+)"\)\s*\{\s*Description\s*=\s*(?<text>("[^"]*"[\s+]*)+),\s*HelpName\s*=\s*"(?<value>[^"]*)",?\s*\}""",
        RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Declaration();

    [GeneratedRegex("\"(?<text>[^\"]*)\"", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Literal();
}
