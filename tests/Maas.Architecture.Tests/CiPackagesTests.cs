using Maas.Judges;
using System.Text.RegularExpressions;

namespace Maas.Architecture.Tests;

/// <summary>The list that <c>.ci/run</c> installs, held against what the tests ask for.</summary>
public partial class CiPackagesTests
{
    [Fact]
    public void Every_package_a_judge_comes_from_is_installed_in_ci()
    {
        var installed = InstalledInCi();
        var asked = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(file => Named(file).Select(call => (File: Path.GetRelativePath(Repository.Root, file), Package: call.Groups["package"].Value)))
            .ToList();

        asked.Where(use => !installed.Contains(use.Package)).Should().BeEmpty("eng/ci-packages.txt lists every judge's package");
    }

    [Fact]
    public void The_list_names_a_package_once()
    {
        var names = PackageNames().ToList();

        names.Should().OnlyHaveUniqueItems().And.NotBeEmpty();
    }

    [Theory]
    [InlineData("Judge.Require(\"xorriso\", \"xorriso-package\")")]
    [InlineData("Judge.RequireFile(\n    Path.Combine(firmware, \"OVMF.fd\"), \"xorriso-package\")")]
    public void A_call_is_recognised_however_it_is_written(string call) =>
        JudgeCall().Match(call).Groups["package"].Value.Should().Be("xorriso-package");

    private static IEnumerable<Match> Named(string file)
    {
        var text = File.ReadAllText(file);
        return Path.GetFileName(file) == "Tools.cs" ? JudgeCall().Matches(text).Concat(ToolEntry().Matches(text)) : JudgeCall().Matches(text);
    }

    private static HashSet<string> InstalledInCi() => [.. PackageNames()];

    private static IEnumerable<string> PackageNames() =>
        File.ReadLines(Path.Combine(Repository.Root, "eng", "ci-packages.txt"))
            .Select(line => line.Split('#')[0])
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    // The package is the last argument and always a literal.
    [GeneratedRegex("""Judge\.Require(File)?\((?:[^;]*?),\s*"(?<package>[a-z0-9.+-]+)"\)""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex JudgeCall();

    // A table of tools, in a file of that name: ["mke2fs"] = "e2fsprogs".
    [GeneratedRegex("""\["[a-z0-9.-]+"\] = "(?<package>[a-z0-9.+-]+)",""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ToolEntry();
}
