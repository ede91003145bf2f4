using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>A Markdown file of the repository.</summary>
/// <param name="Path">Relative to the repository, with <c>/</c>.</param>
/// <param name="Lines">Its lines.</param>
internal sealed partial record MarkdownDocument(string Path, IReadOnlyList<string> Lines)
{
    /// <summary>The pages of the repository: those at its root, in <c>docs</c>, and the package and sample READMEs.</summary>
    public static IReadOnlyList<MarkdownDocument> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(new[] { "docs", "src", "samples" }.SelectMany(folder =>
                Directory.EnumerateFiles(Repository.PathOf(folder), "*.md", SearchOption.AllDirectories)))
            .Where(file => !IsBuildOutput(file))
            .Order(StringComparer.Ordinal)
            .Select(file => new MarkdownDocument(
                System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'), File.ReadAllLines(file))),
    ];

    /// <summary>Line numbers, from 1, and the text outside of fenced code blocks.</summary>
    public IEnumerable<(int Number, string Text)> Prose
    {
        get
        {
            var inCode = false;
            for (var at = 0; at < Lines.Count; at++)
            {
                if (Lines[at].TrimStart().StartsWith("```", StringComparison.Ordinal)) inCode = !inCode;
                else if (!inCode) yield return (at + 1, Lines[at]);
            }
        }
    }

    /// <summary>Whether a line, from 1, is written from the code by a <see cref="GeneratedPage"/>.</summary>
    public bool IsGenerated(int number) =>
        Lines.Take(number).LastOrDefault(line => line.StartsWith("<!-- ", StringComparison.Ordinal))?.StartsWith(
            "<!-- begin: ", StringComparison.Ordinal) == true;

    /// <summary>The anchors of its headings, as GitHub makes them.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>(StringComparer.Ordinal);
            foreach (var heading in Prose.Select(line => Heading().Match(line.Text)).Where(match => match.Success))
            {
                var anchor = NotInAnchor().Replace(heading.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-');
                for (var repeated = 0; !anchors.Add(repeated == 0 ? anchor : $"{anchor}-{repeated}");) repeated++;
            }

            return anchors;
        }
    }

    /// <summary>The targets of its links, without those to other hosts.</summary>
    public IEnumerable<(int Line, string Target)> LocalLinks =>
        from line in Prose
        from Match link in Link().Matches(InlineCode().Replace(line.Text, ""))
        let target = link.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal)
        select (line.Number, target);

    /// <summary>The full path of a link's file; the document itself for a link that is an anchor only.</summary>
    public string Resolve(string file) =>
        file.Length == 0
            ? Repository.PathOf(Path)
            : System.IO.Path.GetFullPath(System.IO.Path.Combine(Repository.Root, System.IO.Path.GetDirectoryName(Path) ?? "", file));

    private static bool IsBuildOutput(string file) =>
        file.Contains("/obj/", StringComparison.Ordinal) || file.Contains("/bin/", StringComparison.Ordinal);

    [GeneratedRegex("^#{1,6} +(?<text>.+?) *$", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]", RegexOptions.None, 60_000)]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`", RegexOptions.None, 60_000)]
    private static partial Regex InlineCode();
}
