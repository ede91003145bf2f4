using Maas.Judges;
using System.Reflection;
using System.Xml.Linq;

namespace Maas.Architecture.Tests.Packages;

/// <summary>DESIGN's arrows: which package may name which. No other arrows exist.</summary>
public class PackageReferenceTests
{
    /// <summary>Package, and the Maas packages it may reference.</summary>
    public static TheoryData<string, string[]> Arrows => new()
    {
        { "Maas.Core", [] },
        { "Maas.Sqlite", ["Maas.Core"] },
        { "Maas.Postgres", ["Maas.Core", "Maas.Boot"] },
        { "Maas.RabbitMQ", ["Maas.Core"] },
        { "Maas.Aspire", [] },
        { "Maas.Boot", [] },
        { "Maas.Images", [] },
        { "Maas.Power", [] },
        { "Maas.Install", ["Maas.Core"] },
        { "Maas.Api", ["Maas.Core"] },
        { "Maas.Client", [] },
        { "Maas.Dashboard", ["Maas.Core"] },
        { "Maas.Hosting", ["Maas.Core", "Maas.Sqlite", "Maas.Boot", "Maas.Images", "Maas.Install", "Maas.Power"] },
        { "Maas.Testing", ["Maas.Core", "Maas.Boot", "Maas.Power"] },
        {
            "Maas.Hosting.Testing",
            ["Maas.Core", "Maas.Boot", "Maas.Power", "Maas.Install", "Maas.Api", "Maas.Hosting", "Maas.Testing"]
        },
    };

    [Theory, MemberData(nameof(Arrows))]
    public void A_package_references_only_the_packages_below_it(string package, string[] allowed) =>
        References(package).Where(name => name.StartsWith("Maas.", StringComparison.Ordinal)).Should().BeSubsetOf(allowed);

    [Theory, MemberData(nameof(Arrows))]
    public void A_project_file_names_no_more_than_the_code_may_use(string package, string[] allowed) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", package, package + ".csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
            .Should().BeSubsetOf(allowed);

    [Theory]
    [InlineData("Maas.Core")]
    [InlineData("Maas.Sqlite")]
    [InlineData("Maas.Postgres")]
    [InlineData("Maas.RabbitMQ")]
    [InlineData("Maas.Boot")]
    [InlineData("Maas.Images")]
    [InlineData("Maas.Power")]
    [InlineData("Maas.Install")]
    [InlineData("Maas.Client")]
    [InlineData("Maas.Testing")]
    public void A_package_below_the_web_does_not_know_ASP_NET(string package) =>
        References(package).Should().NotContain(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Theory]
    [InlineData("Maas.Core")]
    [InlineData("Maas.Boot")]
    [InlineData("Maas.Images")]
    [InlineData("Maas.Power")]
    [InlineData("Maas.Install")]
    [InlineData("Maas.Client")]
    public void A_package_that_stands_alone_knows_no_database(string package) =>
        References(package).Should().NotContain(["Microsoft.Data.Sqlite", "Npgsql"]);

    [Fact]
    public void Every_package_of_the_source_folder_is_asked() =>
        Repository.Packages.Should().BeEquivalentTo(Arrows.Select(row => row.Data.Item1));

    private static IEnumerable<string> References(string package) =>
        Assembly.Load(package).GetReferencedAssemblies().Select(name => name.Name!);
}
