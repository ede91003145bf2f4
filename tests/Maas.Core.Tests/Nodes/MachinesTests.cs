using System.Net;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Tests.Nodes;

public class MachinesTests
{
    private static readonly MacAddress One = MacAddress.Parse("52:54:00:00:00:01");
    private static readonly MacAddress Two = MacAddress.Parse("52:54:00:00:00:02");
    private static readonly MachineActor Admin = new("admin", IsAdministrator: true);

    [Fact]
    public async Task The_same_boot_twice_makes_one_machine()
    {
        await using var test = await TestCore.OpenAsync();
        var first = await test.EnlistAsync();
        var again = await test.Machines.EnlistAsync(new NewMachine { MacAddresses = [One] });

        again.Should().BeOfType<CreateResult.Known>().Which.Machine.Id.Should().Be(first.Id);
        (await test.Machines.ListAsync()).Should().HaveCount(1);
    }

    [Theory]
    [InlineData(MachineStatus.New)]
    [InlineData(MachineStatus.Commissioning)]
    public async Task Whoever_says_the_address_of_a_known_machine_changes_nothing_of_it(MachineStatus status)
    {
        await using var test = await TestCore.OpenAsync();
        var victim = await test.EnlistAsync();
        if (status is MachineStatus.Commissioning) await test.DoAsync(victim.Id, new MachineCommand.Commission());
        var before = await test.GetAsync(victim.Id);

        var attack = await test.Machines.EnlistAsync(new NewMachine
        {
            MacAddresses = [Two, One],
            Architecture = "arm64",
            HardwareUuid = "11111111-2222-3333-4444-555555555555",
        });

        attack.Should().BeOfType<CreateResult.Known>().Which.Machine.Id.Should().Be(victim.Id);
        (await test.GetAsync(victim.Id)).Should().BeEquivalentTo(before, options => options.ComparingByMembers<Machine>());
        (await test.Machines.FindByMacAsync(Two)).Should().BeNull("the attacker's address would get the victim's boot tokens");
    }

    [Fact]
    public async Task Whoever_makes_machines_up_fills_no_disk_and_stops_no_user()
    {
        await using var test = await TestCore.OpenAsync(options => options.MostNewMachines = 1);
        var first = await test.EnlistAsync();

        (await test.Machines.EnlistAsync(new NewMachine { MacAddresses = [Two] })).Should()
            .BeOfType<CreateResult.Full>().Which.Reason.Should().StartWith("1 machines are New already");
        (await test.Machines.EnlistAsync(new NewMachine { MacAddresses = [One] })).Should().BeOfType<CreateResult.Known>();
        (await test.Machines.CreateAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:03")] }, "admin")).Should()
            .BeOfType<CreateResult.Created>().Which.Machine.Id.Should().NotBe(first.Id);
    }

    [Fact]
    public async Task Twenty_boots_at_once_make_one_machine()
    {
        await using var test = await TestCore.OpenAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => Task.Run(() => test.Machines.EnlistAsync(new NewMachine { MacAddresses = [One] }))));

        results.OfType<CreateResult.Created>().Should().HaveCount(1);
        results.OfType<CreateResult.Known>().Should().HaveCount(19);
    }

    [Fact]
    public async Task A_machine_that_is_in_use_cannot_be_enlisted_by_another()
    {
        await using var test = await TestCore.OpenAsync();
        await test.ReadyAsync();
        (await test.Machines.EnlistAsync(new NewMachine { MacAddresses = [One] })).Should()
            .BeOfType<CreateResult.Refused>().Which.Field.Should().Be("mac_addresses");
    }

    [Theory]
    [InlineData("architecture", "vax", "52:54:00:00:00:01", null)]
    [InlineData("mac_addresses", "amd64", "01:00:00:00:00:01", null)]
    [InlineData("hostname", "amd64", "52:54:00:00:00:01", "-bad-")]
    [InlineData("hostname", "amd64", "52:54:00:00:00:01", "a_b")]
    [InlineData("domain", "amd64", "52:54:00:00:00:01", "good.b d")]
    public async Task What_makes_no_sense_leaves_nothing_behind(string field, string architecture, string mac, string? hostname)
    {
        await using var test = await TestCore.OpenAsync();
        var result = await test.Machines.CreateAsync(
            new NewMachine { Architecture = architecture, MacAddresses = [MacAddress.Parse(mac)], Hostname = hostname }, "admin");
        result.Should().BeOfType<CreateResult.Refused>().Which.Field.Should().Be(field);
        (await test.Machines.ListAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_edit_changes_the_description()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        var result = await test.Machines.EditAsync(machine.Id, Admin, current => current with
        {
            Hostname = "Web1",
            Power = new PowerSettings("wakeonlan", new Dictionary<string, string> { ["mac_address"] = "x" }),
            OwnerData = new Dictionary<string, string> { ["a"] = "b" },
        });

        var edited = result.Should().BeOfType<EditResult.Done>().Subject.Machine;
        edited.Hostname.Should().Be("web1");
        edited.Power.Type.Should().Be("wakeonlan");
        edited.OwnerData.Should().ContainKey("a");
        (await test.GetAsync(machine.Id)).Should().BeEquivalentTo(edited, options => options.ComparingByMembers<Machine>());
    }

    [Fact]
    public async Task A_name_or_address_of_another_machine_is_refused()
    {
        await using var test = await TestCore.OpenAsync();
        var one = await test.EnlistAsync();
        var two = await test.EnlistAsync("52:54:00:00:00:02");
        (await test.Machines.EditAsync(two.Id, null, machine => machine with { Hostname = one.Hostname })).Should()
            .BeOfType<EditResult.Refused>().Which.Field.Should().Be("hostname");
        (await test.Machines.EditAsync(two.Id, null, machine => machine with { MacAddresses = [Two, One] })).Should()
            .BeOfType<EditResult.Refused>().Which.Field.Should().Be("mac_addresses");
        (await test.Machines.EditAsync(SystemId.New(), null, machine => machine)).Should().BeOfType<EditResult.NotFound>();
    }

    [Fact]
    public async Task No_change_of_many_at_once_is_lost()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(number => Task.Run(() => test.Machines.EditAsync(machine.Id, null, current => current with
        {
            OwnerData = new Dictionary<string, string>(current.OwnerData) { [$"k{number}"] = "v" },
        }))));

        (await test.GetAsync(machine.Id)).OwnerData.Should().HaveCount(50);
    }

    [Fact]
    public async Task A_list_is_filtered_by_each_field_and_ordered_by_creation()
    {
        await using var test = await TestCore.OpenAsync();
        var one = await test.ReadyAsync();
        var two = await test.EnlistAsync("52:54:00:00:00:02");
        await test.Core.Tags.CreateAsync(new Tag("web"), null);
        await test.Core.Tags.UpdateMachinesAsync("web", [one.Id], [], null, null);
        await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob", TokenKey = "t", AgentName = "juju" });

        (await Ids(new MachineFilter())).Should().Equal(one.Id, two.Id);
        (await Ids(new MachineFilter { Ids = [two.Id, SystemId.New()] })).Should().Equal(two.Id);
        (await Ids(new MachineFilter { Hostnames = [one.Fqdn, two.Hostname] })).Should().Equal(one.Id, two.Id);
        (await Ids(new MachineFilter { MacAddresses = [Two] })).Should().Equal(two.Id);
        (await Ids(new MachineFilter { Statuses = [MachineStatus.New] })).Should().Equal(two.Id);
        (await Ids(new MachineFilter { Owners = ["bob"] })).Should().Equal(one.Id);
        (await Ids(new MachineFilter { AllocatedByTokens = ["t"], AgentNames = ["juju"] })).Should().Equal(one.Id);
        (await Ids(new MachineFilter { Tags = ["web"] })).Should().Equal(one.Id);
        (await Ids(new MachineFilter { Tags = ["web", "db"] })).Should().BeEmpty();
        (await Ids(new MachineFilter { PowerStates = [MachinePowerState.Off], Zones = [1], Pools = [1], Domains =
            ["maas"] })).Should().Equal(one.Id);
        (await Ids(new MachineFilter { Hostnames = ["' OR 1=1 --"] })).Should().BeEmpty();

        async Task<IEnumerable<SystemId>> Ids(MachineFilter filter) =>
            (await test.Machines.ListAsync(filter)).Select(machine => machine.Id);
    }

    [Fact]
    public async Task A_deleted_machine_leaves_its_events_and_frees_its_address()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        (await test.Machines.DeleteAsync(machine.Id, Admin)).Should().BeOfType<CommandResult.Done>();
        (await test.Machines.DeleteAsync(machine.Id, Admin)).Should().BeOfType<CommandResult.NotFound>();

        (await test.Machines.GetAsync(machine.Id)).Should().BeNull();
        (await test.Machines.ExecuteAsync(machine.Id, new MachineCommand.Commission())).Should().BeOfType<CommandResult.NotFound>();
        (await test.Core.Events.QueryAsync(new Core.Events.EventQuery { MachineIds = [machine.Id] })).Should().NotBeEmpty();
        await test.EnlistAsync();
    }

    [Fact]
    public async Task The_newest_four_addresses_are_remembered()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        foreach (var last in new[] { 1, 2, 3, 4, 5, 3 })
            await test.Machines.ReportAddressAsync(machine.Id, IPAddress.Parse($"10.0.0.{last}"));
        (await test.GetAsync(machine.Id)).IpAddresses.Should().Equal("10.0.0.3", "10.0.0.5", "10.0.0.4", "10.0.0.2");
    }
}
