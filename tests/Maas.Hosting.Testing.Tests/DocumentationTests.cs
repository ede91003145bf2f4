using Maas.Judges;

namespace Maas.Hosting.Testing.Tests;

public class DocumentationTests
{
    private const string Shown = "tests/Maas.Hosting.Testing.Tests/RolloutTests.cs";

    [Theory]
    [InlineData("docs/embed/hosting-testing.md")]
    [InlineData("docs/how-to/test-your-policy.md")]
    public async Task A_page_shows_the_test_that_runs_here(string page)
    {
        // This project implies what a reader has to write.
        var test = (await TextOf(Shown))
            .Replace("namespace Maas.Hosting.Testing.Tests;\n\n", "", StringComparison.Ordinal)
            .Replace("using Maas.Testing;\n", "using Maas.Hosting.Testing;\nusing Maas.Testing;\nusing Xunit;\n", StringComparison.Ordinal);

        (await TextOf(page)).Should().Contain($"```csharp\n{test}```\n");
    }

    [Fact]
    public async Task The_test_has_twenty_lines()
    {
        var lines = (await TextOf(Shown)).Split('\n');

        var first = Array.IndexOf(lines, "    [Fact]");
        Array.IndexOf(lines, "    }", first).Should().Be(first + 19);
    }

    private static Task<string> TextOf(string file) =>
        File.ReadAllTextAsync(Repository.PathOf(file), TestContext.Current.CancellationToken);
}
