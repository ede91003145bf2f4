using System.Globalization;
using System.Text;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>
/// docs/reference/statuses.md explains every status: the table is written from the lifecycle, and the advice has all of them.
/// </summary>
public class StatusPageTests
{
    private const string Page = "docs/reference/statuses.md";

    [Fact]
    public void The_page_shows_every_status()
    {
        var deadlines = new MachineDeadlines();
        var page = new StringBuilder("\n| status | number | meaning | time limit | fails as | actions |\n|---|---|---|---|---|---|\n");
        foreach (var status in Enum.GetValues<MachineStatus>())
        {
            var limit = deadlines.For(status) is { } time ? $"{time.TotalMinutes:0} minutes" : "";
            var failure = MachineLifecycle.Next(status, MachineAction.Fail) is { } failed ? failed.DisplayName : "";
            var actions = MachineLifecycle.Table
                .Where(row => row.From == status && row.Action is not (MachineAction.Finish or MachineAction.Fail))
                .Select(row => Spaced(row.Action)).Distinct();
            var meaning = XmlDocumentation.Of(typeof(MachineStatus).GetField($"{status}")!); // one of its names
            page.Append(CultureInfo.InvariantCulture, $"| {status.DisplayName} | {(int)status} | {meaning} | ")
                .Append(CultureInfo.InvariantCulture, $"{limit} | {failure} | {string.Join(", ", actions)} |\n");
        }

        GeneratedPage.ShouldShow(Page, "the statuses of machines", page.Append('\n').ToString());
    }

    [Fact]
    public void The_page_says_what_to_do_in_every_status()
    {
        var advised = File.ReadLines(Repository.PathOf(Page)).SkipWhile(line => line != "## What to do")
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
            .SelectMany(line => line.Split('|')[1].Split(',', StringSplitOptions.TrimEntries));

        advised.Should().BeEquivalentTo(Enum.GetValues<MachineStatus>().Select(status => status.DisplayName));
    }

    private static string Spaced(MachineAction action) =>
        string.Concat($"{action}".Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}")).Trim();
}
