using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Api.Tests.Metadata;

/// <summary>The script for ephemeral systems with cloud-init, run here with curl: only powering off is replaced.</summary>
public sealed class EphemeralScriptTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-ephemeral-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    public async Task It_runs_the_scripts_reports_them_and_powers_off_whatever_the_clocks_say(int serverIsAheadByHours)
    {
        Judge.RequireAll("curl", "tar");
        await using var host = await ApiHost.StartAsync(new SkewedTime(TimeSpan.FromHours(serverIsAheadByHours)));
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission { TestingScripts = [] });

        await RunAsync(host, machine, "latest/user-data");

        var commissioned = await host.MachineAsync(machine.Id);
        commissioned.Status.Should().Be(MachineStatus.Ready, commissioned.StatusMessage);
        commissioned.CpuCount.Should().BePositive("the inventory of this computer was sent");
    }

    [Fact]
    public async Task A_script_that_fails_is_named()
    {
        Judge.RequireAll("curl", "tar");
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission { TestingScripts = ["30-maas-network"] });

        await RunAsync(host, machine, "latest/user-data", scriptsFail: true);

        var failed = await host.MachineAsync(machine.Id);
        failed.Status.Should().Be(MachineStatus.FailedCommissioning);
        failed.StatusMessage.Should().Contain("00-maas-inventory");
    }

    [Fact]
    public async Task A_deployment_that_only_curtin_could_do_fails_in_words()
    {
        Judge.RequireAll("curl");
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);

        await RunAsync(host, machine, "curtin/latest/user-data");

        var failed = await host.MachineAsync(machine.Id);
        (failed.Status, failed.StatusMessage).Should().Be(
            (MachineStatus.FailedDeployment, "This ephemeral system does not install: boot the server's own, which writes the image."));
    }

    [Fact]
    public async Task An_erasure_fails_in_words_and_the_machine_is_not_taken_for_erased()
    {
        Judge.RequireAll("curl");
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        await host.DoAsync(machine.Id, new MachineCommand.Release { Erase = EraseMode.Full });

        await RunAsync(host, machine, "latest/user-data");

        var failed = await host.MachineAsync(machine.Id);
        (failed.Status, failed.StatusMessage).Should().Be(
            (MachineStatus.FailedDiskErasing, "This ephemeral system does not erase disks: boot the server's own, which does."));
    }

    [Fact]
    public async Task The_owners_user_data_is_for_the_installed_system_and_an_ephemeral_one_learns_that_it_cannot_install()
    {
        Judge.RequireAll("curl");
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(
            host.Bob, $"machines/{machine.Id}/?op=deploy", ("user_data", Convert.ToBase64String("#!/bin/sh\nexit 9\n"u8)))).Expect(200);

        await RunAsync(host, machine, "latest/user-data");

        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.FailedDeployment);
    }

    [Theory]
    [InlineData(true, MachineStatus.RescueMode, "SSH as the default user of this ephemeral system")]
    [InlineData(false, MachineStatus.FailedEnteringRescueMode,
        "This ephemeral system has no SSH server, and no rescue mode without it: boot the server's own.")]
    public async Task Rescue_mode_is_reached_where_the_system_has_an_SSH_server(bool hasServer, MachineStatus status, string words)
    {
        Judge.RequireAll("curl");
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.EnterRescueMode());
        // Rescue mode lasts until the server has another task: here until the first pause.
        await StubAsync("sleep", "#!/bin/sh\nkill $PPID\n");

        await RunAsync(host, machine, "latest/user-data", isEnded: hasServer, server: hasServer ? "sh" : "absent-sshd");

        var rescued = await host.MachineAsync(machine.Id);
        (rescued.Status, rescued.StatusMessage).Should().Be((status, words));
    }

    private async Task RunAsync(
        ApiHost host, Machine machine, string path, bool scriptsFail = false, bool isEnded = false, string server = "sshd")
    {
        var script = (await host.GetAsync(await host.TokenAsync(machine), "/MAAS/metadata/" + path)).Expect(200).Text;
        // A limit of almost no time makes every script fail.
        if (scriptsFail) script = script.Replace("timeout -k 5 \"$seconds\"", "timeout -k 5 0.001", StringComparison.Ordinal);
        script = script.Replace("sshd", server, StringComparison.Ordinal);
        var file = Path.Combine(_folder.FullName, "user-data");
        await File.WriteAllTextAsync(file, script, ApiHost.Cancellation);
        await StubAsync("poweroff", $"#!/bin/sh\necho off >'{_folder.FullName}/off'\n");

        var verdict = await Judge.RunAsync(
            "env",
            [$"PATH={_folder.FullName}/bin:{Judge.Gate.SearchPath}", $"TMPDIR={_folder.FullName}", "/bin/sh", file],
            cancellationToken: ApiHost.Cancellation);
        if (isEnded) return;
        verdict.Approved();

        File.Exists(Path.Combine(_folder.FullName, "off")).Should().BeTrue("the machine is turned off at the end");
        Directory.GetDirectories(_folder.FullName).Should().Equal([Path.Combine(_folder.FullName, "bin")], "the key is not left behind");
    }

    private async Task StubAsync(string name, string text)
    {
        var file = Path.Combine(_folder.CreateSubdirectory("bin").FullName, name);
        await File.WriteAllTextAsync(file, text, ApiHost.Cancellation);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
    }

    /// <summary>A clock that runs like the system's, but shows another hour.</summary>
    private sealed class SkewedTime(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
