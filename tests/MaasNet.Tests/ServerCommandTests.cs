using Maas.Judges;

namespace MaasNet.Tests;

public sealed class ServerCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-net-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_lab_says_what_it_lacks()
    {
        // The journeys of tests/Maas.Journey.Tests run the lab itself; here it has no cache, and no program to fill it.
        var dotnet = Judge.Gate.SearchPath.Split(':').Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists);
        string[] lab =
        [
            $"PATH={_folder.FullName}", $"MAAS_TEST_CACHE={_folder.FullName}", "MAAS_TEST_MIRROR=http://127.0.0.1:1/debian",
            dotnet, DemoServer.Program, "lab",
        ];

        var verdict = await Judge.RunAsync("env", lab, cancellationToken: TestContext.Current.CancellationToken);

        verdict.ExitCode.Should().Be(1);
        verdict.Output.Should().Contain(Environment.IsPrivilegedProcess ? "mmdebstrap did not start" : "The lab needs root");
        (verdict.Output + verdict.Error).Should().NotContain("   at ");
    }
}
