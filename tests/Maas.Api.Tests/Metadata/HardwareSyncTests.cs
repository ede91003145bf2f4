using System.Text;
using System.Text.Json;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Api.Tests.Metadata;

/// <summary>Hardware sync, by the scripts that cloud-init and the timer run; systemctl alone is replaced.</summary>
public sealed class HardwareSyncTests : IDisposable
{
    private const string Path = "/MAAS/metadata/latest/maas-hardware";
    private const string Programs =
        "sh mkdir cat chmod mktemp rm head od tr date sed readlink uname cut grep sort tail wc basename dirname awk";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-sync-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("curl")]
    [InlineData("wget")]
    public async Task A_deployed_system_installs_a_timer_that_reports_its_hardware(string program)
    {
        Judge.RequireAll(program);
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", "hardware_sync_interval"), ("value", "10m"))).Expect(200);
        var (machine, token) = await DeployedAsync(host, ("enable_hw_sync", "true"));
        var (before, addresses) = (machine.Hardware!, machine.MacAddresses);

        var text = (await host.GetAsync(token, "/MAAS/metadata/2012-03-01/meta-data/vendor-data")).Expect(200).Text;
        await RunAsync(program, await WriteAsync("vendor-data", JsonSerializer.Deserialize<string>(text["cloud-init: ".Length..])!));
        (await File.ReadAllTextAsync(In("started"), ApiHost.Cancellation)).Should()
            .Be("daemon-reload\nenable --now maas-hardware-sync.timer\n");
        (await File.ReadAllTextAsync(In("etc/systemd/system/maas-hardware-sync.timer"), ApiHost.Cancellation)).Should()
            .Contain("OnUnitActiveSec=600\n");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(In("etc/maas/hardware-sync.conf")).Should().Be((UnixFileMode)0b110_000_000, "it holds the machine's key");
        await RunAsync(program, In("usr/local/lib/maas/hardware-sync"));

        machine = await host.MachineAsync(machine.Id);
        machine.Hardware!.Disks.Should().StartWith(before.Disks, "what commissioning found stays");
        machine.Hardware.Identity.Should().Be(before.Identity);
        machine.MacAddresses.Should().Equal(addresses, "an address of the machine is not for its owner to name");
        machine.CpuCount.Should().Be(Environment.ProcessorCount, "this computer reported");
        var shown = (await host.GetAsync(host.Bob, $"machines/{machine.Id}/")).Expect(200).Json;
        (shown.GetProperty("enable_hw_sync").GetBoolean(), shown.GetProperty("sync_interval").GetInt32()).Should().Be((true, 600));
        (shown.GetProperty("next_sync").GetDateTime() - shown.GetProperty("last_sync").GetDateTime()).Should()
            .Be(TimeSpan.FromMinutes(10));
        machine.Deployment!.HardwareSync!.IsHealthyAt(TimeProvider.System.GetUtcNow().AddMinutes(11)).Should().BeTrue();
        machine.Deployment.HardwareSync.IsHealthyAt(TimeProvider.System.GetUtcNow().AddMinutes(21)).Should().BeFalse();
    }

    [Fact]
    public async Task A_report_out_of_place_is_refused_in_words()
    {
        await using var host = await ApiHost.StartAsync();
        var (machine, token) = await DeployedAsync(host, ("enable_hw_sync", "true"));

        (await ReportAsync("rubbish")).Expect(400).Text.Should().Contain("does not begin with 'maas-inventory'");
        (await ReportAsync(new string('x', (1 << 20) + 1))).Expect(413);
        var inventory = Encoding.UTF8.GetString(ApiHost.Inventory.Span);
        (await ReportAsync(inventory)).Expect(200);
        (await ReportAsync(inventory)).Expect(409).Text.Should().Be("The machine has reported its hardware just now.");
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=release")).Expect(200);
        (await ReportAsync(inventory)).Expect(401);

        Task<Reply> ReportAsync(string body) => host.SendAsync("POST", Path, host.Sign(token), new StringContent(body));
    }

    [Fact]
    public async Task A_machine_without_hardware_sync_has_no_script_and_reports_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        var (machine, token) = await DeployedAsync(host);

        (await host.GetAsync(token, "/MAAS/metadata/2012-03-01/meta-data/vendor-data")).Expect(200).Text.Should()
            .Be("cloud-init: \"#cloud-config\\n{}\\n\"\n");
        (await host.SendAsync("POST", Path, host.Sign(token), new ByteArrayContent(ApiHost.Inventory.ToArray()))).Expect(409).Text.Should()
            .Be("The machine is not deployed with hardware sync.");
        (await host.GetAsync(host.Bob, $"machines/{machine.Id}/")).Expect(200).Json.GetProperty("last_sync").ValueKind.Should()
            .Be(JsonValueKind.Null);
        (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", "hardware_sync_interval"), ("value", "5s"))).Expect(400);
    }

    private static async Task<(Machine Machine, Core.Accounts.MachineToken Token)> DeployedAsync(
        ApiHost host, params (string Name, string Value)[] arguments)
    {
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy", arguments)).Expect(200);
        var token = await host.TokenAsync(machine);
        (await host.PostAsync(token, "/MAAS/metadata/latest/", ("op", "netboot_off"))).Expect(200);
        await host.DoAsync(machine.Id, new MachineReport.UserDataFetched());
        return (await host.MachineAsync(machine.Id), token);
    }

    private string In(string path) => System.IO.Path.Combine(_folder.FullName, path);

    private async Task<string> WriteAsync(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(In(name))!); // below the folder
        await File.WriteAllTextAsync(In(name), text, ApiHost.Cancellation);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(In(name), (UnixFileMode)0b111_101_101);
        return In(name);
    }

    /// <summary>Runs a script with only one of the programs that it may use.</summary>
    private async Task RunAsync(string program, string script)
    {
        Judge.RequireAll(program, "sh");
        await WriteAsync("bin/systemctl", $"#!/bin/sh\necho \"$@\" >>'{In("started")}'\n");
        foreach (var name in (string[])[.. Programs.Split(' '), program])
        {
            var link = In("bin/" + name);
            var target = Judge.Gate.SearchPath.Split(':').Select(folder => System.IO.Path.Combine(folder, name))
                .FirstOrDefault(File.Exists);
            if (target is not null && !File.Exists(link)) File.CreateSymbolicLink(link, target);
        }

        (await Judge.RunAsync(
            "env", [$"PATH={In("bin")}", $"MAAS_INSTALL_ROOT={_folder.FullName}", $"TMPDIR={_folder.FullName}", "/bin/sh", script],
            cancellationToken: ApiHost.Cancellation)).Approved();
    }
}
