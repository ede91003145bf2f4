using Maas.Judges;
using System.Xml.Linq;

namespace Maas.Architecture.Tests.Packages;

/// <summary>The versions in <c>Directory.Packages.props</c>.</summary>
public class PackageVersionTests
{
    private static readonly string[] Roots = ["src", "samples", "tests", "bench", "eng"];

    [Fact]
    public void Every_package_with_a_version_is_referenced()
    {
        var projects = Roots.SelectMany(root => new[] { "*.csproj", "*.props" }.SelectMany(
            pattern => Directory.EnumerateFiles(Repository.PathOf(root), pattern, SearchOption.AllDirectories)));
        var referenced = projects.Append(Repository.PathOf("Directory.Build.props"))
            .SelectMany(project => NamesIn(project, "PackageReference"));

        NamesIn(Repository.PathOf("Directory.Packages.props"), "PackageVersion").Should().BeSubsetOf(referenced);
    }

    private static IEnumerable<string> NamesIn(string file, string element) =>
        XDocument.Load(file).Descendants(element).Select(reference => reference.Attribute("Include")?.Value).OfType<string>();
}
