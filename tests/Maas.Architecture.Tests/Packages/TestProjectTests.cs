using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests.Packages;

/// <summary>The test project of <c>docs/embed/hosting-testing.md</c>, outside of the repository, against the packed packages.</summary>
[Collection(nameof(PackedSolution))]
public sealed partial class TestProjectTests(PackedSolution solution) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-test-project");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_reader_copies_the_project_and_the_test_and_dotnet_test_passes()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs/embed/hosting-testing.md"), TestContext.Current.CancellationToken);
        foreach (var (language, file) in new[] { ("xml", "Rollouts.csproj"), ("json", "global.json"), ("csharp", "RolloutTests.cs") })
            await WriteAsync(file, Fenced().Matches(page).First(block => block.Groups["language"].Value == language).Groups["text"].Value);
        // Other packages are those that this solution was restored with.
        var restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        await WriteAsync(
            "nuget.config",
            $"""
            <configuration>
              <packageSources><clear /><add key="packed" value="{solution.Folder}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="restored" value="{restored}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_folder.FullName, "packages")}" /></config>
            </configuration>
            """);

        // The SDK reads global.json of the folder that it runs in.
        var ran = await Judge.RunAsync(
            "sh", ["-c", $"cd '{_folder.FullName}' && dotnet test"], cancellationToken: TestContext.Current.CancellationToken);

        ran.Approved().Output.Should().Contain("succeeded: 1").And.NotContain("warning");
    }

    private Task WriteAsync(string file, string text) =>
        File.WriteAllTextAsync(Path.Combine(_folder.FullName, file), text, TestContext.Current.CancellationToken);

    [GeneratedRegex(
        "^```(?<language>[a-z]+)\n(?<text>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Fenced();
}
