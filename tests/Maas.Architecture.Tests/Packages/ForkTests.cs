using Maas.Judges;

namespace Maas.Architecture.Tests.Packages;

/// <summary>A package that is built in a repository with a url and a tag, as a fork or a release has them.</summary>
public sealed class ForkTests : IAsyncLifetime
{
    private static readonly string[] Files =
    [
        "Directory.Build.props", "Directory.Packages.props", "global.json", "nuget.config", ".editorconfig", ".gitignore", "CHANGELOG.md",
        "src/Directory.Build.props", "src/Directory.Build.targets",
    ];

    private static readonly string[] Folders = ["eng", "src/Shared", "src/Maas.Power"];

    private readonly DirectoryInfo _fork = Directory.CreateTempSubdirectory("maas-fork");

    public async ValueTask InitializeAsync()
    {
        Judge.Require("git");
        foreach (var name in Files) Copy(name);
        foreach (var folder in Folders) CopyFolder(folder);
        await GitAsync("init", "--quiet");
        await GitAsync("add", ".");
        await GitAsync("-c", "user.name=fork", "-c", "user.email=fork@example.org", "commit", "--quiet", "--message", "Fork");
    }

    public ValueTask DisposeAsync()
    {
        _fork.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_url_of_a_property_and_the_version_of_a_tag_are_in_the_package_and_its_symbols()
    {
        await GitAsync("tag", "v0.2.0");

        using var package = await PackAsync("-p:MaasRepositoryUrl=https://github.com/example/maas");

        var commit = package.Attribute("repository", "commit");
        package["version"].Should().Be("0.2.0");
        package["projectUrl"].Should().Be("https://github.com/example/maas");
        package.Attribute("repository", "url").Should().Be("https://github.com/example/maas");
        package.Read("README.md").Should().Contain($"(https://github.com/example/maas/blob/{commit}/docs/");
        package["releaseNotes"].Should().NotMatchRegex(@"\]\((?!https?://)", "a gallery has no relative links");
        var (sources, sourceLink) = package.ReadSymbols("Maas.Power");
        sourceLink.Should().Contain($"https://raw.githubusercontent.com/example/maas/{commit}/");
        sources.Should().OnlyContain(
            source => source.StartsWith("/_/", StringComparison.Ordinal), "the symbols contain no path of the machine");
    }

    [Fact]
    public async Task Without_a_property_the_url_is_that_of_the_git_remote_and_without_a_tag_the_version_is_a_preview()
    {
        await GitAsync("remote", "add", "origin", "https://gitlab.com/example/metal.git");

        using var package = await PackAsync();

        package["version"].Should().MatchRegex(@"\A0\.2\.0-alpha\.0");
        package["projectUrl"].Should().Be("https://gitlab.com/example/metal");
        package.Attribute("repository", "url").Should().Be("https://gitlab.com/example/metal.git");
        package.ReadSymbols("Maas.Power").SourceLink.Should().Contain("https://gitlab.com/example/metal/");
    }

    private async Task<NuGetPackage> PackAsync(params string[] properties)
    {
        var output = Path.Combine(_fork.FullName, "artifacts");
        string[] pack =
        [
            "pack", Path.Combine(_fork.FullName, "src/Maas.Power"), "--configuration", "Release", "--output", output,
            "-p:ContinuousIntegrationBuild=true", "-p:UseSharedCompilation=false", "-nodeReuse:false", .. properties,
        ];
        (await Judge.RunAsync("dotnet", pack, cancellationToken: TestContext.Current.CancellationToken)).Approved()
            .Output.Should().NotContain("warning");
        return NuGetPackage.Open(Directory.GetFiles(output, "*.nupkg").Single());
    }

    private async Task GitAsync(params string[] arguments)
    {
        string[] git = ["-C", _fork.FullName, .. arguments];
        (await Judge.RunAsync("git", git, cancellationToken: TestContext.Current.CancellationToken)).Approved();
    }

    private void CopyFolder(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf(folder), "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(Repository.Root, file);
            if (!name.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")) Copy(name);
        }
    }

    private void Copy(string name)
    {
        var copy = Path.Combine(_fork.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!); // below the fork
        File.Copy(Repository.PathOf(name), copy);
    }
}
