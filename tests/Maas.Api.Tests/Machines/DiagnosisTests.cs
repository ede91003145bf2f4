using Maas.Core.Diagnosis;
using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Machines;

public class DiagnosisTests
{
    [Fact]
    public async Task A_waiting_machine_is_explained_with_its_evidence_and_the_parts_of_its_boot()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        machine = await host.DoAsync(machine.Id, new MachineCommand.Accept());
        var evidence = new BootEvidence.Dhcp("DISCOVER", null, null, null, TimeSpan.Zero, "no free address", 1) { Firmware = "X64Uefi" };
        // An agent of before, whose boot failed long ago; and its failure now.
        await host.Core.Timeline.ObserveAsync(
            new Observation(machine.StatusSince.AddMilliseconds(1), machine.MacAddresses[0], evidence.Kind, evidence.ToText()));
        await host.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Failed, "the disk vda (1) is absent; there are: "));

        var answer = (await host.GetAsync(host.Admin, $"machines/{machine.Id}/?op=explain")).Expect(200).Json;

        var best = answer.GetProperty("explanations")[0];
        best.GetProperty("rule").GetString().Should().Be("disk-not-found");
        best.GetProperty("confidence").GetString().Should().Be("stated");
        best.GetProperty("next_step").GetString().Should().NotBeEmpty();
        best.GetProperty("documentation").GetString().Should().Be("troubleshooting.md#disk-not-found");
        var line = best.GetProperty("evidence")[0];
        line.GetProperty("kind").GetString().Should().Be("event");
        line.GetProperty("text").GetString().Should().StartWith("Failed commissioning: the disk vda");
        line.GetProperty("time").GetString().Should().MatchRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z$");
        answer.GetProperty("explanations").EnumerateArray().Select(each => each.GetProperty("rule").GetString())
            .Should().Contain("not-answered");
        answer.GetProperty("phases").EnumerateArray().Select(each => each.GetProperty("name").GetString()).Should().Equal("power", "dhcp");
    }

    [Fact]
    public async Task Another_users_machine_is_not_explained()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);

        foreach (var op in new[] { "explain", "preview_boot" })
        {
            (await host.GetAsync(host.Bob, $"machines/{machine.Id}/?op={op}")).Expect(200);
            (await host.GetAsync(host.Eve, $"machines/{machine.Id}/?op={op}")).Expect(404);
            (await host.GetAsync(host.Admin, $"machines/4y3h7q/?op={op}")).Expect(404);
        }
    }

    [Fact]
    public async Task Without_boot_servers_a_preview_has_the_intent_alone()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        var answer = (await host.GetAsync(host.Bob, $"machines/{machine.Id}/?op=preview_boot")).Expect(200).Json;

        answer.GetProperty("next_boot").GetString().Should().Be("power off");
        answer.GetProperty("rule").GetString().Should().Be("the status is Ready, network boot is on, no system is installed");
        answer.GetProperty("requests").GetArrayLength().Should().Be(0);
        answer.GetProperty("files").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task A_preview_is_compared_with_machines_that_the_user_sees()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var (machine, other) = (await host.ReadyAsync(), await host.EnlistAsync("52:54:00:00:00:77"));
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        var path = $"machines/{other.Id}/?op=preview_boot&compare_to=";

        (await host.GetAsync(host.Bob, path + machine.Id)).Expect(200);
        (await host.GetAsync(host.Eve, path + machine.Id)).Expect(404);
        (await host.GetAsync(host.Bob, path + "4y3h7q")).Expect(404);
        (await host.GetAsync(host.Bob, path + "nonsense!")).Expect(404);
    }
}
