using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Maas.Architecture.Tests.Packages;
using Maas.Judges;

namespace Maas.Architecture.Tests.Judges;

/// <summary>No test passes by the gate.</summary>
public partial class GateUseTests
{
    [Fact]
    public void No_test_starts_a_program_but_through_the_gate() =>
        TestSources.All.Where(file => !file.Contains("/Maas.Judges/", StringComparison.Ordinal) && StartsPrograms(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Should().BeEmpty("Judge.RunAsync and Judge.Start check every program of the command line before it runs");

    [Fact]
    public void A_test_that_starts_programs_in_the_virtual_lab_asks_the_gate_first() =>
        TestSources.All.Select(file => (Path: file, Text: File.ReadAllText(file)))
            .Where(file => LabProgramStart().IsMatch(file.Text) && !GateQuestion().IsMatch(file.Text))
            .Select(file => Path.GetRelativePath(Repository.Root, file.Path)).Should().BeEmpty("LabJudges knows what the lab needs");

    [Theory]
    [InlineData("var start = new ProcessStartInfo(\"ip\");", true)]
    [InlineData("using var it = System.Diagnostics.Process.Start(\"ip\");", true)]
    [InlineData("Process . Start(start)", true)]
    [InlineData("new Process { StartInfo = it }.Start()", true)]
    [InlineData("await using var server = LabProcess.Start(bench.Network.Command(\"ip\"), log);", false)]
    [InlineData("Judge.Start(\"ip\", [])", false)]
    [InlineData("var before = DateTimeOffset.FromFileTime(process.StartTime);", false)]
    public void A_started_program_is_recognised(string source, bool expected) => StartsPrograms(source).Should().Be(expected);

    [Fact]
    public void What_the_fixture_of_a_collection_asks_for_is_asked_for_by_the_classes_of_the_collection() =>
        GateLog.ClassesOf(nameof(PackedSolution), typeof(PackedSolution).Assembly).Should().BeEquivalentTo(
            typeof(PackageTests).FullName, typeof(TestProjectTests).FullName, typeof(ToolTests).FullName);

    [Fact]
    public void Every_property_keeps_its_skips() =>
        TestSources.Projects.Where(project => project != "Maas.Judges")
            .SelectMany(project => SamplesOfCsCheck(project).Select(name => $"{project}: {name}"))
            .Should().BeEmpty("tests/Maas.Judges/SampleExtensions.cs must have an overload for each method of CsCheck that is used");

    private static bool StartsPrograms(string source) => ProgramStart().IsMatch(source);

    // The methods of CsCheck.Check that a test assembly calls by itself.
    private static IEnumerable<string> SamplesOfCsCheck(string project)
    {
        var path = Repository.PathOf($"tests/{project}/bin/{Repository.Configuration}/net10.0/{project}.dll");
        if (!File.Exists(path)) return [];
        using var assembly = new PEReader(File.OpenRead(path));
        var metadata = assembly.GetMetadataReader();
        return
        [
            .. metadata.MemberReferences.Select(metadata.GetMemberReference)
                .Where(member => member.Parent.Kind == HandleKind.TypeReference)
                .Where(member => IsCheck(metadata.GetTypeReference((TypeReferenceHandle)member.Parent)))
                .Select(member => metadata.GetString(member.Name))
                .Where(name => name.StartsWith("Sample", StringComparison.Ordinal)),
        ];

        bool IsCheck(TypeReference type) => metadata.GetString(type.Namespace) == "CsCheck" && metadata.GetString(type.Name) == "Check";
    }

    [GeneratedRegex("""\bProcessStartInfo\b|(?<!\w)Process\s*\.\s*Start\s*\(|\bnew\s+Process\b""", RegexOptions.None, 60_000)]
    private static partial Regex ProgramStart();

    [GeneratedRegex("""\b(HostCommand\.RunAsync|LabProcess\.Start)\(""", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex LabProgramStart();

    [GeneratedRegex("""\b(Lab)?Judges?\.Require""", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex GateQuestion();
}
