using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Maas.Judges;

namespace Maas.Architecture.Tests.Packages;

/// <summary><c>samples/MaasServer</c>, installed as the .NET tool that its package is.</summary>
public sealed class ServerToolTests(PackedSolution solution) : IClassFixture<PackedSolution>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-tool");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_tool_installs_from_its_package_and_serves_the_API()
    {
        using var package = solution.Open("Maas.Server");
        await File.WriteAllTextAsync(
            PathOf("nuget.config"),
            $"""<configuration><packageSources><clear /><add key="packed" value="{solution.Folder}" /></packageSources></configuration>""",
            TestContext.Current.CancellationToken);
        string[] install =
        [
            "tool", "install", package["id"], "--version", package["version"],
            "--tool-path", PathOf("tools"), "--configfile", PathOf("nuget.config"),
        ];
        (await Judge.RunAsync("dotnet", install, cancellationToken: TestContext.Current.CancellationToken)).Approved();

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
