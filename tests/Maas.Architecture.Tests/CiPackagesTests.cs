using Maas.Judges;
using System.Text.RegularExpressions;

namespace Maas.Architecture.Tests;

/// <summary>The list that <c>./test --all</c> installs, compared with what the tests use.</summary>
public partial class CiPackagesTests
{
    [Fact]
    public void Every_package_of_the_table_of_programs_is_installed_in_ci() =>
        ProgramTable.Packages.Values.Distinct().Except(PackageNames()).Should().BeEmpty("eng/ci-packages.txt lists every judge's package");

    [Fact]
    public void Every_package_of_a_required_file_is_installed_in_ci() =>
        CallsOf(RequiredFile()).Select(call => call.Package).Distinct().Except(PackageNames())
            .Should().BeEmpty("eng/ci-packages.txt lists every judge's package");

    [Fact]
    public void Every_program_that_a_test_requires_is_in_the_table_with_the_same_package() =>
        CallsOf(RequiredProgram())
            .Where(call => !ProgramTable.Packages.TryGetValue(call.Program, out var package)
                || (call.Package != "" && call.Package != package))
            .Should().BeEmpty("tests/Maas.Judges/ProgramTable.cs lists every program that tests run");

    [Fact]
    public void The_list_names_a_package_once()
    {
        var names = PackageNames();

        names.Should().OnlyHaveUniqueItems().And.NotBeEmpty();
    }

    [Theory]
    [InlineData("Judge.RequireFile(path, \"xorriso-package\")")]
    [InlineData("Judge.RequireFile(\n    Path.Combine(firmware, \"OVMF.fd\"), \"xorriso-package\")")]
    public void A_call_is_recognised_however_it_is_written(string call) =>
        RequiredFile().Match(call).Groups["package"].Value.Should().Be("xorriso-package");

    private static IEnumerable<(string File, string Program, string Package)> CallsOf(Regex calls) =>
        from file in TestSources.All
        from Match call in calls.Matches(File.ReadAllText(file))
        select (Path.GetFileName(file), call.Groups["program"].Value, call.Groups["package"].Value);

    private static List<string> PackageNames() =>
    [
        .. File.ReadLines(Repository.PathOf("eng/ci-packages.txt"))
            .SelectMany(line => line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];

    // The package is the last argument and always a literal.
    [GeneratedRegex(
        """Judge\.RequireFile\(([^;]*?),\s*"(?<package>[a-z0-9.+-]+)"\)""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex RequiredFile();

    [GeneratedRegex("""Judge\.Require\(\s*"(?<program>[^"{}]+)"(,\s*"(?<package>[^"]+)")?\)""", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex RequiredProgram();
}
