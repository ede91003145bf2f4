using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Storage;
using Maas.Core.Topology;

namespace Maas.Core.Tests.Nodes;

public class AllocationTests
{
    [Fact]
    public async Task A_hundred_callers_get_each_machine_once()
    {
        await using var test = await TestCore.OpenAsync();
        for (var number = 1; number <= 10; number++) await test.ReadyAsync($"52:54:00:00:01:{number:x2}", "manual");

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(caller =>
            Task.Run(() => test.Machines.AllocateAsync(new AllocationRequest { Owner = $"user{caller}" }))));

        var allocated = results.OfType<AllocationResult.Allocated>().Select(result => result.Machine).ToList();
        allocated.Should().HaveCount(10);
        allocated.Select(machine => machine.Id).Should().OnlyHaveUniqueItems();
        foreach (var machine in allocated) (await test.GetAsync(machine.Id)).Owner.Should().Be(machine.Owner);
    }

    [Fact]
    public async Task The_smallest_machine_that_fits_is_given_and_none_that_is_too_small()
    {
        await using var test = await TestCore.OpenAsync();
        await test.ReadyAsync("52:54:00:00:00:01", cpus: 8, memoryMiB: 8192);
        var fitting = await test.ReadyAsync("52:54:00:00:00:02", cpus: 4, memoryMiB: 4096);
        await test.ReadyAsync("52:54:00:00:00:03", cpus: 1, memoryMiB: 1024);

        var result = await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob", CpuCount = 2, MemoryMiB = 2048.5 });

        result.Should().BeOfType<AllocationResult.Allocated>().Which.Machine.Id.Should().Be(fitting.Id);
    }

    [Fact]
    public async Task Tags_are_all_demanded_and_others_all_shunned()
    {
        await using var test = await TestCore.OpenAsync();
        var one = await test.ReadyAsync("52:54:00:00:00:01");
        var two = await test.ReadyAsync("52:54:00:00:00:02");
        foreach (var tag in new[] { "ssd", "gpu" }) await test.Core.Tags.CreateAsync(new Tag(tag), null);
        (await test.Core.Tags.UpdateMachinesAsync("ssd", [one.Id, two.Id], [], null, "admin")).Should().Be(new TagUpdateResult.Done(2, 0));
        await test.Core.Tags.UpdateMachinesAsync("gpu", [two.Id], [], null, "admin");

        (await Allocate(new AllocationRequest { Owner = "bob", Tags = ["ssd", "gpu"], DryRun = true })).Should().Be(two.Id);
        (await Allocate(new AllocationRequest { Owner = "bob", Tags = ["ssd"], NotTags = ["gpu"], DryRun = true })).Should().Be(one.Id);
        (await test.GetAsync(one.Id)).Status.Should().Be(MachineStatus.Ready, "a dry run changes nothing");

        async Task<SystemId> Allocate(AllocationRequest request) =>
            (await test.Machines.AllocateAsync(request)).Should().BeOfType<AllocationResult.Allocated>().Subject.Machine.Id;
    }

    [Theory]
    [InlineData("arch", "vax")]
    [InlineData("tags", "nope")]
    [InlineData("zone", "mars")]
    [InlineData("pool", "deep")]
    public async Task A_value_that_does_not_exist_is_invalid(string constraint, string value)
    {
        await using var test = await TestCore.OpenAsync();
        var request = new AllocationRequest { Owner = "bob" };
        request = constraint switch
        {
            "arch" => request with { Architectures = [value] },
            "tags" => request with { Tags = [value] },
            "zone" => request with { Zone = value },
            _ => request with { Pool = value },
        };

        var result = await test.Machines.AllocateAsync(request);

        result.Should().BeOfType<AllocationResult.Invalid>().Which.Constraint.Should().Be(constraint);
    }

    [Fact]
    public async Task When_there_is_none_the_answer_says_what_was_asked()
    {
        await using var test = await TestCore.OpenAsync();
        (await Reason(new AllocationRequest { Owner = "bob" })).Should().Be("No machine available.");
        (await Reason(new AllocationRequest { Owner = "bob", SystemId = "abc346" })).Should()
            .Be("No machine with system ID abc346 available.");
        (await Reason(new AllocationRequest { Owner = "bob", Name = "x" })).Should()
            .Be("No available machine matches constraints: [('name', ['x'])] (resolved to \"name=x\")");

        async Task<string> Reason(AllocationRequest request) =>
            (await test.Machines.AllocateAsync(request)).Should().BeOfType<AllocationResult.NoMachine>().Subject.Reason;
    }

    [Fact]
    public async Task A_name_with_or_without_its_domain_selects()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        foreach (var name in new[] { machine.Hostname, machine.Fqdn.ToUpperInvariant() })
        {
            var result = await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob", Name = name, DryRun = true });
            result.Should().BeOfType<AllocationResult.Allocated>();
        }
    }

    [Fact]
    public async Task The_labels_of_disks_are_answered_with_the_first_machine_that_has_them()
    {
        await using var test = await TestCore.OpenAsync();
        for (var number = 1; number <= 12; number++) await ReadyAsync(test, number);
        var fitting = await ReadyAsync(test, 13, "vda", "vdb");
        await test.ReadyAsync("52:54:00:00:00:14", cpus: 64);

        var request = new AllocationRequest { Owner = "bob", Storage = "root:1(ssd),2,data:1" };
        (await test.Machines.AllocateAsync(request)).Should().BeOfType<AllocationResult.NoMachine>();
        var result = (await test.Machines.AllocateAsync(request with { Storage = "root:1(ssd),data:1" }))
            .Should().BeOfType<AllocationResult.Allocated>().Subject;

        (result.Machine.Id, result.Machine.Owner).Should().Be((fitting.Id, "bob"));
        var disks = (await test.Core.NodeConfigs.GetAsync(result.Machine)).Storage.BlockDevices;
        result.Storage.Should().Equal(
            KeyValuePair.Create("root", (StorageTarget)new StorageTarget.Device(disks.Single(disk => disk.Name == "vda").Id)),
            KeyValuePair.Create("data", (StorageTarget)new StorageTarget.Device(disks.Single(disk => disk.Name == "vdb").Id)));
    }

    [Fact]
    public async Task Subnets_and_fabrics_select_by_the_links_of_interfaces()
    {
        await using var test = await TestCore.OpenAsync();
        var (one, two) = (await ReadyAsync(test, 1), await ReadyAsync(test, 2));
        var subnet = await AddSubnetAsync(test);
        var number = (await LinkAsync(test, two.Id, subnet)).Interfaces[0].Id;

        (await Allocate(new() { Owner = "bob", Subnets = ["10.0.0.0/24"] })).Should().Be(two.Id);
        (await Allocate(new() { Owner = "bob", Subnets = ["vid:0", "name:10.0.0.0/24"] })).Should().Be(two.Id);
        (await Allocate(new() { Owner = "bob", NotSubnets = ["10.0.0.7/24"] })).Should().Be(one.Id);
        (await Allocate(new() { Owner = "bob", Fabrics = ["fabric-0"], NotSubnets = ["10.0.0.0/24"] })).Should().Be(one.Id);
        (await Allocate(new() { Owner = "bob", NotFabrics = ["fabric-0"] })).Should().BeNull();
        (await Allocate(new() { Owner = "bob", Fabrics = ["nosuch"] })).Should().BeNull();
        (await Allocate(new() { Owner = "bob", NotFabrics = ["nosuch"] })).Should().Be(one.Id);
        (await Allocate(new() { Owner = "bob", FabricClasses = ["10g"] })).Should().BeNull();
        (await Allocate(new() { Owner = "bob", Vlans = ["5001"] })).Should().Be(one.Id);
        (await Allocate(new() { Owner = "bob", NotVlans = ["untagged"] })).Should().BeNull();
        (await Allocate(new() { Owner = "bob", LinkSpeed = 1000 })).Should().Be(one.Id);
        (await Allocate(new() { Owner = "bob", LinkSpeed = 1001 })).Should().BeNull();
        (await Allocate(new() { Owner = "bob", CpuSpeed = 2400 })).Should().Be(one.Id);
        (await Allocate(new() { Owner = "bob", CpuSpeed = 2401 })).Should().BeNull();
        (await Allocate(new() { Owner = "bob", Devices = "vendor_id=1af4" })).Should().BeNull("the inventory has no PCI devices");
        (await Allocate(new() { Owner = "bob", Pods = ["host"] })).Should().BeNull();
        (await Allocate(new() { Owner = "bob", PodTypes = ["ipmi"] })).Should().Be(one.Id);
        (await Allocate(new() { Owner = "bob", NotPodTypes = ["ipmi"] })).Should().BeNull();

        var labeled = (await test.Machines.AllocateAsync(new() { Owner = "bob", Interfaces = "a:subnet=10.0.0.0/24;b:mode=unconfigured" }))
            .Should().BeOfType<AllocationResult.NoMachine>("the only interface has an address").Subject;
        labeled.Reason.Should().Contain("('interfaces', ['a:subnet=10.0.0.0/24;b:mode=unconfigured'])");
        var result = (await test.Machines.AllocateAsync(new() { Owner = "bob", Interfaces = "a:subnet=10.0.0.0/24;b:name=eth0" }))
            .Should().BeOfType<AllocationResult.Allocated>().Subject;
        result.Machine.Id.Should().Be(two.Id);
        result.Interfaces.Select(each => $"{each.Key}={string.Join(',', each.Value)}").Should().Equal($"a={number}", $"b={number}");

        async Task<SystemId?> Allocate(AllocationRequest request) =>
            (await test.Machines.AllocateAsync(request with { DryRun = true })) is AllocationResult.Allocated { Machine: var machine }
                ? machine.Id : null;
    }

    [Theory]
    [InlineData("subnets", "nosuch", "No matching subnets found.")]
    [InlineData("not_subnets", "space:nosuch", "No matching subnets found.")]
    [InlineData("vlans", "77", "No matching VLANs found.")]
    [InlineData("storage", "root:twenty", "Malformed storage constraint, \"root:twenty\".")]
    [InlineData("interfaces", "0:nonsense=1", "Unknown interfaces constraint: 'nonsense")]
    [InlineData("devices", "bus=1", "Unknown devices constraint: 'bus")]
    public async Task A_constraint_that_makes_no_sense_is_invalid_in_the_words_of_MAAS(string constraint, string value, string reason)
    {
        await using var test = await TestCore.OpenAsync();
        var request = new AllocationRequest { Owner = "bob" };
        request = constraint switch
        {
            "subnets" => request with { Subnets = [value] },
            "not_subnets" => request with { NotSubnets = [value] },
            "vlans" => request with { Vlans = [value] },
            "storage" => request with { Storage = value },
            "interfaces" => request with { Interfaces = value },
            _ => request with { Devices = value },
        };

        (await test.Machines.AllocateAsync(request)).Should().Be(new AllocationResult.Invalid(constraint, reason));
    }

    [Fact]
    public async Task Callers_with_constraints_get_each_machine_once_and_none_that_does_not_fit()
    {
        await using var test = await TestCore.OpenInFileAsync();
        List<SystemId> ids = [];
        for (var number = 1; number <= 8; number++) ids.Add((await ReadyAsync(test, number)).Id);
        var subnet = await AddSubnetAsync(test); // an interface that is commissioned afterwards is linked to it
        var linked = ids.Where((_, at) => at % 2 == 0).ToList();
        foreach (var id in linked) await LinkAsync(test, id, subnet);

        var request = new AllocationRequest { Owner = "bob", Interfaces = "a:subnet=10.0.0.0/24", Storage = "1" };
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => test.Machines.AllocateAsync(request))));

        results.OfType<AllocationResult.Allocated>().Select(result => result.Machine.Id.ToString()).Order(StringComparer.Ordinal)
            .Should().Equal(linked.Select(id => id.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_machine_that_changed_since_it_was_chosen_is_not_allocated_as_if_it_had_not()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        var stale = new MachineCommand.Allocate("bob") { ExpectedVersion = machine.Version - 1 };

        (await test.Machines.ExecuteAsync(machine.Id, stale)).Should().BeOfType<CommandResult.Refused>()
            .Which.Reason.Should().Be("The machine has changed since it was chosen.");
        await test.DoAsync(machine.Id, stale with { ExpectedVersion = machine.Version });
    }

    private static async Task<Machine> ReadyAsync(TestCore test, int number, params string[] disks)
    {
        var mac = $"52:54:00:00:00:{number:x2}";
        var machine = await test.EnlistAsync(mac);
        await test.DoAsync(machine.Id, new MachineCommand.Accept());
        await test.SettleAsync(machine.Id);
        await test.RunScriptsAsync(machine.Id, Inventories.Small(mac, disks: disks));
        await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
        return await test.SettleAsync(machine.Id);
    }

    private static async Task<long> AddSubnetAsync(TestCore test)
    {
        var result = await test.Core.Networks.Subnets.CreateAsync(
            new Subnet { VlanId = Vlan.DefaultId, Cidr = System.Net.IPNetwork.Parse("10.0.0.0/24") }, null);
        return result.Should().BeOfType<RecordEdit<Subnet>.Done>().Subject.Record.Id;
    }

    private static async Task<NetworkConfig> LinkAsync(TestCore test, SystemId id, long subnet)
    {
        var result = await test.Core.NodeConfigs.EditNetworkAsync(id, null, new NetworkEdit((_, config, view, ids) => LinkRules.Link(
            config, config.Interfaces[0].Id, new LinkRequest { Mode = "static", Subnet = subnet, Force = true }, view, ids)));
        return result.Should().BeOfType<NodeConfigResult.Done>().Subject.Config.Network;
    }
}
