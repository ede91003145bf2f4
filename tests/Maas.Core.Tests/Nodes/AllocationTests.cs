using Maas.Core.Nodes;

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
        foreach (var tag in new[] { "ssd", "gpu" }) await test.Core.Tags.SaveAsync(new Tag(tag));
        (await test.Core.Tags.UpdateMachinesAsync("ssd", [one.Id, two.Id], [], "admin")).Should().Be((2, 0));
        await test.Core.Tags.UpdateMachinesAsync("gpu", [two.Id], [], "admin");

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
}
