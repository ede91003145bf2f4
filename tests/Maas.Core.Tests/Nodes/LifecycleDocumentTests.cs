using System.Text;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Core.Tests.Nodes;

/// <summary>
/// The picture in docs/reference/lifecycle.md is drawn from the table: <c>UPDATE_GOLDEN=1</c> rewrites it, a stale one fails.
/// </summary>
public class LifecycleDocumentTests
{
    private const string Begin = "<!-- begin: drawn from MachineLifecycle.Table -->";
    private const string End = "<!-- end -->";

    [Fact]
    public async Task The_document_shows_the_table()
    {
        var path = Repository.PathOf("docs/reference/lifecycle.md");
        var text = await File.ReadAllTextAsync(path);
        var from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = text.IndexOf(End, StringComparison.Ordinal);
        var fresh = text[..from] + "\n" + Draw() + text[to..];

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") await File.WriteAllTextAsync(path, fresh);
        else text.Should().Be(fresh, "docs/reference/lifecycle.md is rewritten by UPDATE_GOLDEN=1");
    }

    private static string Draw()
    {
        var drawing = new StringBuilder("```mermaid\nstateDiagram-v2\n");
        foreach (var status in Enum.GetValues<MachineStatus>()) drawing.Append($"    {status} : {status.DisplayName}\n");
        drawing.Append($"    [*] --> {MachineLifecycle.Initial}\n");

        // Marking broken is possible everywhere, and would hide everything else.
        foreach (var edge in MachineLifecycle.Table.Where(row => row.Action is not MachineAction.MarkBroken)
            .GroupBy(row => (row.From, row.To)))
            drawing.Append($"    {edge.Key.From} --> {edge.Key.To} : {string.Join(", ", edge.Select(row => row.Action).Distinct())}\n");
        drawing.Append("```\n\n| in | action | leads to |\n|---|---|---|\n");
        foreach (var group in MachineLifecycle.Table.GroupBy(row => (row.From, row.Action)).OrderBy(group => group.Key.From)
            .ThenBy(group => group.Key.Action))
            drawing.Append($"| {group.Key.From.DisplayName} | {group.Key.Action} | {string.Join("; ", group.Select(Describe))} |\n");
        return drawing.ToString();
    }

    private static string Describe(LifecycleRow row) =>
        row.CameFrom is { } origin ? $"{row.To.DisplayName} if it came from {origin.DisplayName}" : row.To.DisplayName;
}
