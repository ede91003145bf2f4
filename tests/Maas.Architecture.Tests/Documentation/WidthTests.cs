using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>Lines that a reader sees whole: Markdown at most 160 columns, code and comments at most 140.</summary>
public partial class WidthTests
{
    private const int OfMarkdown = 160;
    private const int OfCode = 140;

    /// <summary>The folders whose code is held to the limit.</summary>
    public static TheoryData<string> Folders => ["src", "tests", "samples", "bench", "templates"];

    [Fact]
    public void Markdown_has_no_line_over_160_columns() =>
        WideLines(MarkdownDocument.All.Select(page => Repository.PathOf(page.Path)), OfMarkdown, line => line.StartsWith('|'))
            .Should().BeEmpty("paragraphs are wrapped; only the row of a table cannot be");

    [Theory, MemberData(nameof(Folders))]
    public void Code_has_no_line_over_140_columns(string folder) =>
        WideLines(Files(folder), OfCode, line => LongWord().IsMatch(line)).Should().BeEmpty();

    private static IEnumerable<string> Files(string folder) =>
        new[] { "*.cs", "*.razor" }
            .SelectMany(pattern => Directory.EnumerateFiles(Repository.PathOf(folder), pattern, SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static IEnumerable<string> WideLines(IEnumerable<string> files, int limit, Predicate<string> isExempt) =>
        from file in files
        from line in File.ReadLines(file).Select((text, at) => (Text: text, Number: at + 1))
        where line.Text.Length > limit && !isExempt(line.Text)
        select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Number}: {line.Text.Length} columns";

    // A key, a hash or an address of a test has no place where it could be broken.
    [GeneratedRegex(@"\S{100}", RegexOptions.None, 60_000)]
    private static partial Regex LongWord();
}
