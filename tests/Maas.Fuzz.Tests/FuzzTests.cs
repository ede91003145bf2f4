using System.Globalization;
using Maas.Fuzz.Tests.Boot;
using Maas.Fuzz.Tests.Core;
using Maas.Fuzz.Tests.Images;
using Maas.Fuzz.Tests.Install;
using Maas.Fuzz.Tests.Power;
using Maas.Judges;

namespace Maas.Fuzz.Tests;

/// <summary>
/// A million inputs for every reader of untrusted input, fewer where an input is a whole image. <c>MAAS_FUZZ_CASES</c> asks for so
/// many of each, <c>MAAS_FUZZ_SEED</c> for others, and <c>MAAS_FUZZ_TARGET</c> for one reader alone; <c>UPDATE_CORPUS=1</c> adds to the
/// corpus what reached new code.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    private static readonly FuzzTarget[] Targets =
    [
        .. DhcpTargets.All, .. Dhcp6Targets.All, .. TftpTargets.All, .. ServiceTargets.All, .. FileTargets.All,
        .. TreeTargets.All, .. EditTargets.All, .. DiskTargets.All, .. ArchiveTargets.All, .. ListTargets.All, .. ProgramTargets.All,
        .. IpmiTargets.All, .. GrammarTargets.All, .. ScriptTargets.All, .. TemplateTargets.All,
    ];

    private static readonly long? Cases = Environment.GetEnvironmentVariable("MAAS_FUZZ_CASES") is { } cases
        ? long.Parse(cases, CultureInfo.InvariantCulture)
        : null;
    private static readonly ulong Seed = ulong.Parse(
        Environment.GetEnvironmentVariable("MAAS_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);

    private static readonly string? Only = Environment.GetEnvironmentVariable("MAAS_FUZZ_TARGET");

    public static TheoryData<string> Names => [.. Targets.Select(t => t.Name).Where(name => Only is null || name == Only)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_input_ends_in_time_and_nothing_escapes(string name)
    {
        var file = Repository.PathOf($"tests/Maas.Fuzz.Tests/Corpus/{name}.hex");
        var target = Targets.Single(t => t.Name == name);
        if (File.Exists(file)) target = target with { Seeds = Corpus.Read(file) };
        var fuzzer = new Fuzzer(target, Seed);
        fuzzer.Run(Cases ?? target.Cases);
        output.WriteLine(
            $"{name}: {fuzzer.Cases:N0} cases, {fuzzer.Edges:N0} edges, {fuzzer.Found.Count} inputs reached new ones, seed {Seed}");
        fuzzer.Edges.Should().BeGreaterThan(10, "an assembly that is not instrumented reaches none");
        if (Environment.GetEnvironmentVariable("UPDATE_CORPUS") == "1")
            Corpus.Write(file, $"{name}: one input a line; UPDATE_CORPUS=1 adds what reaches new code", fuzzer.Found);
    }

    [Fact]
    public void Every_target_has_a_corpus_and_every_corpus_a_target() =>
        Directory.EnumerateFiles(Repository.PathOf("tests/Maas.Fuzz.Tests/Corpus"), "*.hex")
            .Select(Path.GetFileNameWithoutExtension)
            .Should()
            .BeEquivalentTo(Targets.Select(t => t.Name));
}
