using System.Text;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Metadata;

/// <summary>What the server says to a machine that runs its system in memory, and what a client sees of it.</summary>
public sealed class EphemeralDeploymentTests
{
    private const string Latest = "/MAAS/metadata/latest/";

    [Fact]
    public async Task A_root_archive_is_given_to_the_machine_at_each_boot_and_user_data_ends_the_deployment()
    {
        await using var host = await ApiHost.StartAsync();
        var archive = await host.UploadImageAsync(name: "custom/live", fileType: "squashfs");
        var machine = await host.ReadyAsync();

        var shown = (await host.PostAsync(
            host.Bob, $"machines/{machine.Id}/?op=deploy", ("ephemeral_deploy", "true"), ("osystem", "custom"), ("distro_series", "live"),
            ("user_data", Convert.ToBase64String("#cloud-config\n"u8)))).Expect(200).Json;
        shown.GetProperty("ephemeral_deploy").GetBoolean().Should().BeTrue();

        var token = await host.TokenAsync(machine);
        for (var boots = 0; boots < 2; boots++)
        {
            (await host.GetAsync(token, Latest + "maas-task")).Expect(200).Text.Should().StartWith(
                "task=run\nimage_path=/MAAS/metadata/latest/maas-image\nimage_sha256=").And.EndWith(
                $"image_size={archive.Length}\nimage_format=squashfs\n");
            (await host.GetAsync(token, Latest + "maas-image")).Expect(200).Body.Should().Equal(archive);
            (await host.GetAsync(token, Latest + "maas-cloud-config")).Expect(200).Text.Should().Contain("token_secret");
            (await host.GetAsync(token, Latest + "user-data")).Expect(200).Text.Should().Be("#cloud-config\n");
            (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);
        }

        var deployed = (await host.GetAsync(host.Bob, $"machines/{machine.Id}/")).Expect(200).Json;
        (deployed.GetProperty("ephemeral_deploy").GetBoolean(), deployed.GetProperty("netboot").GetBoolean()).Should().Be((true, true));
        var released = (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=release")).Expect(200).Json;
        (released.GetProperty("status_name").GetString(), released.GetProperty("ephemeral_deploy").GetBoolean()).Should()
            .Be(("Ready", false), "there is nothing to erase, and a person turns it off");
    }

    [Fact]
    public async Task The_environment_itself_gets_the_owners_keys_and_no_image()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy", ("ephemeral_deploy", "true"))).Expect(200).Json
            .GetProperty("distro_series").GetString().Should().Be("ephemeral");

        var token = await host.TokenAsync(machine);
        (await host.GetAsync(token, Latest + "maas-task")).Expect(200).Text.Should().Be("task=run\n");
        (await host.GetAsync(token, Latest + "maas-image")).Expect(404);
        (await host.PostAsync(token, Latest, ("op", "signal"), ("status", "OK"), ("error", "SSH as root"))).Expect(200);
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);
    }

    [Fact]
    public async Task An_image_of_a_disk_cannot_run_in_memory()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();

        var refused = await host.PostAsync(
            host.Bob, $"machines/{machine.Id}/?op=deploy", ("ephemeral_deploy", "true"), ("osystem", "custom"));

        refused.Status.Should().Be(System.Net.HttpStatusCode.Conflict);
        Encoding.UTF8.GetString(refused.Body).Should().Contain("custom/debian-12 is an image of a disk");
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
    }
}
