using System.Reflection;
using System.Xml.Linq;
using Maas.Judges;

namespace Maas.Architecture.Tests;

/// <summary>The libraries in programs that are published: compiled ahead of time (<c>tests/Maas.Aot</c>), and for other systems.</summary>
public sealed class NativeProgramTests
{
    private static readonly string Project = Repository.PathOf("tests/Maas.Aot");

    [Fact]
    public async Task The_libraries_compile_to_native_code_without_a_warning_and_every_store_works_there()
    {
        Judge.Require("gcc");
        var output = Directory.CreateTempSubdirectory("maas-aot");
        try
        {
            string[] publish =
            [
                "publish", Project, "--configuration", Repository.Configuration, "--output", output.FullName, "--verbosity", "quiet",
                "-p:MaasPublishNative=true", "-p:UseSharedCompilation=false", "-nodeReuse:false",
                // The libraries are built already: this project references that one.
                "-p:BuildProjectReferences=false", "-maxcpucount:1",
            ];
            (await Judge.RunAsync("dotnet", publish, cancellationToken: TestContext.Current.CancellationToken)).Approved();
            output.GetFiles("*.dll").Should().BeEmpty("all code is in the program");
            await RunAsync(Path.Combine(output.FullName, "Maas.Aot"));
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    // Neither system is here: this shows that an application that references everything can be published for it.
    [Theory]
    [InlineData("win-x64")]
    [InlineData("osx-arm64")]
    public async Task A_program_with_all_libraries_is_published_for_other_systems(string system)
    {
        var output = Directory.CreateTempSubdirectory("maas-rid");
        try
        {
            string[] publish =
            [
                "publish", Repository.PathOf("samples/Tour"), "--configuration", Repository.Configuration, "--output", output.FullName,
                "--runtime", system, "--no-self-contained", "-p:UseAppHost=false", "-p:UseSharedCompilation=false", "-nodeReuse:false",
                "-p:BuildProjectReferences=false", "-maxcpucount:1",
            ];
            var verdict = await Judge.RunAsync("dotnet", publish, cancellationToken: TestContext.Current.CancellationToken);
            verdict.Approved().Output.Should().NotContain("warning");
            output.GetFiles().Select(file => file.Name).Should().Contain(["Maas.Hosting.dll", "Maas.Api.dll", "Maas.Testing.dll"]);
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    [Fact]
    public Task The_same_program_runs_compiled_at_run_time() =>
        RunAsync("dotnet", Path.Combine(Project, "bin", Repository.Configuration, "net10.0", "Maas.Aot.dll"));

    [Fact]
    public void Every_library_that_is_marked_for_native_code_is_compiled_to_it_in_full()
    {
        var marked = Repository.Packages.Where(package => Assembly.Load(package)
            .GetCustomAttributes<AssemblyMetadataAttribute>().Any(item => item is { Key: "IsAotCompatible", Value: "True" }));
        var compiled = XDocument.Load(Path.Combine(Project, "Maas.Aot.csproj"))
            .Descendants("TrimmerRootAssembly").Select(root => root.Attribute("Include")?.Value);

        marked.Should().NotBeEmpty().And.BeEquivalentTo(compiled);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var verdict = await Judge.RunAsync(program, arguments, cancellationToken: TestContext.Current.CancellationToken);
        verdict.Approved();
        verdict.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(
            "Maas.Core: every store",
            "Maas.Core: a machine's life",
            "Maas.Boot: DHCP and TFTP",
            "Maas.Images: disks, file systems and archives",
            "Maas.Power: drivers",
            "Maas.Client: answers of every kind",
            "Maas.Hosting and Maas.Api: a web application");
    }
}
