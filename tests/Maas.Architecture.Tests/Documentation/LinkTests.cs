namespace Maas.Architecture.Tests.Documentation;

/// <summary>A reader who follows a link arrives.</summary>
public class LinkTests
{
    public static TheoryData<string> Pages => [.. MarkdownDocument.All.Select(page => page.Path)];

    [Theory, MemberData(nameof(Pages))]
    public void Every_link_leads_to_a_file_and_an_anchor_that_exist(string path)
    {
        var page = MarkdownDocument.All.Single(each => each.Path == path);
        var broken = page.LocalLinks.Where(link => !Leads(page, link.Target)).Select(link => $"{path}:{link.Line}: {link.Target}");

        broken.Should().BeEmpty();
    }

    [Fact]
    public void Every_page_of_docs_is_in_its_table_of_contents()
    {
        var contents = MarkdownDocument.All.Single(page => page.Path == "docs/README.md");
        var named = contents.LocalLinks.Select(link => contents.Resolve(link.Target.Split('#')[0])).ToHashSet();
        var missing = MarkdownDocument.All
            .Where(page => page.Path.StartsWith("docs/", StringComparison.Ordinal) && page != contents)
            .Where(page => !named.Contains(page.Resolve("")))
            .Select(page => page.Path);

        missing.Should().BeEmpty("docs/README.md lists every page");
    }

    private static bool Leads(MarkdownDocument page, string target)
    {
        var (file, anchor) = target.Split('#') switch
        {
            [var name, var heading] => (page.Resolve(name), heading),
            [var name, ..] => (page.Resolve(name), ""),
            _ => ("", ""),
        };
        if (anchor.Length == 0) return File.Exists(file) || Directory.Exists(file);
        return MarkdownDocument.All.Any(other => other.Resolve("") == file && other.Anchors.Contains(anchor));
    }
}
