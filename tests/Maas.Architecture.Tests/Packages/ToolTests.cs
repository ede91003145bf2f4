using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Maas.Judges;

namespace Maas.Architecture.Tests.Packages;

/// <summary><c>samples/MaasServer</c> and <c>samples/MaasNet</c>, installed as the .NET tools that their packages are.</summary>
[Collection(nameof(PackedSolution))]
public sealed class ToolTests(PackedSolution solution) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-tool");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_command_line_installs_from_its_package_and_runs()
    {
        await InstallAsync("Maas.Net.Tool");

        var help = await Judge.RunAsync(
            PathOf("tools/maas-net"), ["machines", "--help"], cancellationToken: TestContext.Current.CancellationToken);
        var server = await Judge.RunAsync(
            PathOf("tools/maas-net"), ["serve", "--help"], cancellationToken: TestContext.Current.CancellationToken);

        // With the database of the package.
        var created = await Judge.RunAsync(
            PathOf("tools/maas-net"),
            ["createadmin", "--data", PathOf("data"), "--username", "ann", "--email", "ann@example.com"],
            "correct horse\n", TestContext.Current.CancellationToken);

        help.Approved().Output.Should().Contain("deploy");
        server.Approved().Output.Should().Contain("--demo");
        created.Approved().Output.Should().Contain("The administrator ann was created.");
    }

    [Theory]
    [InlineData("maas-host", "MapMaas")]
    [InlineData("maas-boot", "BootServer")]
    public async Task A_project_made_from_a_template_builds_against_the_packages(string template, string expected)
    {
        using var package = solution.Open("Maas.Templates");
        // Other packages are those that this solution was restored with.
        var restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        await WriteSourcesAsync($"""<fallbackPackageFolders><clear /><add key="restored" value="{restored}" /></fallbackPackageFolders>""");
        // The templates are installed here and not in the user's profile.
        string[] hive = ["--debug:custom-hive", PathOf("hive")];
        (await Judge.RunAsync(
            "dotnet", ["new", "install", Directory.GetFiles(solution.Folder, "Maas.Templates.*.nupkg").Single(), .. hive],
            cancellationToken: TestContext.Current.CancellationToken)).Approved();
        (await Judge.RunAsync(
            "dotnet", ["new", template, "--name", "Our.Rack", "--output", PathOf("project"), .. hive],
            cancellationToken: TestContext.Current.CancellationToken)).Approved();

        var built = await Judge.RunAsync(
            "dotnet",
            ["build", PathOf("project"), "--configfile", PathOf("nuget.config"), "-p:RestorePackagesPath=" + PathOf("packages")],
            cancellationToken: TestContext.Current.CancellationToken);

        built.Approved().Output.Should().Contain("0 Warning(s)");
        File.ReadAllText(PathOf("project/Program.cs")).Should().Contain(expected);
        File.Exists(PathOf("project/Our.Rack.csproj")).Should().BeTrue();
    }

    [Fact]
    public async Task The_server_installs_from_its_package_and_serves_the_API()
    {
        await InstallAsync("Maas.Server");

        var server = $"http://127.0.0.1:{FreePort()}";
        using var process = Judge.Start(PathOf("tools/maas-server"), ["--data", PathOf("data"), "--listen", server], _folder.FullName);
        try
        {
            await ListeningAsync(process);
            using var client = new HttpClient();
            var version = await client.GetStringAsync(new Uri($"{server}/MAAS/api/2.0/version/"), TestContext.Current.CancellationToken);
            version.Should().Contain("\"version\"");
            File.Exists(PathOf("data/admin.apikey")).Should().BeTrue("the first start creates an administrator");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private Task WriteSourcesAsync(string folders = "") => File.WriteAllTextAsync(
        PathOf("nuget.config"),
        $"""
        <configuration>
          <packageSources><clear /><add key="packed" value="{solution.Folder}" /></packageSources>
          {folders}
        </configuration>
        """,
        TestContext.Current.CancellationToken);

    private async Task InstallAsync(string id)
    {
        using var package = solution.Open(id);
        await WriteSourcesAsync();
        string[] install =
        [
            "tool", "install", package["id"], "--version", package["version"],
            "--tool-path", PathOf("tools"), "--configfile", PathOf("nuget.config"),
        ];
        (await Judge.RunAsync("dotnet", install, cancellationToken: TestContext.Current.CancellationToken)).Approved();
    }

    private static async Task ListeningAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.Contains("Now listening on", StringComparison.Ordinal))
                return;
        Assert.Fail(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
