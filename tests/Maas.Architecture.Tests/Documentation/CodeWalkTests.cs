using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>The page of code walks names files and methods that exist, and counts them as it lists them.</summary>
public partial class CodeWalkTests
{
    private static MarkdownDocument Page { get; } = MarkdownDocument.All.Single(page => page.Path == "docs/explain/code-walks.md");

    private static string Text { get; } = string.Join('\n', Page.Lines);

    [Fact]
    public void Every_method_of_a_walk_is_in_its_file()
    {
        var missing =
            from step in Step().Matches(Text)
            let source = File.ReadAllText(Repository.PathOf(step.Groups["path"].Value))
            from Capture method in step.Groups["method"].Captures
            let name = method.Value.Split('.')[^1]
            where !Regex.IsMatch(source, $@"\b{name}\b", RegexOptions.None, TimeSpan.FromSeconds(10))
            select $"{step.Groups["path"].Value}: {method.Value}";

        missing.Should().BeEmpty();
    }

    [Fact]
    public void The_table_has_the_number_of_files_of_each_walk_and_package()
    {
        var walks = Text.Split("\n## ").Select(section => Step().Matches(section)).Where(steps => steps.Count > 0)
            .Select(steps => steps.Select(step => step.Groups["path"].Value.Split('/')).ToList());
        var rows = walks.Select(paths => $"| {paths.Count} | " + string.Join(", ",
            paths.GroupBy(path => path[0] == "src" ? path[1] : "sample").Select(package => $"{package.Key} {package.Count()}").Order()));

        TableRow().Matches(Text).Select(row => $"| {row.Groups["files"].Value} | "
            + string.Join(", ", row.Groups["packages"].Value.Split(", ").Order())).Should().Equal(rows);
    }

    [Fact]
    public void The_steps_of_a_walk_are_numbered_from_1()
    {
        foreach (var section in Text.Split("\n## "))
        {
            var numbers = Step().Matches(section).Select(step => step.Groups["number"].Value).ToList();
            numbers.Should().Equal(Enumerable.Range(1, numbers.Count).Select(number => $"{number}"));
        }
    }

    // 3. [src/A.cs](../../src/A.cs)
    //    `Run`, `Stop`: What it does.
    [GeneratedRegex(
        @"^(?<number>\d+)\. \[(?<path>[^\]]+)\].*\n +(`(?<method>[\w.]+)`(, )?)*",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Step();

    [GeneratedRegex(@"^\| .* \| (?<files>\d+) \| (?<packages>.*) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex TableRow();
}
