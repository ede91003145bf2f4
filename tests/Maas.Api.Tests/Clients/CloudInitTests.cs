using System.Text.Json;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Api.Tests.Clients;

/// <summary>
/// cloud-init itself, from Debian's package: its MAAS data source and its web hook reporter, with clocks that differ. The client reads
/// the server's clock from the Date header of the 401 and tries again.
/// </summary>
public class CloudInitTests
{
    private const string Python = "/usr/bin/python3";
    private const string DataSource = "/usr/lib/python3/dist-packages/cloudinit/sources/DataSourceMAAS.py";

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(24)]
    public async Task Criterion_60_cloud_inits_crawl_reads_everything_whatever_the_clocks_say(int serverIsAheadByHours)
    {
        Judge.RequireFile(DataSource, "cloud-init");
        await using var host = await ApiHost.StartAsync(new SkewedTime(TimeSpan.FromHours(serverIsAheadByHours)));
        var (machine, token) = await DeployingAsync(host);

        Task<Verdict> CrawlAsync() => RunAsync(DataSource,
            "--ckey",
            token.ConsumerKey,
            "--tkey",
            token.TokenKey,
            "--tsec",
            token.TokenSecret.Reveal(),
            "crawl",
            host.Origin + "/MAAS/metadata//2012-03-01/");
        var verdict = await CrawlAsync();
        if (serverIsAheadByHours > 0)
        {
            // The command notes the server's clock in /run and gives up on the first 401 (cloud-init 22.4); the data source itself goes on.
            Judge.RequireRoot();
            verdict.Error.Should().Contain("401 Client Error");
            verdict = await CrawlAsync();
        }

        verdict.Approved();
        foreach (var item in new[]
        {
            "meta-data/instance-id", "meta-data/local-hostname", "meta-data/vendor-data", "meta-data/public-keys", "user-data"
        })
            verdict.Output.Should().Contain($"/MAAS/metadata//2012-03-01/{item} ==");
        verdict.Output.Should().Contain(machine.ToString()).And.Contain("#cloud-config").And.Contain("ssh-ed25519 ");
        (await host.MachineAsync(machine)).Status.Should().Be(MachineStatus.Deployed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(24)]
    public async Task Cloud_inits_data_source_takes_what_it_needs_at_boot_whatever_the_clocks_say(int serverIsAheadByHours)
    {
        Judge.RequireFile(DataSource, "cloud-init");
        await using var host = await ApiHost.StartAsync(new SkewedTime(TimeSpan.FromHours(serverIsAheadByHours)));
        var (machine, token) = await DeployingAsync(host);
        var folder = Directory.CreateTempSubdirectory("cloud-init-").FullName;
        try
        {
            var configuration = Path.Combine(folder, "90_maas.cfg");
            await File.WriteAllTextAsync(
                configuration,
                (await host.GetAsync(token, "/MAAS/metadata/latest/maas-cloud-config")).Expect(200).Text,
                ApiHost.Cancellation);

            var verdict =
                (await RunAsync(Path.Combine(AppContext.BaseDirectory, "Clients", "datasource.py"), configuration, folder)).Approved();

            using var json = JsonDocument.Parse(verdict.Output);
            json.RootElement.GetProperty("user_data").GetString().Should().Be("#cloud-config\n");
            var metadata = json.RootElement.GetProperty("metadata");
            metadata.GetProperty("instance-id").GetString().Should().Be(machine.ToString());
            metadata.GetProperty("local-hostname").GetString().Should().NotBeEmpty();
            metadata.GetProperty("public-keys").GetString().Should().StartWith("ssh-ed25519 ");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        (await host.MachineAsync(machine)).Status.Should().Be(MachineStatus.Deployed);
    }

    [Fact]
    public async Task Cloud_init_runs_the_script_of_a_machine_that_is_handed_over_and_no_script_of_others()
    {
        Judge.RequireFile(DataSource, "cloud-init");
        await using var host = await ApiHost.StartAsync();
        foreach (var (handOver, expected) in new[] { ("true", "text/x-shellscript"), ("false", "text/cloud-config") })
        {
            var (machine, token) = await DeployingAsync(host, handOver);
            var folder = Directory.CreateTempSubdirectory("cloud-init-").FullName;
            try
            {
                var configuration = Path.Combine(folder, "90_maas.cfg");
                await File.WriteAllTextAsync(
                    configuration, (await host.GetAsync(token, "/MAAS/metadata/latest/maas-cloud-config")).Expect(200).Text,
                    ApiHost.Cancellation);

                var script = Path.Combine(AppContext.BaseDirectory, "Clients", "datasource.py");
                var verdict = (await RunAsync(script, configuration, folder)).Approved();

                using var json = JsonDocument.Parse(verdict.Output);
                json.RootElement.GetProperty("vendor_parts").EnumerateArray().Select(part => part.GetString())
                    .Should().Contain(expected);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }

            await host.DoAsync(machine, new MachineCommand.Release());
            await host.Core.Machines.DeleteAsync(machine, null, ApiHost.Cancellation);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(24)]
    public async Task Cloud_inits_web_hook_reporter_is_understood_whatever_the_clocks_say(int serverIsAheadByHours)
    {
        Judge.RequireFile(DataSource, "cloud-init");
        await using var host = await ApiHost.StartAsync(new SkewedTime(TimeSpan.FromHours(serverIsAheadByHours)));
        var (machine, token) = await DeployingAsync(host);
        var configuration = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                configuration,
                (await host.GetAsync(token, "/MAAS/metadata/latest/maas-cloud-config")).Expect(200).Text,
                ApiHost.Cancellation);

            (await RunAsync(Path.Combine(AppContext.BaseDirectory, "Clients", "reporter.py"), configuration)).Approved();
        }
        finally
        {
            File.Delete(configuration);
        }

        (await host.MachineAsync(machine)).Status.Should().Be(MachineStatus.Deployed);
        var events = (await host.GetAsync(host.Bob, "events/?op=query&level=DEBUG")).Json.GetProperty("events")
            .EnumerateArray()
            .Select(each => each.GetProperty("description").GetString());
        events.Should().Contain(description => description!.Contains("modules-config", StringComparison.Ordinal));
    }

    private static Task<Verdict> RunAsync(string script, params string[] arguments) =>
        Judge.RunAsync(Python, [script, .. arguments], cancellationToken: ApiHost.Cancellation);

    /// <summary>A machine whose installer is done, with user data and an owner who has a key.</summary>
    private static async Task<(Core.SystemId Machine, MachineToken Token)> DeployingAsync(ApiHost host, string handOver = "false")
    {
        await host.UploadImageAsync();
        await host.Core.SshKeys.AddAsync(
            "bob",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0HmXUrL7qg9hQZ8l9Kx5tzcQqT5t4q3mI8o5JvFqTj bob@home",
            null,
            ApiHost.Cancellation);
        var machine = await host.ReadyAsync();
        (await host.PostAsync(
            host.Bob, $"machines/{machine.Id}/?op=deploy", ("user_data", Convert.ToBase64String("#cloud-config\n"u8)),
            ("hand_over", handOver))).Expect(200);
        var token = await host.TokenAsync(machine);
        (await host.PostAsync(token, "/MAAS/metadata/2012-03-01/", ("op", "netboot_off"))).Expect(200);
        return (machine.Id, token);
    }

    /// <summary>A clock that runs like the system's, but shows another hour.</summary>
    private sealed class SkewedTime(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
