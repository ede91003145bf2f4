using System.Reflection;
using System.Xml.Linq;
using Maas.Judges;

namespace Maas.Architecture.Tests;

/// <summary>The libraries in a program that is compiled ahead of time: <c>tests/Maas.Aot</c>.</summary>
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
            "Maas.Hosting and Maas.Api: a web application");
    }
}
