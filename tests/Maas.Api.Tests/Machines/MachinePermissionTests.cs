using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Machines;

/// <summary>What an ordinary user may not do to machines, by whichever door.</summary>
public sealed class MachinePermissionTests
{
    private const string Foreign = "52:54:00:ee:ee:ee";

    [Fact]
    public async Task An_owner_neither_adds_nor_removes_an_address_of_the_machine()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        var macs = $"/MAAS/api/1.0/nodes/{machine.Id}/macs/";

        (await host.PostAsync(host.Bob, macs, ("mac_address", Foreign))).Expect(403);
        (await host.DeleteAsync(host.Bob, $"{macs}{machine.MacAddresses[0]}/")).Expect(403);
        (await host.Core.Machines.FindByMacAsync(MacAddress.Parse(Foreign), ApiHost.Cancellation)).Should()
            .BeNull("its network boot must not be bob's machine's");
        (await host.MachineAsync(machine.Id)).MacAddresses.Should().Equal(machine.MacAddresses);

        (await host.PostAsync(host.Admin, macs, ("mac_address", Foreign))).Expect(200);
        (await host.DeleteAsync(host.Admin, $"{macs}{Foreign}/")).Expect(204);
    }

    [Fact]
    public async Task A_batch_release_moves_no_machine_that_has_no_owner_and_none_that_another_user_has()
    {
        await using var host = await ApiHost.StartAsync();
        var broken = await host.ReadyAsync();
        await host.DoAsync(broken.Id, new MachineCommand.MarkBroken());
        var bobs = await host.ReadyAsync("52:54:00:00:00:02");
        await host.DoAsync(bobs.Id, new MachineCommand.Allocate("bob"));

        (await host.PostAsync(host.Eve, "machines/?op=release", ("machines", broken.Id.ToString()))).Expect(403);
        (await host.PostAsync(host.Eve, "machines/?op=release", ("machines", bobs.Id.ToString()))).Expect(403);
        (await host.PostAsync(host.Eve, $"/MAAS/api/1.0/nodes/{broken.Id}/?op=release")).Expect(403);
        (await host.MachineAsync(broken.Id)).Status.Should().Be(MachineStatus.Broken);
        (await host.MachineAsync(bobs.Id)).Owner.Should().Be("bob");
    }

    [Fact]
    public async Task A_user_names_many_free_machines_and_releases_none_that_another_was_given_meanwhile()
    {
        await using var host = await ApiHost.StartAsync();
        List<string> names = [];
        for (var number = 0; number < 60; number++)
            names.Add((await host.EnlistAsync($"52:54:00:01:{number >> 8:x2}:{number & 255:x2}")).Id.ToString());
        var wanted = await host.ReadyAsync("52:54:00:02:00:01");
        names.Add(wanted.Id.ToString());

        for (var round = 0; round < 4; round++)
        {
            var batch = host.PostAsync(host.Eve, "machines/?op=release", [.. names.Select(name => ("machines", name))]);
            await host.DoAsync(wanted.Id, new MachineCommand.Allocate("bob"));
            await batch;
            (await host.MachineAsync(wanted.Id)).Owner.Should().Be("bob");
            await host.DoAsync(wanted.Id, new MachineCommand.Release());
        }

        (await host.Core.Events.QueryAsync(new() { MachineIds = [wanted.Id] }, ApiHost.Cancellation)).Should()
            .NotContain(entry => entry.Note.Username == "eve");
    }
}
