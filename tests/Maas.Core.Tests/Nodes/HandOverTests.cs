using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Core.Tests.Nodes;

/// <summary>A machine outside of the authority of the server: its system runs on, and the machine is forgotten.</summary>
public class HandOverTests
{
    [Fact]
    public async Task A_deployed_machine_is_forgotten_and_a_device_has_its_name_addresses_and_owner()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await DeployedAsync(test);
        var token = (await test.Core.MachineTokens.GetOrCreateAsync(machine.Id))!; // it exists
        var asked = test.Power.Asked.Count;

        var result = await test.Machines.HandOverAsync(machine.Id, null);

        var device = result.Should().BeOfType<HandOverResult.Done>().Which.Device;
        (device.Hostname, device.Owner, device.Domain).Should().Be((machine.Hostname, "bob", machine.Domain));
        device.MacAddresses.Should().Contain(machine.MacAddresses[0]);
        (await test.Machines.GetAsync(machine.Id)).Should().BeNull();
        (await test.Core.Devices.FindByMacAsync(machine.MacAddresses[0]))!.SystemId.Should().Be(device.SystemId);
        (await test.Core.MachineTokens.FindAsync(token.ConsumerKey, token.TokenKey)).Should().BeNull();
        (await test.Core.PowerQueue.PassAsync()).Should().Be(0, "the system keeps running");
        test.Power.Asked.Should().HaveCount(asked);
        (await test.Core.Events.QueryAsync(new EventQuery { MachineIds = [machine.Id], Level = EventLevel.Audit }))
            .Should().Contain(note => note.Note.Type == "Handed over");
    }

    [Fact]
    public async Task A_machine_that_was_handed_over_does_not_enlist_again()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await DeployedAsync(test);
        await test.Machines.HandOverAsync(machine.Id, null);

        var again = await test.Machines.EnlistAsync(new NewMachine { MacAddresses = machine.MacAddresses });

        again.Should().NotBeOfType<CreateResult.Created>();
    }

    [Fact]
    public async Task Only_a_deployed_machine_that_is_not_locked_is_handed_over_by_its_owner_or_an_administrator()
    {
        await using var test = await TestCore.OpenAsync();
        var (bob, eve) = (await UserAsync(test, "bob"), await UserAsync(test, "eve"));
        var ready = await test.ReadyAsync("52:54:00:00:00:02");
        (await RefusalAsync(ready.Id, null)).Should().Be(RefusalKind.Status);
        var machine = await DeployedAsync(test);
        (await RefusalAsync(machine.Id, eve)).Should().Be(RefusalKind.Permission);
        await test.DoAsync(machine.Id, new MachineCommand.Lock());
        (await RefusalAsync(machine.Id, bob)).Should().Be(RefusalKind.Locked);
        await test.DoAsync(machine.Id, new MachineCommand.Unlock());

        (await test.Machines.HandOverAsync(machine.Id, bob)).Should().BeOfType<HandOverResult.Done>();
        (await test.Machines.HandOverAsync(machine.Id, bob)).Should().BeOfType<HandOverResult.NotFound>();

        async Task<RefusalKind> RefusalAsync(SystemId id, MachineActor? actor) =>
            (await test.Machines.HandOverAsync(id, actor)).Should().BeOfType<HandOverResult.Refused>().Which.Because;
    }

    [Fact]
    public async Task A_machine_that_was_deployed_to_be_handed_over_is_when_the_last_stage_of_cloud_init_has_ended()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await DeployingAsync(test, new MachineCommand.Deploy("bob") { HandOver = true });
        await test.DoAsync(machine.Id, new MachineReport.UserDataFetched());
        await test.DoAsync(machine.Id, new MachineReport.StageFinished("modules-config", true, ""));
        (await test.GetAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);
        await test.DoAsync(machine.Id, new MachineReport.StageFinished("modules-final", false, "a script failed"));
        (await test.GetAsync(machine.Id)).Should().NotBeNull("what failed is not handed over");

        await test.DoAsync(machine.Id, new MachineReport.StageFinished("modules-final", true, ""));

        (await test.Machines.GetAsync(machine.Id)).Should().BeNull();
        (await test.Core.Devices.FindByMacAsync(machine.MacAddresses[0])).Should().NotBeNull();
    }

    [Fact]
    public async Task A_machine_with_devices_of_its_own_is_handed_over()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await DeployedAsync(test);
        await test.Core.Devices.CreateAsync(
            new NewDevice { MacAddresses = [MacAddress.Parse("52:54:00:00:00:99")], Parent = machine.Id }, null);

        (await test.Machines.HandOverAsync(machine.Id, null)).Should().BeOfType<HandOverResult.Done>();

        (await test.Core.Devices.ListAsync()).Should().ContainSingle().Which.Hostname.Should().Be(machine.Hostname);
    }

    private static async Task<Machine> DeployedAsync(TestCore test)
    {
        var machine = await DeployingAsync(test, new MachineCommand.Deploy("bob"));
        return await test.DoAsync(machine.Id, new MachineReport.UserDataFetched());
    }

    private static async Task<Machine> DeployingAsync(TestCore test, MachineCommand.Deploy deploy)
    {
        await test.UploadAsync();
        var machine = await test.ReadyAsync();
        await test.DoAsync(machine.Id, deploy);
        await test.SettleAsync(machine.Id);
        return await test.DoAsync(machine.Id, new MachineReport.NetbootOff());
    }

    private static async Task<MachineActor> UserAsync(TestCore test, string name) =>
        MachineActor.Of(((CreateUserResult.Created)await test.Core.Users.CreateAsync(name, "", new Secret(""), false)).User);
}
