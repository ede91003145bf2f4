using Maas.Core.Nodes;
using Maas.Core.Inventory;
using Maas.Core.Power;
using Maas.Core.Topology;

namespace Maas.Core.Tests.Nodes;

/// <summary>An edit changes a machine's description, and is refused when it would change its life.</summary>
public class MachineLifeTests
{
    private static readonly Dictionary<string, object> Changed = new()
    {
        [nameof(Machine.Id)] = SystemId.Parse("abc346"),
        [nameof(Machine.Number)] = 99L,
        [nameof(Machine.MadeItselfKnown)] = false,
        [nameof(Machine.Status)] = MachineStatus.Ready,
        [nameof(Machine.CameFrom)] = MachineStatus.Ready,
        [nameof(Machine.StatusMessage)] = "all is well",
        [nameof(Machine.PowerNote)] = "odd",
        [nameof(Machine.PowerOffNote)] = "still on",
        [nameof(Machine.StatusSince)] = DateTimeOffset.UnixEpoch,
        [nameof(Machine.Deadline)] = DateTimeOffset.UnixEpoch,
        [nameof(Machine.OperationId)] = Guid.Empty,
        [nameof(Machine.CheckedIn)] = true,
        [nameof(Machine.SkipNetworking)] = true,
        [nameof(Machine.SkipStorage)] = true,
        [nameof(Machine.SkipBmcConfig)] = true,
        [nameof(Machine.Retries)] = 1,
        [nameof(Machine.PowerDetected)] = true,
        [nameof(Machine.PowerState)] = MachinePowerState.On,
        [nameof(Machine.BootMedia)] = new Uri("http://10.0.0.1/rescue.iso"),
        [nameof(Machine.ControllerIdentity)] = new Identity { Serial = "SN-1" },
        [nameof(Machine.Netboot)] = false,
        [nameof(Machine.Locked)] = true,
        [nameof(Machine.Owner)] = "bob",
        [nameof(Machine.AllocatedByToken)] = "key",
        [nameof(Machine.AgentName)] = "juju",
        [nameof(Machine.Deployment)] = new Deployment
        {
            Image = new ImageReference(1, 2, "x", "ddraw", 3, "a"), Disk = new InstallDisk("sda", ""),
        },
        [nameof(Machine.Erase)] = EraseMode.Full,
        [nameof(Machine.ReleaseTask)] = ReleaseTask.Erase,
        [nameof(Machine.RescuedBy)] = "eve",
        [nameof(Machine.SshEnabledBy)] = "eve",
        [nameof(Machine.Created)] = DateTimeOffset.UnixEpoch,
        [nameof(Machine.Updated)] = DateTimeOffset.UnixEpoch,
        [nameof(Machine.Version)] = 99L,
    };

    private static readonly Dictionary<string, object> Described = new()
    {
        [nameof(Machine.Hostname)] = "other",
        [nameof(Machine.Domain)] = "lab",
        [nameof(Machine.Description)] = "words",
        [nameof(Machine.Architecture)] = "arm64/generic",
        [nameof(Machine.MacAddresses)] = new[] { MacAddress.Parse("52:54:00:00:00:09") },
        [nameof(Machine.HardwareUuid)] = "01234567-89ab-cdef-0123-456789abcdef",
        [nameof(Machine.Power)] = PowerSettings.Manual,
        [nameof(Machine.OwnerData)] = new Dictionary<string, string> { ["rack"] = "r1" },
        [nameof(Machine.Tags)] = new[] { "gpu" },
        [nameof(Machine.Hardware)] = new Hardware { Disks = [new Disk { Name = "vda", Size = 4000 }] },
        [nameof(Machine.CpuCount)] = 4,
        [nameof(Machine.MemoryMiB)] = 4096,
        [nameof(Machine.BootDisk)] = "sda",
        [nameof(Machine.MinHweKernel)] = "hwe-22.04",
        [nameof(Machine.SwapSize)] = 1L,
        [nameof(Machine.IpAddresses)] = new[] { "10.0.0.9" },
    };

    public static TheoryData<string> Life => [.. Changed.Keys];

    public static TheoryData<string> Description => [.. Described.Keys];

    [Fact]
    public void Every_property_is_of_the_life_or_of_the_description() =>
        typeof(Machine).GetProperties().Where(property => property.SetMethod is not null).Select(property => property.Name)
            .Except([nameof(Machine.ZoneId), nameof(Machine.PoolId)]) // another than the default one has to exist
            .Should().BeEquivalentTo(Changed.Keys.Concat(Described.Keys));

    [Theory, MemberData(nameof(Life))]
    public async Task An_edit_of_the_life_is_refused_by_its_name(string property)
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();

        var result = await test.Machines.EditAsync(
            machine.Id, null, current => With(current, property, Changed[property]) with { Description = "changed" });

        result.Should().Be(new EditResult.Refused(property, $"An edit cannot change {property}: commands change them (ExecuteAsync)."));
        (await test.Machines.GetAsync(machine.Id))!.Description.Should().BeEmpty();
    }

    [Theory, MemberData(nameof(Description))]
    public async Task An_edit_of_the_description_is_done(string property)
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        if (property == nameof(Machine.Domain)) // it has to exist
            await test.Core.Networks.Domains.CreateAsync(new Domain { Name = (string)Described[property] }, null);

        var result = await test.Machines.EditAsync(machine.Id, null, current => With(current, property, Described[property]));

        var edited = result.Should().BeOfType<EditResult.Done>().Which.Machine;
        typeof(Machine).GetProperty(property)!.GetValue(edited).Should().BeEquivalentTo(Described[property]);
    }

    [Fact]
    public async Task All_fields_that_cannot_be_edited_are_named()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();

        var result = await test.Machines.EditAsync(
            machine.Id, null, current => current with { Status = MachineStatus.Ready, Owner = "bob" });

        result.Should().BeOfType<EditResult.Refused>().Which.Reason.Should().Contain("Status, Owner");
    }

    private static Machine With(Machine machine, string property, object value)
    {
        var copy = machine with { };
        typeof(Machine).GetProperty(property)!.SetValue(copy, value); // an init setter is a setter to reflection
        return copy;
    }
}
