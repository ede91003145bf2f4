using System.Security.Cryptography;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>The owner's system runs in memory, and the machine's disk is as it was.</summary>
[Collection(DeploymentCollection.Name)]
public sealed class EphemeralDeploymentTests(MirrorFixture mirror) : IDisposable
{
    private readonly RootDeployment _machine = new(mirror);
    private readonly AgentShell _shell = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _machine.Dispose();
        _shell.Dispose();
    }

    [Theory]
    [InlineData("squashfs", "overlay")]
    [InlineData("gz", "tmpfs")]
    public async Task An_archive_becomes_the_machines_root_and_no_byte_of_its_disk_changes(string format, string fileSystem)
    {
        Judge.Require("qemu-system-x86_64");
        var archive = await _machine.ArchiveAsync(format);
        await using var server = await new MetadataServer { Image = archive, CloudConfig = "#cloud-config of-the-machine" }.StartAsync();
        server.Tasks.Enqueue(
            $"task=run\nimage_path=/MAAS/metadata/latest/maas-image\nimage_sha256={MetadataServer.Sha256(archive)}\n"
            + $"image_size={archive.Length}\nimage_format={format}\n");
        var disk = _machine.Disk("disk", 16, "PRECIOUS");
        var content = new byte[16 << 20];
        new Random(12).NextBytes(content);
        await File.WriteAllBytesAsync(_machine["disk"], content, Cancellation);

        var console = await _machine.RunAsync(server, disk);

        console.Should().Contain($"IN-MEMORY process 1, root {fileSystem}", server.Told)
            .And.MatchRegex("IN-MEMORY modules /lib/modules/[^*, ]+/kernel, fstab 0")
            .And.Contain("IN-MEMORY config 600 #cloud-config of-the-machine")
            .And.MatchRegex("IN-MEMORY written, 4[0-9]{3} KiB").And.NotContain(MetadataServer.Secret);
        server.Reports.Last()["status"].Should().Be("OK", "the archive has no cloud-init, which would report");
        server.Requests.Should().NotContain(request => request.Contains("netboot", StringComparison.Ordinal));
        SHA256.HashData(await File.ReadAllBytesAsync(_machine["disk"], Cancellation)).Should()
            .Equal(SHA256.HashData(content), "no byte of the disk changed");
    }

    [Theory]
    [InlineData("#!/bin/sh\necho ran >$RUN/../ran\n", "run the user data", true)]
    [InlineData("#cloud-config\n", "the user data is no script: it takes a system with cloud-init, and is left alone", false)]
    public async Task The_environment_itself_runs_a_script_of_the_owners_until_the_server_has_another_task(
        string userData, string words, bool hasRun)
    {
        _shell.File("task", "task=run");
        _shell.File("data", userData.Replace("$RUN", _shell["run"], StringComparison.Ordinal).TrimEnd('\n'));
        var lines = """
            start_ssh() { RESCUE_NOTE="SSH as root"; }
            setsid() { sh "$@"; }
            mkdir() { :; }
            cd() { :; }
            load_new_drivers() { :; }
            rounds=0
            sleep() { rounds=$((rounds + 1)); wait; }
            ask() {
                case $2 in
                    */user-data) cp $RUN/../data $RUN/body ;;
                    */maas-task)
                        case $rounds in
                            1) HTTP_STATUS=000; return 2 ;;
                            2) HTTP_STATUS=502; return 1 ;;
                            3) cp $RUN/../task $RUN/body ;;
                            *) HTTP_STATUS=401; return 1 ;;
                        esac
                        ;;
                esac
            }
            tell() { echo "tell $2"; }
            read_task <$RUN/../task
            run_in_memory
            """;

        var output = (await _shell.RunAsync(lines)).Output;

        output.Replace(_shell["run"], "RUN", StringComparison.Ordinal).TrimEnd().Split('\n').Should().Equal(
            "signal OK error RUN/note", "say step=deployed in memory, SSH as root", $"say step={words}", $"tell {words}", "say done",
            "off");
        File.Exists(_shell["ran"]).Should().Be(hasRun);
    }

    [Fact]
    public async Task Deployment_scripts_run_before_the_environment_is_deployed_and_one_that_fails_ends_it()
    {
        const string Lines = """
            start_ssh() { RESCUE_NOTE="SSH as root"; }
            fetch_user_data() { :; }
            begin_scripts() { : >"$RUN/failed"; }
            fetch_scripts() { :; }
            run_round() { echo "round $1"; [ "$1" != "$FAILS" ] || echo 60-check >"$RUN/failed"; }
            start_user_data() { echo started; exit 0; }
            HAS_SCRIPTS=true IMAGE_PATH=
            """;

        (await _shell.RunAsync($"{Lines}\nFAILS=\nrun_in_memory")).Output.Replace(_shell["run"], "RUN", StringComparison.Ordinal).Should()
            .Be("round pre-install\nround post-install\nsignal OK error RUN/note\nsay step=deployed in memory, SSH as root\nstarted\n");
        (await _shell.RunAsync($"{Lines}\nFAILS=post-install\nrun_in_memory")).Output.Should().Be(
            "round pre-install\nround post-install\nfailed: Failed: 60-check \n");
    }

    [Fact]
    public async Task With_SSH_the_machine_stays_up_after_its_scripts_until_the_server_has_another_task()
    {
        _shell.File("task", "task=commission\nssh=true");
        const string Lines = """
            start_ssh() { RESCUE_NOTE="SSH as root"; }
            run_all() { echo scripts; }
            load_new_drivers() { :; }
            rounds=0
            sleep() { rounds=$((rounds + 1)); }
            fetch_task() { case $rounds in 1) TASK=stay ;; 2) HTTP_STATUS=000; return 1 ;; *) TASK=deploy ;; esac; }
            power_off() { echo off; }
            read_task <$RUN/../task
            run_scripts
            echo "next $TASK"
            """;

        (await _shell.RunAsync(Lines)).Output.Replace(_shell["run"], "RUN", StringComparison.Ordinal).Should().Be(
            "say step=scripts, SSH as root\nsignal WORKING error RUN/note\nscripts\nsay step=stay, SSH as root\nnext deploy\n");
    }

    [Theory]
    [InlineData("image_format=raw", "archives of the format 'raw' cannot run in memory")]
    [InlineData("image_format=squashfs\nimage_size=x", "the image's size is missing")]
    [InlineData("image_format=squashfs\nimage_size=943718400",
        "this machine has too little memory: 900 MiB are free, and a system of this archive takes 949 MiB at least")]
    public async Task What_cannot_run_in_memory_is_refused_before_it_is_fetched(string task, string why)
    {
        _shell.File("task", $"task=run\nimage_path=/image\n{task}");
        _shell.File("proc/meminfo", "MemTotal: 1048576 kB\nMemAvailable: 921600 kB");

        (await _shell.RunAsync("read_task <$RUN/../task && run_in_memory")).Output.Should().Be($"failed: {why}\n");
    }
}
