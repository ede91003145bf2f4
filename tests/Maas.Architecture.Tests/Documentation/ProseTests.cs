using System.Globalization;
using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>
/// Plain technical English: some words have no place in documentation, comments and log messages. A folder that is not cleaned yet has an
/// allowance in ProseAllowance.txt, which may only become smaller. A line that quotes MAAS says so: <c>MAAS-WORDING</c>, in a comment.
/// </summary>
public partial class ProseTests
{
    private const string Marker = "MAAS-WORDING";
    private const string AllowanceFile = "tests/Maas.Architecture.Tests/Documentation/ProseAllowance.txt";

    private static readonly Dictionary<string, int> Allowances = File.ReadLines(Repository.PathOf(AllowanceFile))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture));

    private static readonly Lazy<IReadOnlyList<(string Place, string Found)>> Findings =
        new(() => [.. InMarkdown().Concat(InCode())]);

    public static TheoryData<string> Folders => [.. CodeFolders().Append("."), .. DocumentFolders()];

    [Theory, MemberData(nameof(Folders))]
    public void A_folder_has_no_more_banned_words_than_it_is_allowed(string folder)
    {
        var found = Findings.Value.Where(finding => FolderOf(finding.Place) == folder)
            .Select(finding => $"{finding.Place}: {finding.Found}")
            .ToList();
        var allowed = Allowances.GetValueOrDefault(folder);
        if (allowed > found.Count && Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") Lower(folder, found.Count);

        if (found.Count > allowed)
            found.Should().BeEmpty("{0} may have {1}: name the actor, the device or the condition (CONTRIBUTING.md)", folder, allowed);
    }

    [Fact]
    public void No_folder_keeps_an_allowance_that_it_does_not_need() =>
        Allowances.Keys.Except(Findings.Value.Select(finding => FolderOf(finding.Place)))
            .Where(folder => Directory.Exists(Repository.PathOf(folder)))
            .Should().BeEmpty("these are clean: remove their lines from {0}", AllowanceFile);

    [Theory]
    [InlineData("The packet is dropped and nobody hears of it.", "nobody")]
    [InlineData("A client who asks twice gets the same.", "who asks")]
    [InlineData("The address stands in the lease.", "stands")]
    [InlineData("The machine is told its address.", "is told")]
    [InlineData("This message is none.", "is none")]
    [InlineData("The standard stands for itself.", "stands")]
    public void A_banned_word_is_found(string text, string word) => Banned().Match(text).Value.Should().Be(word);

    [Theory]
    [InlineData("A stand-alone server understands this.")]
    [InlineData("The server rejects the request with 409.")]
    public void Other_words_are_not(string text) => Banned().IsMatch(text).Should().BeFalse();

    // Packages, and below the other folders projects; pages by their folder.
    private static string FolderOf(string place)
    {
        var parts = place.Split(':')[0].Split('/');
        if (parts.Length == 1) return ".";
        return parts.Length > 2 && parts[0] is "src" or "tests" or "docs" ? $"{parts[0]}/{parts[1]}" : parts[0];
    }

    private static IEnumerable<string> CodeFolders() =>
        new[] { "src", "tests" }.SelectMany(parent => Directory.GetDirectories(Repository.PathOf(parent)))
            .Select(folder => Path.GetRelativePath(Repository.Root, folder).Replace('\\', '/'))
            .Concat(["samples", "bench"]);

    private static IEnumerable<string> DocumentFolders() =>
        MarkdownDocument.All.Select(page => FolderOf(page.Path))
            .Where(folder => folder.StartsWith("docs", StringComparison.Ordinal))
            .Distinct();

    private static IEnumerable<(string Place, string Found)> InMarkdown() =>
        from page in MarkdownDocument.All
        from line in page.Prose
        where !page.IsGenerated(line.Number) // its source is checked
        where !line.Text.Contains(Marker, StringComparison.Ordinal)
        from Match found in Banned().Matches(InlineCode().Replace(line.Text, ""))
        select ($"{page.Path}:{line.Number}", found.Value);

    private static IEnumerable<(string Place, string Found)> InCode() =>
        from folder in CodeFolders()
        from pattern in new[] { "*.cs", "*.razor" }
        from file in Directory.EnumerateFiles(Repository.PathOf(folder), pattern, SearchOption.AllDirectories)
        let name = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
        where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
        where !name.EndsWith("ProseTests.cs", StringComparison.Ordinal) // it names them
        from line in File.ReadLines(file).Select((text, at) => (Text: text, Number: at + 1))
        where !line.Text.Contains(Marker, StringComparison.Ordinal)
        from Match words in CommentOrMessage().Matches(line.Text)
        from Match found in Banned().Matches(words.Value)
        select ($"{name}:{line.Number}", found.Value);

    private static void Lower(string folder, int count)
    {
        var path = Repository.PathOf(AllowanceFile);
        var lines = File.ReadLines(path)
            .Select(line => line.StartsWith(folder + " ", StringComparison.Ordinal) ? count == 0 ? null : $"{folder} {count}" : line)
            .Where(line => line is not null)
            .ToList();
        File.WriteAllLines(path, lines!); // without the removed one
    }

    [GeneratedRegex(
        @"\b(nobody|somebody|anybody|whoever|whomever|whosoever|strangers?|who ask(s|ed)?|stands"
            + @"|(is|are|was|were) none|(is|are|was|were) told)\b",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Banned();

    [GeneratedRegex("`[^`]*`", RegexOptions.None, 60_000)]
    private static partial Regex InlineCode();

    // A comment to the end of its line, or the text of a log message or an exception.
    [GeneratedRegex("""(?<!:)//.*$|(LoggerMessage\(|Message = |Exception\(|^\s*\$?)"[^"]*".*$""", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex CommentOrMessage();
}
