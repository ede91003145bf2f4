using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>The documentation as a site, with the reference of the API: <c>dotnet docfx docs/site/docfx.json</c>.</summary>
public sealed class SiteTests
{
    [Fact]
    public async Task The_site_builds_with_the_API_of_every_package()
    {
        Assert.SkipUnless(Judge.AllRequired, "The site is built in CI: it takes a minute.");
        var cancellationToken = TestContext.Current.CancellationToken;
        var config = await File.ReadAllTextAsync(Repository.PathOf("docs/site/docfx.json"), cancellationToken);
        foreach (var package in Repository.Packages)
            config.Should().Contain($"{package}/bin/Release/net10.0/{package}.dll", "the reference has every package");
        // The tool is found by its manifest, from the folder of the repository.
        var command = $"cd '{Repository.Root}' && dotnet tool restore && dotnet docfx docs/site/docfx.json";

        var verdict = await Judge.RunAsync("bash", ["-c", command], cancellationToken: cancellationToken);

        // A page may lead to a source file, which is no part of the site.
        verdict.Approved().Output.Split('\n').Where(line => line.Contains("warning ", StringComparison.Ordinal)
            && !line.Contains("Invalid file link:(~/../../", StringComparison.Ordinal)).Should().BeEmpty();
        foreach (var page in (string[])["README.html", "how-to/command-line.html", "api/Maas.Core.Nodes.Machines.html"])
            File.Exists(Repository.PathOf("artifacts/site/" + page)).Should().BeTrue(page);
    }
}
