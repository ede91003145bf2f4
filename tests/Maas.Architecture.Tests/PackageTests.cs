using System.IO.Compression;
using System.Xml.Linq;
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
            var file = FileOf(package);
            using var archive = ZipFile.OpenRead(file.FullName);
            archive.Entries.Select(entry => entry.FullName)
                .Should()
                .Contain(["README.md", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml"], package);
            Specification(package).ToString().Should()
                .Contain("""<license type="expression">MIT</license>""").And.Contain("<readme>README.md</readme>");
            File.Exists(Path.ChangeExtension(file.FullName, ".snupkg")).Should().BeTrue($"{package} has symbols");
        }

        _output.GetFiles("*.nupkg").Should().HaveCount(Repository.Packages.Count, "tests, samples and benchmarks are not packages");
    }

    [Fact]
    public void Each_library_has_tags_of_its_own()
    {
        var tags = Repository.Packages.Select(package =>
            Specification(package).Descendants().Single(element => element.Name.LocalName == "tags").Value.Split(' ', ';')).ToList();
        string[] common = ["maas", "bare-metal", "provisioning"];

        tags.Should().OnlyContain(one => common.All(one.Contains) && one.Length > common.Length);
        tags.Select(one => string.Join(' ', one)).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_library_demands_no_newer_patch_of_Microsoft_Extensions_than_the_first()
    {
        var demands = from package in Repository.Packages
                      from dependency in Specification(package).Descendants().Where(element => element.Name.LocalName == "dependency")
                      let id = dependency.Attribute("id")!.Value
                      where id.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                      select (Package: package, Id: id, Version: dependency.Attribute("version")!.Value);

        demands.Should().NotBeEmpty()
            .And.OnlyContain(demand => demand.Version == "10.0.0", "an application may pin an older patch than the newest (NU1605)");
    }

    [Fact]
    public void Every_library_has_a_README_with_an_example()
    {
        foreach (var package in Repository.Packages)
            File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md"))
                .Should()
                .Contain("```", $"{package} shows how it is used");
    }

    private FileInfo FileOf(string package) =>
        _output.GetFiles($"{package}.*.nupkg").Single(found => char.IsAsciiDigit(found.Name[package.Length + 1]));

    private XDocument Specification(string package)
    {
        using var archive = ZipFile.OpenRead(FileOf(package).FullName);
        using var specification = archive.GetEntry($"{package}.nuspec")!.Open(); // every package has one
        return XDocument.Load(specification);
    }
}
