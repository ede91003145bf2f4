using System.Text.Json;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Journeys;
using VmLab.Machines;
using VmLab.Servers;

namespace Maas.Journey.Tests;

/// <summary>
/// The real Debian installer, booted from the network because its machine is deployed with <c>debian/bookworm</c>. It does not install:
/// the installer's packages are not on every mirror. What it loads and runs before that is what this server gives it.
/// </summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class DebianInstallerTests(ITestOutputHelper output)
{
    private const string Netboot = "/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64";
    private const string Package = "debian-installer-12-netboot-amd64";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_Debian_installer_loads_its_preseed_reports_and_logs_to_the_timeline()
    {
        LabJudges.RequireMachines();
        var (kernel, initrd) = (Judge.RequireFile($"{Netboot}/linux", Package), Judge.RequireFile($"{Netboot}/initrd.gz", Package));
        await using var bench = await RackBench.CreateAsync("installer", output);
        var data = Path.Combine(bench.Rack.Folder, "data");
        var files = Directory.CreateDirectory(Path.Combine(data, "boot", "debian-bookworm")).FullName;
        File.Copy(kernel, Path.Combine(files, "linux"));
        File.Copy(initrd, Path.Combine(files, "initrd.gz"));
        bench.Rack.Server.KernelOptions = "console=ttyS0,115200 no_timer_check";
        bench.Rack.Server.Options = ["--debian-installer", "bookworm"];
        await using var machine = new QemuMachine(
            new VirtualMachine
            {
                Name = "debian",
                Firmware = Firmware.Bios,
                MacAddress = "52:54:00:77:00:21",
                Tap = await bench.Rack.Network.AddTapAsync(Token),
                Uuid = Guid.Parse("4c4c4544-0000-4d61-8073-000000000021"),
                Serial = "LAB0021",
                Memory = 1024,
                Folder = bench.Rack.Folder,
            },
            bench.Rack.Network,
            TimeProvider.System);
        bench.Rack.WakeOnLan(machine);
        await bench.Rack.Server.StartAsync(Token);
        await bench.Rack.Server.StopAsync(Token);
        var id = await StoredMachine.AddReadyAsync(data, machine);
        await bench.Rack.Server.StartAsync(Token);
        using var client = new MaasClient(
            bench.Rack.Network.CreateHttpHandler(), MaasServerProcess.Address, await bench.Rack.Server.ReadApiKeyAsync(Token),
            TimeProvider.System);

        await client.PostAsync("machines/?op=allocate", [new("system_id", id)], Token);
        var began = TimeProvider.System.GetTimestamp();
        var deploying = await client.PostAsync(
            $"machines/{id}/?op=deploy", [new("osystem", "debian"), new("distro_series", "bookworm")], Token);
        (Text(deploying, "status_name"), Text(deploying, "osystem")).Should().Be(("Deploying", "debian"));

        var reported = await WaitForStatusMessageAsync(client, id, machine, "The Debian installer runs.");
        output.WriteLine($"early_command reported {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s after deploy");
        Text(reported, "status_name").Should().Be("Deploying");
        await bench.Rack.Server.StopAsync(Token);
        await machine.TurnOffAsync(Token);

        await using var core = await StoredMachine.OpenStoreAsync(data);
        var timeline = await core.Timeline.ReadAsync(SystemId.Parse(id), cancellationToken: Token);
        var lines = timeline.OfType<TimelineEntry.ObservationEntry>().Where(entry => entry.Observation.Kind == "syslog")
            .Select(entry => entry.Observation.Text).ToList();
        lines.Should().Contain(line => line.Contains("The preseed early_command has run.", StringComparison.Ordinal));
        lines.Should().Contain(line => line.Contains("successfully loaded preseed file from", StringComparison.Ordinal));
        const string Files = "/metadata/latest/install/";
        lines.Where(line => line.Contains(Files, StringComparison.Ordinal)).Should().NotBeEmpty().And.OnlyContain(
            line => line.Contains($"{Files}…", StringComparison.Ordinal), "the machine logs its token");
        lines.Should().Contain(line => line.Contains("running preseed command preseed/early_command", StringComparison.Ordinal)).And
            .NotContain(line => line.Contains("oauth_token=\"", StringComparison.Ordinal), "the installer logs its commands");
    }

    private static async Task<JsonElement> WaitForStatusMessageAsync(MaasClient client, string id, QemuMachine machine, string message)
    {
        var since = TimeProvider.System.GetTimestamp();
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        while (await ticks.WaitForNextTickAsync(Token))
        {
            var now = await client.GetAsync($"machines/{id}/", Token);
            if (Text(now, "status_message") == message) return now;
            if (Text(now, "status_name") != "Deploying" || TimeProvider.System.GetElapsedTime(since) > Patience)
                throw new JourneyException($"No report: the machine is {now.GetProperty("status_name")}", machine.Console.ToString());
        }

        throw new OperationCanceledException(Token);
    }

    private static string? Text(JsonElement machine, string name) => machine.GetProperty(name).GetString();
}
