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
        var go = Judge.Require("go", "golang-go");
        Judge.RequireFile(Sources + "/src/github.com/juju/gomaasapi/controller.go", "golang-github-juju-gomaasapi-dev");
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();

        var verdict = await RunAsync(go, host.Origin + "/MAAS/", host.Bob);

        verdict.Approved();
        verdict.Output.Split('\n').Should().ContainInOrder(
            "login", "zones 1", "pools 1", "domains 1", "fabrics 1", "boot resources 1", "read file state", "machines 1", "allocate", "status Allocated",
            "interfaces 1, disks 1, boot interface 52:54:00:00:00:01", "deploy", "status Deploying", "found 1", "release", "done");
        (await host.MachineAsync(machine.Id)).Owner.Should().Match(owner => owner == null || owner == "bob");
    }

    private static async Task<Verdict> RunAsync(string go, string url, ApiKey key)
    {
        var folder = Directory.CreateTempSubdirectory("gomaasapi-").FullName;
        try
        {
            var program = Path.Combine(folder, "client");
            var source = Path.Combine(AppContext.BaseDirectory, "Clients", "gomaasapi", "main.go");
            (await Judge.RunAsync("env",
                ["GO111MODULE=off", $"GOPATH={Sources}", "GOFLAGS=-buildvcs=false", $"GOCACHE={Path.Combine(Path.GetTempPath(), "maas-go-cache")}", go, "build", "-o", program, source],
                cancellationToken: ApiHost.Cancellation)).Approved();
            return await Judge.RunAsync(program, [url, key.ToSecret().Reveal()], cancellationToken: ApiHost.Cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
