using System.Globalization;
using System.Text;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Api.Tests.Transcripts;

/// <summary>
/// What the two Jujus, MAAS's node-side runner and cloud-init send, byte for byte, over a socket: the text files in this folder. HTTP/1.0
/// with multipart bodies in 2012, HTTP/1.1 with forms later.
/// </summary>
public class TranscriptTests
{
    [Fact]
    public async Task Juju_of_2012_bootstraps_deploys_terminates_and_destroys_its_environment()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        await host.ReadyAsync("52:54:00:00:00:01");
        var second = await host.ReadyAsync("52:54:00:00:00:02");
        var replay = new Replay(host, host.Bob) { ["hostname2"] = second.Hostname };

        foreach (var part in (string[])["1-bootstrap", "2-deploy", "3-terminate", "4-destroy-environment"])
            await replay.RunAsync($"juju-0.5-{part}.txt");

        (await host.Core.Machines.ListAsync(null, ApiHost.Cancellation)).Should().OnlyContain(machine => machine.Owner == null);
    }

    // Juju asks for a disk with the tag ssd, and for another one.
    private static readonly ReadOnlyMemory<byte> TwoDisks = Encoding.UTF8.GetBytes(string.Join('\n',
    [
        "maas-inventory\t1", "system\tmachine=x86_64\tfirmware=uefi", "cpu\tcount=4\tcores=2\tsockets=1\tmax_mhz=3600\tmodel=CPU",
        "memory\tkib=4194304",
        .. ((int[])[0, 1]).Select(at => $"disk\tname=vd{(char)('a' + at)}\tsize=21474836480\tblock=512\trotational={at}\tremovable=0\tro=0"
            + $"\tbus=virtio\tserial=disk-{at}\tmodel=Disk"),
        "nic\tname=eth0\tmac=52:54:00:00:00:01\tmtu=1500\tspeed=1000\tlink=1", "end", "",
    ]));

    [Theory]
    [InlineData("juju-1.25.txt")]
    [InlineData("juju-2.0-on-1.0.txt")]
    public async Task Juju_of_later_years_acquires_starts_watches_and_releases(string transcript)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync(inventory: TwoDisks);
        foreach (var tag in (string[])["fast", "ssd", "slow"]) (await host.PostAsync(host.Admin, "tags/", ("name", tag))).Expect(200);
        foreach (var tag in (string[])["fast", "ssd"])
            (await host.PostAsync(host.Admin, $"tags/{tag}/?op=update_nodes", ("add", machine.Id.ToString()))).Expect(200);

        await new Replay(host, host.Bob).RunAsync(transcript);

        (await host.MachineAsync(machine.Id)).Owner.Should().BeNull();
    }

    [Fact]
    public async Task MAASs_own_runner_commissions_a_machine()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission { TestingScripts = [], SkipBmcConfig = true });
        var script = (await host.Core.ScriptResults.PendingAsync(machine.Id, ApiHost.Cancellation)).Single().Result;

        var replay = new Replay(host, await host.TokenAsync(machine))
        {
            ["inventory"] = script.Id.ToString(CultureInfo.InvariantCulture),
        };
        await replay.RunAsync("maas-runner.txt");

        var commissioned = await host.MachineAsync(machine.Id);
        (commissioned.Status, commissioned.CpuCount, commissioned.MemoryMiB).Should().Be((MachineStatus.Ready, 4, 4096));
    }

    [Fact]
    public async Task Cloud_init_of_an_installed_system_ends_its_deployment()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy", ("user_data", "#cloud-config"))).Expect(200);
        await host.DoAsync(machine.Id, new MachineReport.NetbootOff());

        await new Replay(host, await host.TokenAsync(machine)) { ["machine"] = machine.Id.ToString() }.RunAsync("cloud-init.txt");

        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);
    }

    /// <summary>Create, read, update, import (by the list) and delete.</summary>
    [Theory]
    [InlineData("terraform-networks.txt")]
    [InlineData("terraform-people.txt")]
    [InlineData("terraform-machine.txt")]
    [InlineData("ansible-networks.txt")]
    [InlineData("ansible-machine.txt")]
    [InlineData("juju-container.txt")]
    public async Task Resources_live_as_their_client_keeps_them(string transcript)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync(inventory: Storage.StorageHost.Inventory);
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=set_storage_layout", ("storage_layout", "blank"))).Expect(200);

        await new Replay(host, host.Admin) { ["machine"] = machine.Id.ToString(), ["hostname"] = machine.Hostname }.RunAsync(transcript);
    }

    [Fact]
    public void Every_transcript_is_replayed() =>
        Directory.GetFiles(Repository.PathOf("tests/Maas.Api.Tests/Transcripts"), "*.txt").Select(Path.GetFileName)
            .Should().BeEquivalentTo("juju-0.5-1-bootstrap.txt", "juju-0.5-2-deploy.txt", "juju-0.5-3-terminate.txt",
                "juju-0.5-4-destroy-environment.txt", "juju-1.25.txt", "juju-2.0-on-1.0.txt", "maas-runner.txt", "cloud-init.txt",
                "terraform-networks.txt", "terraform-people.txt", "terraform-machine.txt", "ansible-networks.txt", "ansible-machine.txt",
                "juju-container.txt");
}
