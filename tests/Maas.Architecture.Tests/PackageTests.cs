using System.IO.Compression;
using Maas.Judges;

namespace Maas.Architecture.Tests;

public sealed class PackageTests : IAsyncLifetime
{
    private readonly DirectoryInfo _output = Directory.CreateTempSubdirectory("maas-pack");

    public async ValueTask InitializeAsync() =>
        (await Judge.RunAsync(
            "dotnet",
            [
                "pack", Path.Combine(Repository.Root, "Maas.sln"), "--no-build", "-c", Repository.Configuration, "-o", _output.FullName
            ])).Approved();

    public ValueTask DisposeAsync()
    {
        _output.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Every_library_packs_with_its_README_its_licence_its_documentation_and_its_symbols()
    {
        foreach (var package in Repository.Packages)
        {
            var file = _output.GetFiles($"{package}.*.nupkg").Single(found => char.IsAsciiDigit(found.Name[package.Length + 1]));
            using var archive = ZipFile.OpenRead(file.FullName);
            archive.Entries.Select(entry => entry.FullName)
                .Should()
                .Contain(["README.md", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml"], package);
            using var specification = new StreamReader(archive.GetEntry($"{package}.nuspec")!.Open());
            specification.ReadToEnd().Should().Contain("""<license type="expression">MIT</license>""").And.Contain(
                "<readme>README.md</readme>");
            File.Exists(Path.ChangeExtension(file.FullName, ".snupkg")).Should().BeTrue($"{package} has symbols");
        }

        _output.GetFiles("*.nupkg").Should().HaveCount(Repository.Packages.Count, "tests, samples and benchmarks are not packages");
    }

    [Fact]
    public void Every_library_has_a_README_with_an_example()
    {
        foreach (var package in Repository.Packages)
            File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md"))
                .Should()
                .Contain("```", $"{package} shows how it is used");
    }
}
