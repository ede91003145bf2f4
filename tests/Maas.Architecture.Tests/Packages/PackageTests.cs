using System.Buffers.Binary;
using Maas.Judges;

namespace Maas.Architecture.Tests.Packages;

/// <summary>What <c>dotnet pack</c> makes of the solution. <see cref="ForkTests"/> asserts what depends on the repository.</summary>
[Collection(nameof(PackedSolution))]
public sealed class PackageTests(PackedSolution solution)
{
    private static readonly string[] S_tools = ["Maas.Server", "Maas.Net.Tool", "Maas.Templates"];

    private static readonly IReadOnlyList<string> All = [.. Repository.Packages, .. S_tools];

    [Fact]
    public void The_libraries_and_the_tool_are_packed_without_a_warning_and_nothing_else_is()
    {
        solution.Ids.Should().BeEquivalentTo(All, "tests, samples and benchmarks are not packages");
        solution.Output.Should().NotContain("warning");
    }

    [Fact]
    public void Every_library_has_its_code_its_documentation_and_its_symbols()
    {
        foreach (var id in Repository.Packages)
        {
            using var package = solution.Open(id);
            package.Files.Should().Contain([$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"], id);
            package.ReadSymbols(id).Sources.Should().NotBeEmpty($"{id} has symbols");
        }
    }

    [Fact]
    public void Every_package_describes_itself()
    {
        foreach (var id in All)
        {
            using var package = solution.Open(id);
            package["title"].Should().StartWith("Maas for .NET: ", id);
            package["description"].Length.Should().BeGreaterThan(30, id);
            package["authors"].Should().NotBeEmpty(id).And.NotBe(id);
            package["copyright"].Should().StartWith("Copyright", id);
            package["license"].Should().Be("MIT", id);
            package.Attribute("license", "type").Should().Be("expression", id);
            package["version"].Should().StartWith("0.2.0", id);
        }
    }

    [Fact]
    public void Every_package_has_an_icon_of_128_pixels()
    {
        foreach (var id in All)
        {
            using var package = solution.Open(id);
            var icon = package.ReadBytes(package["icon"]);
            icon.AsSpan(1, 3).SequenceEqual("PNG"u8).Should().BeTrue(id);
            BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)).Should().Be(128, id);
            BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20)).Should().Be(128, id);
        }
    }

    [Fact]
    public void Every_package_has_a_README_with_an_example_and_without_relative_links()
    {
        foreach (var id in All)
        {
            using var package = solution.Open(id);
            package.Read(package["readme"]).Should().Contain("```", id).And.NotMatchRegex(@"\]\((?!https?://)", id);
        }
    }

    [Fact]
    public void The_release_notes_are_the_section_of_the_changelog()
    {
        var changelog = File.ReadAllText(Repository.PathOf("CHANGELOG.md"));
        foreach (var id in All)
        {
            using var package = solution.Open(id);
            var notes = package["releaseNotes"].Split('\n');
            package["releaseNotes"].Length.Should().BeInRange(200, 35_000, "a gallery accepts no more");
            // A link of the changelog is the name of its page here.
            var last = notes.Last(line => line is not ("" or "The rest is in CHANGELOG.md of the repository.")
                && !line.Contains("(`docs/", StringComparison.Ordinal));
            changelog.Should().Contain(notes[0]).And.Contain(last);
            notes.Should().NotContain(line => line.StartsWith("## ", StringComparison.Ordinal), "no other version is described");
        }
    }

    [Fact]
    public void Each_package_has_tags_of_its_own()
    {
        var tags = All.Select(id =>
        {
            using var package = solution.Open(id);
            return package["tags"].Split(' ', ';');
        }).ToList();
        string[] common = ["maas", "bare-metal", "provisioning"];

        tags.Should().OnlyContain(one => common.All(one.Contains) && one.Length > common.Length);
        tags.Select(one => string.Join(' ', one)).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_library_demands_no_newer_patch_of_Microsoft_Extensions_than_the_first()
    {
        var demands = Repository.Packages.SelectMany(id =>
        {
            using var package = solution.Open(id);
            return package.Dependencies
                .Where(dependency => dependency.Id.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)).ToList();
        });

        demands.Should().NotBeEmpty()
            .And.OnlyContain(demand => demand.Version == "10.0.0", "an application may pin an older patch than the newest (NU1605)");
    }

    [Fact]
    public void The_tool_contains_its_command_and_no_documentation()
    {
        using var package = solution.Open(S_tools[0]);

        package.Read("tools/net10.0/any/DotnetToolSettings.xml").Should().Contain("\"maas-server\"");
        package.Files.Should().NotContain(
            file => file.EndsWith(".xml", StringComparison.Ordinal) && file.Contains("/Maas", StringComparison.Ordinal));
    }
}
