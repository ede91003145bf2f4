using Maas.Core.Accounts;
using Maas.Judges;

namespace Maas.Api.Tests.Clients;

/// <summary>Juju's and Terraform's library, unchanged, from Debian's package.</summary>
public class GomaasapiTests
{
    private const string Sources = "/usr/share/gocode";

    [Fact]
    public async Task Gomaasapi_logs_in_lists_allocates_deploys_and_releases()
    {
        var go = RequireGo();
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();

        var verdict = await RunAsync(go, "gomaasapi", host.Origin + "/MAAS/", host.Bob);

        verdict.Approved();
        verdict.Output.Split('\n').Should().ContainInOrder(
            "login", "zones 1", "pools 1", "domains 1", "fabrics 1", "boot resources 1", "read file state", "machines 1", "allocate",
            "status Allocated",
            "interfaces 1, disks 1, boot interface 52:54:00:00:00:01", "deploy", "status Deploying", "found 1", "release", "done");
        (await host.MachineAsync(machine.Id)).Owner.Should().Match(owner => owner == null || owner == "bob");
    }

    [Fact]
    public async Task Gomaasapi_drives_API_1_0_as_Juju_1_did()
    {
        var go = RequireGo();
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        await host.ReadyAsync();

        var verdict = await RunAsync(go, "gomaasapi10", host.Origin + "/MAAS/", host.Bob);

        verdict.Approved();
        verdict.Output.Split('\n')
            .Should()
            .ContainInOrder("nodegroups 1", "boot images 1", "file state", "acquire", "substatus Deploying", "found 1", "release", "done");
    }

    private static string RequireGo()
    {
        Judge.RequireFile(Sources + "/src/github.com/juju/gomaasapi/controller.go", "golang-github-juju-gomaasapi-dev");
        return Judge.Require("go", "golang-go");
    }

    private static async Task<Verdict> RunAsync(string go, string client, string url, ApiKey key)
    {
        var folder = Directory.CreateTempSubdirectory("gomaasapi-").FullName;
        try
        {
            var program = Path.Combine(folder, "client");
            var source = Path.Combine(AppContext.BaseDirectory, "Clients", client, "main.go");
            (await Judge.RunAsync("env",
                [
                    "GO111MODULE=off",
                    $"GOPATH={Sources}",
                    "GOFLAGS=-buildvcs=false",
                    $"GOCACHE={Path.Combine(Path.GetTempPath(), "maas-go-cache")}",
                    go,
                    "build",
                    "-o",
                    program,
                    source
                ],
                cancellationToken: ApiHost.Cancellation)).Approved();
            return await Judge.RunAsync(program, [url, key.ToSecret().Reveal()], cancellationToken: ApiHost.Cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
