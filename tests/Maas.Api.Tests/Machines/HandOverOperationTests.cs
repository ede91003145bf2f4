using Maas.Api.Metadata;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Api.Tests.Machines;

public class HandOverOperationTests
{
    [Fact]
    public async Task Its_owner_hands_a_deployed_machine_over_and_it_is_a_device_then()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await DeployedAsync(host);
        (await host.PostAsync(host.Eve, $"machines/{machine.Id}/?op=hand_over")).Expect(404);
        (await host.PostAsync(host.Admin, $"machines/4y3h7q/?op=hand_over")).Expect(404);

        var answer = (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=hand_over")).Expect(200).Json;

        answer.GetProperty("machine").GetString().Should().Be($"{machine.Id}");
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(404);
        var device = (await host.GetAsync(host.Bob, $"devices/{answer.GetProperty("device").GetString()}/")).Expect(200).Json;
        device.GetProperty("hostname").GetString().Should().Be(machine.Hostname);
    }

    [Fact]
    public async Task A_machine_that_is_not_deployed_is_not_handed_over()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=hand_over")).Expect(409).Text.Should().Contain("Ready");
    }

    [Fact]
    public async Task A_deployment_with_hand_over_gives_cloud_init_the_script_that_removes_what_is_ours()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy", ("hand_over", "true"))).Expect(200);
        await host.DoAsync(machine.Id, new MachineReport.NetbootOff());

        (await host.Core.Machines.GetAsync(machine.Id, ApiHost.Cancellation))!.Deployment!.HandOver.Should().BeTrue();

        var text = (await host.GetAsync(await host.TokenAsync(machine), "/MAAS/metadata/2012-03-01/meta-data/vendor-data"))
            .Expect(200).Text;
        text.Should().StartWith("cloud-init: \"#!/bin/sh\\n").And.Contain("cloud-init.disabled").And.Contain("90_maas.cfg");
    }

    [Fact]
    public async Task The_script_removes_the_datasource_and_switches_cloud_init_off()
    {
        Judge.RequireAll("sh", "rm", "rmdir");
        var root = Directory.CreateTempSubdirectory("maas-hand-over-");
        try
        {
            var configuration = root.CreateSubdirectory("etc/cloud/cloud.cfg.d").FullName;
            foreach (var name in new[] { "90_maas.cfg", "99-zz-maas.cfg", "99-zz-maas-ssh.cfg", "10_owner.cfg" })
                await File.WriteAllTextAsync(Path.Combine(configuration, name), "x", ApiHost.Cancellation);
            string[] ours =
            [
                "etc/maas/hardware-sync.conf", "usr/local/lib/maas/inventory", "usr/local/lib/maas/hardware-sync",
                "etc/systemd/system/maas-hardware-sync.timer", "etc/systemd/system/maas-hardware-sync.service",
            ];
            foreach (var name in ours)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root.FullName, name))!); // below the root
                await File.WriteAllTextAsync(Path.Combine(root.FullName, name), "x", ApiHost.Cancellation);
            }

            for (var run = 0; run < 2; run++)
            {
                (await Judge.RunAsync("env", [$"ROOT={root.FullName}/", "sh", "-s"], HandOverScript.Text, ApiHost.Cancellation)).Approved();
            }

            ours.Where(name => File.Exists(Path.Combine(root.FullName, name))).Should().BeEmpty();
            Directory.Exists(Path.Combine(root.FullName, "usr/local/lib/maas")).Should().BeFalse();
            Directory.GetFiles(configuration).Select(Path.GetFileName).Should().Equal("10_owner.cfg");
            File.Exists(Path.Combine(root.FullName, "etc/cloud/cloud-init.disabled")).Should().BeTrue();
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_runs_and_how_far_a_deployment_is_are_shown_to_those_who_see_the_machine()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        await host.DoAsync(machine.Id, new MachineReport.ImageDelivered(0));
        await host.DoAsync(machine.Id, new MachineReport.ImageDelivered(50));

        var operation = (await host.GetAsync(host.Bob, "machines/?op=operations")).Expect(200).Json[0];
        operation.GetProperty("system_id").GetString().Should().Be($"{machine.Id}");
        operation.GetProperty("operation").GetString().Should().Be("Deploying");
        (operation.GetProperty("step").GetString(), operation.GetProperty("percent").GetInt32()).Should().Be(("image", 50));
        operation.GetProperty("message").GetString().Should().Be("Writing the image: 50 %");
        (await host.GetAsync(host.Eve, "machines/?op=operations")).Expect(200).Json.GetArrayLength().Should().Be(0);

        var progress = (await host.GetAsync(host.Bob, $"machines/{machine.Id}/?op=progress")).Expect(200).Json;
        progress.GetProperty("current").GetString().Should().Be("image");
        progress.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("name").GetString()).Should().Equal(
            "allocated", "powered-on", "firmware", "environment", "image", "restart", "first-boot", "deployed");
        (await host.GetAsync(host.Eve, $"machines/{machine.Id}/?op=progress")).Expect(404);
    }

    private static async Task<Machine> DeployedAsync(ApiHost host)
    {
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        await host.DoAsync(machine.Id, new MachineReport.NetbootOff());
        return await host.DoAsync(machine.Id, new MachineReport.UserDataFetched());
    }
}
