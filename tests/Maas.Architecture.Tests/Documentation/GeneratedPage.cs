using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>The part of a page between two marks that is written from the code.</summary>
internal static class GeneratedPage
{
    private const string End = "<!-- end -->";

    /// <summary>
    /// Fails when a page does not show what the code has; with <c>UPDATE_GOLDEN=1</c> it is rewritten instead.
    /// </summary>
    /// <param name="page">The page, relative to the repository.</param>
    /// <param name="source">What it is written from, as the first mark says: <c>&lt;!-- begin: SOURCE --&gt;</c>.</param>
    /// <param name="content">The text between the marks, with a line end last.</param>
    public static void ShouldShow(string page, string source, string content)
    {
        var path = Repository.PathOf(page);
        var text = File.ReadAllText(path);
        var begin = $"<!-- begin: {source} -->\n";
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        from.Should().BePositive("{0} has the mark {1}", page, begin);
        from += begin.Length;
        var fresh = text[..from] + content + text[text.IndexOf(End, from, StringComparison.Ordinal)..];
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(path, fresh);
        else text.Should().Be(fresh, "UPDATE_GOLDEN=1 rewrites {0}", page);
    }

    /// <summary>The text as it is written in the cell of a table.</summary>
    public static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
