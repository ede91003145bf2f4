using Maas.Core;
using Maas.Core.Nodes;
using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Tests.Nodes;

public sealed class MachineListTests
{
    private static readonly MachineActor Admin = new("admin", true), Bob = new("bob", false);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        await using var host = await DashboardHost.StartAsync();
        for (var number = 0; number < MachineList.PageSize + 3; number++)
            await host.AddMachineAsync($"52:54:00:00:{number / 256:x2}:{number % 256:x2}");
        var list = new MachineList(host.Core.Machines, MachineSearch.Parse("", ""), Admin, await host.Core.Topology.GetAsync(Cancellation));

        await list.LoadMoreAsync(Cancellation);
        list.Rows.Should().HaveCount(MachineList.PageSize);
        list.HasMore.Should().BeTrue();
        await list.LoadMoreAsync(Cancellation);

        list.Rows.Should().HaveCount(MachineList.PageSize + 3).And.OnlyHaveUniqueItems()
            .And.BeInAscendingOrder(row => row.Hostname, StringComparer.Ordinal);
        list.HasMore.Should().BeFalse();
    }

    [Fact]
    public async Task Changes_are_shown_where_they_belong()
    {
        await using var host = await DashboardHost.StartAsync();
        var first = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var second = await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        var topology = await host.Core.Topology.GetAsync(Cancellation);
        var list = new MachineList(host.Core.Machines, MachineSearch.Parse("", "New"), Admin, topology);
        await list.LoadMoreAsync(Cancellation);
        var third = await host.AddMachineAsync("52:54:00:00:00:03", "gamma");
        await host.Core.Machines.DeleteAsync(first.Id, Admin, Cancellation);
        await host.Core.Machines.ExecuteAsync(second.Id, new MachineCommand.Accept(), Admin, Cancellation);

        await list.UpdateAsync([first.Id, second.Id, third.Id], Cancellation);

        list.Rows.Select(row => row.Name).Should().Equal(["gamma.maas"], "one is deleted and one is not New any more");
    }

    [Fact]
    public async Task A_machine_with_a_new_name_moves_to_its_place()
    {
        await using var host = await DashboardHost.StartAsync();
        var first = await host.AddMachineAsync("52:54:00:00:00:01", "delta");
        await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        var topology = await host.Core.Topology.GetAsync(Cancellation);
        var list = new MachineList(host.Core.Machines, MachineSearch.Parse("", ""), Admin, topology);
        await list.LoadMoreAsync(Cancellation);
        list.Rows.Select(row => row.Name).Should().Equal("beta.maas", "delta.maas");

        await host.Core.Machines.EditAsync(first.Id, Admin, machine => machine with { Hostname = "alpha" }, Cancellation);
        await list.UpdateAsync([first.Id], Cancellation);

        list.Rows.Select(row => row.Name).Should().Equal("alpha.maas", "beta.maas");
    }

    [Fact]
    public async Task A_user_sees_no_machine_of_another_user()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01");
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.MarkBroken(), Admin, Cancellation);
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.MarkFixed(), Admin, Cancellation);
        var list = new MachineList(host.Core.Machines, MachineSearch.Parse("", ""), Bob, await host.Core.Topology.GetAsync(Cancellation));
        await list.LoadMoreAsync(Cancellation);
        list.Rows.Should().ContainSingle();

        var result = await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Allocate("admin"), Admin, Cancellation);
        result.Should().BeOfType<CommandResult.Done>();
        await list.UpdateAsync([machine.Id], Cancellation);

        list.Rows.Should().BeEmpty();
    }

    [Theory]
    [InlineData("alp", true)]
    [InlineData("ALPHA.maas", true)]
    [InlineData("52:54:00:00:00:01", true)]
    [InlineData("mac:52:54", true)]
    [InlineData("00:01", true)]
    [InlineData("alpha beta", false)]
    [InlineData("tag:web", false)]
    [InlineData("owner:bob", false)]
    public async Task A_search_finds_by_name_and_addresses(string text, bool found)
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var topology = await host.Core.Topology.GetAsync(Cancellation);
        var list = new MachineList(host.Core.Machines, MachineSearch.Parse(text, ""), Admin, topology);

        await list.LoadMoreAsync(Cancellation);

        list.Rows.Should().HaveCount(found ? 1 : 0);
    }

    [Fact]
    public async Task The_feed_hands_on_changes_of_all_machines()
    {
        await using var host = await DashboardHost.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var after = await host.Core.Machines.GetLastChangeAsync(Cancellation);
        var machine = await host.AddMachineAsync("52:54:00:00:00:01");
        var seen = new TaskCompletionSource<IReadOnlyCollection<SystemId>?>();
        var feed = MachineFeed.FollowAsync(
            host.Core.Machines, null, after,
            changed =>
            {
                seen.TrySetResult(changed);
                return Task.CompletedTask;
            },
            TimeProvider.System, stop.Token);

        (await seen.Task.WaitAsync(Cancellation)).Should().Equal(machine.Id);
        await stop.CancelAsync();
        await feed;
    }

    [Fact]
    public async Task A_bulk_operation_ends_with_the_refusals()
    {
        await using var host = await DashboardHost.StartAsync();
        var (first, second, other) = (await host.AddMachineAsync("52:54:00:00:00:01", "alpha"),
            await host.AddMachineAsync("52:54:00:00:00:02", "beta"), await host.AddMachineAsync("52:54:00:00:00:03", "gamma"));
        await host.Core.Machines.ExecuteAsync(second.Id, new MachineCommand.MarkBroken(), Admin, Cancellation);

        var failures = await BulkOperation.RunAsync(
            host.Core.Machines, [first.Id, second.Id], new MachineCommand.Accept(), Admin, null, Cancellation);

        failures.Should().ContainSingle().Which.Should().StartWith("beta.maas: ").And.Contain("Broken");
        (await host.Core.Machines.GetAsync(first.Id, Cancellation))!.Status.Should().Be(MachineStatus.Commissioning);
        (await host.Core.Machines.GetAsync(other.Id, Cancellation))!.Status.Should().Be(MachineStatus.New, "it was not selected");
    }

    [Fact]
    public async Task A_bulk_operation_gives_a_user_no_more_rights_than_the_API()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");

        var deleted = await BulkOperation.RunAsync(host.Core.Machines, [machine.Id], null, Bob, null, Cancellation);

        deleted.Should().ContainSingle().Which.Should().Contain("permission");
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation)).Should().NotBeNull();
    }
}
