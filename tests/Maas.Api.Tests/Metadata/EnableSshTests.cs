using Maas.Core.Nodes;

namespace Maas.Api.Tests.Metadata;

/// <summary><c>enable_ssh</c> as the machine sees it.</summary>
public class EnableSshTests
{
    private const string Latest = "/MAAS/metadata/latest/";
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIJp1PXY4Ez2PbB0gRg2HDQHlmnFPIIL4bUFSOvhHNQd admin@desk";

    [Fact]
    public async Task Only_the_keys_of_who_asked_for_SSH_are_named_and_the_machine_stays_up_when_its_scripts_have_ended()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "account/prefs/sshkeys/", ("key", Key))).Expect(201);
        var machine = await host.EnlistAsync();
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=commission", ("enable_ssh", "1"))).Expect(200);
        var token = await host.TokenAsync(machine);

        (await host.GetAsync(token, Latest + "maas-task")).Expect(200).Text.Should().Contain("task=commission\n").And.Contain("ssh=true\n");
        (await host.GetAsync(token, Latest + "meta-data/public-keys")).Expect(200).Text.Should().Be(Key);
        await host.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));

        (await host.GetAsync(token, Latest + "maas-task")).Expect(200).Text.Should().Be("task=stay\n");
    }

    [Fact]
    public async Task Without_it_no_key_is_named()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "account/prefs/sshkeys/", ("key", Key))).Expect(201);
        var machine = await host.EnlistAsync();
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=commission", ("enable_ssh", "0"))).Expect(200);

        (await host.GetAsync(await host.TokenAsync(machine), Latest + "meta-data/public-keys")).Expect(200).Text.Should().BeEmpty();
    }
}
