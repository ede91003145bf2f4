using System.Text;
using System.Text.Json;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Api.Tests.Metadata;

/// <summary>Scripts of each type, run by a client that speaks as MAAS's own runner does.</summary>
public sealed class NodeRunnerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-runner-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task MAASs_runner_commissions_and_tests_a_machine()
    {
        Judge.RequireAll("env", "timeout");
        await using var host = await ApiHost.StartAsync();
        await AddAsync(host, "20-look", "commissioning", "printf '%s|' \"$@\"; echo \"$HAS_STARTED\"",
            "# parameters:", "#   words: {type: string, argument_format: '--w {input}'}", "#   t: {type: runtime, default: 7}",
            "# packages: {apt: [jq]}", "# apply_configured_networking: true");
        await AddAsync(host, "30-slow-disk", "testing",
            """printf 'status: degraded\ntags: {add: [slow-disk]}\nresults: {speed: 3}\n' >"$RESULT_PATH" """);
        await AddAsync(host, "40-no-gpu", "testing", """echo 'status: skipped' >"$RESULT_PATH" """);
        var machine = await host.EnlistAsync();
        (await host.PostAsync(
            host.Admin, $"machines/{machine.Id}/?op=commission", ("testing_scripts", "30-slow-disk,40-no-gpu"), ("words", "a b")))
            .Expect(200);

        var runner = new NodeRunner(host, await host.TokenAsync(machine), _folder);
        await runner.RunAsync();

        runner.Ran.Should().Equal("00-maas-inventory", "20-look", "30-maas-01-bmc-config", "TESTING", "30-slow-disk", "40-no-gpu");
        using (var network = JsonDocument.Parse(runner.Networks.Should().ContainSingle().Subject))
            network.RootElement.GetProperty("network").GetProperty("ethernets").EnumerateObject().Should().ContainSingle();
        machine = await host.MachineAsync(machine.Id);
        machine.Status.Should().Be(MachineStatus.Ready, machine.StatusMessage);
        machine.Hardware.Should().NotBeNull("the inventory of this computer was sent");
        machine.Tags.Should().Contain("slow-disk");
        (await OutputAsync(host, machine.Id, "20-look")).Should().Be("--w|a b|--runtime=7|False\n");
        (await StatusesAsync(host, machine.Id)).Should().Equal(
            ("00-maas-inventory", "Passed"), ("20-look", "Passed"), ("30-maas-01-bmc-config", "Skipped"), ("30-slow-disk", "Degraded"),
            ("40-no-gpu", "Skipped"));
    }

    [Fact]
    public async Task MAASs_runner_reports_what_failed_and_what_took_too_long()
    {
        Judge.RequireAll("env", "timeout", "sleep");
        await using var host = await ApiHost.StartAsync();
        await AddAsync(host, "10-fails", "testing", "exit 3");
        await AddAsync(host, "20-hangs", "testing", "exec sleep 60", "# timeout: 1");
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=test", ("testing_scripts", "10-fails,20-hangs"))).Expect(200);

        await new NodeRunner(host, await host.TokenAsync(machine), _folder).RunAsync();

        (await StatusesAsync(host, machine.Id)).Should().Contain(("10-fails", "Failed")).And.Contain(("20-hangs", "Timed out"));
        machine = await host.MachineAsync(machine.Id);
        machine.Status.Should().Be(MachineStatus.FailedTesting);
        machine.StatusMessage.Should().Be("2 scripts failed to run Failed scripts: 10-fails, 20-hangs.");
    }

    [Theory]
    [InlineData("exit 0", MachineStatus.Ready, null)]
    [InlineData("exit 1", MachineStatus.FailedReleasing, "bob")]
    public async Task A_released_machine_is_free_only_when_its_release_scripts_passed(string text, MachineStatus status, string? owner)
    {
        Judge.RequireAll("env", "timeout");
        await using var host = await ApiHost.StartAsync();
        await AddAsync(host, "restore-bios", "release", $"echo \"$1\"; {text}", "# parameters: {profile: {type: string, required: true}}");
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        var release = $"machines/{machine.Id}/?op=release";
        (await host.PostAsync(host.Bob, release, ("scripts", "burn-out"))).Expect(400).Json.GetProperty("scripts").GetArrayLength()
            .Should().Be(1);
        (await host.PostAsync(host.Bob, release, ("scripts", "restore-bios"))).Expect(400).Json.TryGetProperty("profile", out _)
            .Should().BeTrue("it has no value");

        var released = (await host.PostAsync(host.Bob, release, ("scripts", "restore-bios"), ("profile", "factory"))).Expect(200).Json;
        (released.GetProperty("status_name").GetString(), released.GetProperty("owner").GetString()).Should().Be(("Releasing", "bob"));
        var token = await host.TokenAsync(machine);
        (await host.GetAsync(token, "/MAAS/metadata/latest/maas-task")).Expect(200).Text.Should().Be("task=release\n");
        await new NodeRunner(host, token, _folder).RunAsync();

        machine = await host.MachineAsync(machine.Id);
        (machine.Status, machine.Owner).Should().Be((status, owner));
        (await OutputAsync(host, machine.Id, "restore-bios")).Should().Be("--string=factory\n");
        var set = (await host.GetAsync(host.Admin, $"nodes/{machine.Id}/results/current-release/")).Expect(200).Json;
        (set.GetProperty("type").GetInt32(), set.GetProperty("type_name").GetString()).Should().Be((3, "Release"));
        (await host.GetAsync(host.Admin, $"nodes/{machine.Id}/results/?type=release")).Expect(200).Json.GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task Release_scripts_run_before_the_disks_are_erased()
    {
        Judge.RequireAll("env", "timeout");
        await using var host = await ApiHost.StartAsync();
        await AddAsync(host, "farewell", "release", "echo bye");
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        (await host.PostAsync(
            host.Bob, $"machines/{machine.Id}/?op=release", ("scripts", "farewell,wipe-disks"), ("quick_erase", "true"))).Expect(200).Json
            .GetProperty("status_name").GetString().Should().Be("Releasing");
        var token = await host.TokenAsync(machine);

        await new NodeRunner(host, token, _folder).RunAsync();

        (await TaskAsync()).Should().StartWith("task=erase\nerase_mode=quick\n");
        await SignalAsync(); // the agent's OK was lost on its way back, and it says it again
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Releasing, "the disks are not erased yet");
        await SignalAsync(("erased", "true"));
        (await host.MachineAsync(machine.Id)).Should().BeEquivalentTo(new { Status = MachineStatus.Ready, Owner = (string?)null });

        async Task<string> TaskAsync() => (await host.GetAsync(token, "/MAAS/metadata/latest/maas-task")).Expect(200).Text;

        async Task SignalAsync(params (string, string)[] more) =>
            (await host.PostAsync(token, "/MAAS/metadata/latest/", [("op", "signal"), ("status", "OK"), .. more])).Expect(200);
    }

    [Fact]
    public async Task Erasing_alone_by_its_name_as_a_script_is_Disk_erasing()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=release", ("scripts", "wipe-disks"))).Expect(200).Json
            .GetProperty("status").GetInt32().Should().Be(14);
    }

    [Fact]
    public async Task Deployment_scripts_are_for_before_and_after_the_installation()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        await AddAsync(host, "60-after", "deployment", "true");
        await AddAsync(host, "40-before", "deployment", "true", "# parallel: any");
        await AddAsync(host, "70-seldom", "deployment", "true", "# tags: [noauto]");
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy", ("deployment_scripts", "80-unknown"))).Expect(400);

        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);

        var token = await host.TokenAsync(machine);
        (await host.GetAsync(token, "/MAAS/metadata/latest/maas-task")).Expect(200).Text.Should().EndWith("has_scripts=true\n");
        var archive = (await host.GetAsync(token, "/MAAS/metadata/latest/maas-scripts")).Expect(200).Text;
        archive.Should().MatchRegex("pre-install\t40-before\tdeployment/40-before\t[0-9]+\t0\tany\tfresh\n"
            + "post-install\t60-after\tdeployment/60-after\t[0-9]+\t0\talone\tfresh\n").And.Contain("\"deployment_scripts\":[");
    }

    [Fact]
    public async Task A_failed_deployment_script_fails_the_deployment()
    {
        Judge.RequireAll("env", "timeout");
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        await AddAsync(host, "40-check", "deployment", "exit 1");
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);

        await new NodeRunner(host, await host.TokenAsync(machine), _folder).RunAsync();

        (await host.MachineAsync(machine.Id)).Should().BeEquivalentTo(
            new { Status = MachineStatus.FailedDeployment, StatusMessage = "1 scripts failed to run Failed scripts: 40-check." });
        (await StatusesAsync(host, machine.Id)).Should().Contain(("40-check", "Failed"));
    }

    private static async Task AddAsync(ApiHost host, string name, string type, string text, params string[] metadata) =>
        (await host.PostAsync(host.Admin, "scripts/", ("script", string.Join('\n',
        [
            "#!/bin/sh", "# --- Start MAAS 1.0 script metadata ---", $"# name: {name}", $"# script_type: {type}", .. metadata,
            "# --- End MAAS 1.0 script metadata ---", text, "",
        ])))).Expect(200);

    private static async Task<string> OutputAsync(ApiHost host, SystemId id, string name)
    {
        var result = (await host.Core.ScriptResults.ListAsync(id, ApiHost.Cancellation)).First(each => each.Name == name);
        var output = await host.Core.ScriptResults.OutputAsync(result.Id, ApiHost.Cancellation);
        return Encoding.UTF8.GetString(output!.StandardOutput.Span);
    }

    private static async Task<IEnumerable<(string, string)>> StatusesAsync(ApiHost host, SystemId id) =>
        (await host.GetAsync(host.Admin, $"nodes/{id}/results/")).Expect(200).Json.EnumerateArray()
            .SelectMany(set => set.GetProperty("results").EnumerateArray())
            .Select(each => (each.GetProperty("name").GetString()!, each.GetProperty("status_name").GetString()!))
            .OrderBy(each => each.Item1, StringComparer.Ordinal);
}
