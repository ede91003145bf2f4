using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>A reader copies a block into a file and it compiles.</summary>
public class CodeBlockTests
{
    public static TheoryData<string> Places => [.. CodeBlock.All.Select(block => block.Place)];

    [Theory, MemberData(nameof(Places))]
    public void A_block_of_a_document_compiles(string place) =>
        CodeBlock.All.Single(block => block.Place == place).Errors().Should().BeEmpty();

    [Fact]
    public void Every_package_shows_how_it_is_used() =>
        CodeBlock.All.Select(block => Path.GetDirectoryName(block.File))
            .Should().Contain(Repository.Packages.Select(package => Path.Combine("src", package)));

    [Fact]
    public void An_error_is_told_with_its_file_and_line()
    {
        const string Document =
            "# Title\n\n<!-- given: int number -->\n```csharp\nConsole.WriteLine(number);\nConsole.WriteLine(missing);\n```\n";
        var block = CodeBlock.Parse("docs/wrong.md", Document).Single();

        block.Errors().Should().Equal("docs/wrong.md:6: CS0103 The name 'missing' does not exist in the current context");
    }
}
