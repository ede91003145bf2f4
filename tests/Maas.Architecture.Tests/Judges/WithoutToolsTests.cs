using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests.Judges;

/// <summary><c>eng/without-tools</c> hides what the gate asks for, and nothing else.</summary>
public partial class WithoutToolsTests
{
    private static readonly string Script = Repository.PathOf("eng/without-tools");

    private static IEnumerable<string> BasePrograms =>
        ProgramTable.Packages.Where(row => ProgramTable.BasePackages.Contains(row.Value)).Select(row => row.Key);

    [Fact]
    public void It_keeps_the_programs_of_the_base_packages() => ListOf("programs").Should().BeEquivalentTo(BasePrograms);

    [Fact]
    public void It_hides_every_folder_that_tests_take_files_of_the_system_from()
    {
        var folders = ListOf("files").Select(folder => folder + "/").ToList();

        TestSources.All.SelectMany(file => SystemFile().Matches(File.ReadAllText(file))).Select(match => match.Value).Distinct()
            .Where(path => !folders.Exists(folder => $"{path}/".StartsWith(folder, StringComparison.Ordinal)))
            .Should().BeEmpty("a test that needs a file of a package must be skipped where the package is not installed");
    }

    [Fact]
    public async Task A_command_finds_the_base_programs_and_no_other_of_the_table()
    {
        string[] command = ["bash", "-c", "type -P \"$@\"", "x", .. ProgramTable.Packages.Keys];
        var found = await Judge.RunAsync(Script, command, cancellationToken: TestContext.Current.CancellationToken);

        found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(path => Path.GetFileName(path))
            .Should().BeSubsetOf(BasePrograms)
            .And.Contain(["bash", "sh", "sed", "awk", "grep", "sort"]);
    }

    private static string[] ListOf(string variable) =>
        Regex.Match(File.ReadAllText(Script), $"^{variable}=\"([^\"]*)\"", RegexOptions.Multiline, TimeSpan.FromSeconds(1))
            .Groups[1].Value.Split([' ', '\n']);

    [GeneratedRegex("""(?<=["\s])(?<path>/usr/(lib|share)/[^"'\s;)]+)""", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex SystemFile();
}
