using System.Text;
using Maas.Core.Nodes;
using Maas.Core.Events;
using Maas.Core.Power;

namespace Maas.Core.Tests.Nodes;

public class WholeLifeTests
{
    [Fact]
    public async Task A_machine_goes_from_new_to_deployed_and_back_to_ready()
    {
        await using var test = await TestCore.OpenInFileAsync();
        await test.UploadAsync();
        var machine = await test.EnlistAsync();
        machine.Status.Should().Be(MachineStatus.New);
        machine.Hostname.Should().Be("node-525400000001");
        machine.NextBoot.Should().Be(new BootIntent.Ephemeral(EphemeralTask.Enlist));

        machine = await test.DoAsync(machine.Id, new MachineCommand.Accept { By = "admin" });
        machine.Status.Should().Be(MachineStatus.Commissioning);
        machine.Deadline.Should().Be(test.Clock.GetUtcNow().AddMinutes(30));
        machine = await test.SettleAsync(machine.Id);
        test.Power.StateOf(machine.Id).Should().Be(MachinePowerState.On);

        await test.RunScriptsAsync(machine.Id, Inventories.Small());
        await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
        machine = await test.SettleAsync(machine.Id);
        machine.Status.Should().Be(MachineStatus.Ready);
        machine.PowerState.Should().Be(MachinePowerState.Off);
        machine.CpuCount.Should().Be(2);
        machine.MemoryMiB.Should().Be(2048);

        var allocated = await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob", TokenKey = "t1", AgentName = "juju" });
        allocated.Should().BeOfType<AllocationResult.Allocated>().Which.Machine.Owner.Should().Be("bob");
        machine = await test.DoAsync(
            machine.Id, new MachineCommand.Deploy("bob") { UserData = Encoding.ASCII.GetBytes("#cloud-config\n") });
        machine.Status.Should().Be(MachineStatus.Deploying);
        machine.Deployment!.Disk.Should().Be(new InstallDisk("vda", "serial-vda"));
        machine.NextBoot.Should().BeOfType<BootIntent.Install>().Which.Image.Name.Should().Be("custom/debian-12");
        Encoding.ASCII.GetString((await test.Machines.GetUserDataAsync(machine.Id))!.Value.Span).Should().Be("#cloud-config\n");
        await test.SettleAsync(machine.Id);

        machine = await test.DoAsync(machine.Id, new MachineReport.NetbootOff());
        machine.NextBoot.Should().Be(new BootIntent.LocalDisk());
        machine = await test.DoAsync(machine.Id, new MachineReport.UserDataFetched());
        machine.Status.Should().Be(MachineStatus.Deployed);
        machine.Deadline.Should().BeNull();

        machine = await test.DoAsync(machine.Id, new MachineCommand.Release { Erase = EraseMode.Quick });
        machine.Status.Should().Be(MachineStatus.DiskErasing);
        machine.NextBoot.Should().Be(new BootIntent.Ephemeral(EphemeralTask.Erase));
        await test.SettleAsync(machine.Id);
        await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Erased, null));
        machine = await test.SettleAsync(machine.Id);
        machine.Status.Should().Be(MachineStatus.Ready);
        machine.Owner.Should().BeNull();
        machine.Deployment.Should().BeNull();
        (await test.Machines.GetUserDataAsync(machine.Id)).Should().BeNull();

        var events = await test.Core.Events.QueryAsync(new EventQuery { MachineIds = [machine.Id] });
        events.Reverse().Select(happened => happened.Note.Type).Where(type => type != "Power" && type != "Inventory").Should().Equal(
            "New", "Commissioning", "Ready", "Allocated", "Deploying", "Network boot", "Deployed", "Disk erasing", "Ready");
    }

    [Fact]
    public async Task A_manual_machine_never_waits_for_its_power()
    {
        await using var test = await TestCore.OpenInFileAsync();
        await test.UploadAsync();
        var machine = await test.ReadyAsync(powerType: "manual");
        await test.DoAsync(machine.Id, new MachineCommand.Deploy("bob"));
        await test.DoAsync(machine.Id, new MachineReport.NetbootOff());
        await test.DoAsync(machine.Id, new MachineReport.UserDataFetched());

        machine = await test.DoAsync(machine.Id, new MachineCommand.Release());

        machine.Status.Should().Be(MachineStatus.Ready);
        test.Power.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task A_released_machine_is_free_once_it_is_off()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.ReadyAsync();
        await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob" });

        machine = await test.DoAsync(machine.Id, new MachineCommand.Release());
        machine.Status.Should().Be(MachineStatus.Releasing);
        machine = await test.SettleAsync(machine.Id);

        machine.Status.Should().Be(MachineStatus.Ready);
        machine.Owner.Should().BeNull();
    }
}
