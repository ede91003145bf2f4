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
            [first.Id, second.Id],
            (id, stop) => BulkOperation.CommandAsync(host.Core.Machines, id, new MachineCommand.Accept(), Admin, stop),
            failure => failure.Message, Cancellation);

        failures.Should().ContainSingle().Which.Should().StartWith("beta.maas: ").And.Contain("Broken");
        (await host.Core.Machines.GetAsync(first.Id, Cancellation))!.Status.Should().Be(MachineStatus.Commissioning);
        (await host.Core.Machines.GetAsync(other.Id, Cancellation))!.Status.Should().Be(MachineStatus.New, "it was not selected");
    }

    [Fact]
    public async Task A_bulk_operation_gives_a_user_no_more_rights_than_the_API()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");

        var deleted = await BulkOperation.RunAsync(
            [machine.Id], (id, stop) => BulkOperation.CommandAsync(host.Core.Machines, id, null, Bob, stop),
            failure => failure.Message, Cancellation);

        deleted.Should().ContainSingle().Which.Should().Contain("permission");
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation)).Should().NotBeNull();
    }

    [Fact]
    public async Task What_fails_for_one_machine_does_not_stop_the_others()
    {
        var ids = Enumerable.Range(0, 40).Select(_ => SystemId.New()).ToList();
        var done = new System.Collections.Concurrent.ConcurrentBag<SystemId>();

        var failures = await BulkOperation.RunAsync(
            ids,
            (id, _) =>
            {
                if (id == ids[3]) throw new IOException("no space left");
                done.Add(id);
                return Task.FromResult<string?>(null);
            },
            failure => failure.Message, Cancellation);

        failures.Should().Equal($"{ids[3]}: no space left");
        done.Should().HaveCount(39);
    }

    [Theory]
    [InlineData("status:rdy", "", "There is no status 'rdy'.")]
    [InlineData("status:(new,rdy)", "", "There is no status 'rdy'.")]
    [InlineData("", "Rdy", "There is no status 'Rdy'.")]
    [InlineData("power_state:maybe", "", "There is no power state 'maybe'.")]
    [InlineData("fabric:fabric-1", "", "There is no filter fabric:")]
    [InlineData("tag:", "", "tag: needs a value.")]
    [InlineData("status:new", "Ready", "")]
    public async Task A_search_that_means_nothing_finds_no_machine_and_says_why(string text, string status, string problem)
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var search = MachineSearch.Parse(text, status);
        var list = new MachineList(host.Core.Machines, search, Admin, await host.Core.Topology.GetAsync(Cancellation));

        await list.LoadMoreAsync(Cancellation);
        await list.UpdateAsync([machine.Id], Cancellation);

        list.Rows.Should().BeEmpty("all machines that are found can be selected and deleted");
        list.HasMore.Should().BeFalse();
        search.Problem.Should().StartWith(problem);
        if (problem.Length == 0) search.Problem.Should().BeEmpty();
    }

    [Theory]
    [InlineData("hostname:alp", "alpha")]
    [InlineData("hostname:(=alp)", "")]
    [InlineData("hostname:(=ALPHA)", "alpha")]
    [InlineData("hostname:(alp,amm)", "alpha gamma")]
    [InlineData("hostname:(!alpha)", "beta gamma")]
    [InlineData("hostname:maas", "")]
    [InlineData("fqdn:a.maas", "alpha beta gamma")]
    [InlineData("!alpha", "beta gamma")]
    [InlineData("!tag:web", "beta gamma")]
    [InlineData("tags:(=web)", "alpha")]
    [InlineData("ip_addresses:10.1.0.", "alpha")]
    [InlineData("ip_addresses:(=10.1.0.)", "")]
    [InlineData("ip:10.1.0.7", "alpha")]
    [InlineData("mac_address:00:02", "beta")]
    [InlineData("mac_address:(=52-54-00-00-00-03)", "gamma")]
    [InlineData("!mac_address:00:02", "alpha gamma")]
    [InlineData("power_state:on", "")]
    [InlineData("power_state:(!on,!off)", "alpha beta gamma")]
    [InlineData("arch:arm64", "gamma")]
    [InlineData("arch:(=amd64/generic)", "alpha beta")]
    [InlineData("status:(new, ready)", "alpha beta gamma")]
    [InlineData("status:!new", "")]
    [InlineData("status:failed_testing", "")]
    [InlineData("zone:!default", "")]
    [InlineData("!zone:lab pool:default", "alpha beta gamma")]
    [InlineData("owner:!bob hostname:(al,be)", "alpha beta")]
    public async Task MAAS_filters_find_machines(string text, string expected)
    {
        await using var host = await DashboardHost.StartAsync();
        var alpha = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        var gamma = await host.AddMachineAsync("52:54:00:00:00:03", "gamma");
        await host.Core.Tags.CreateAsync(new Tag("web"), "admin", Cancellation);
        await host.Core.Machines.EditAsync(alpha.Id, Admin, machine => machine with { Tags = ["web"] }, Cancellation);
        await host.Core.Machines.ReportAddressAsync(alpha.Id, System.Net.IPAddress.Parse("10.1.0.7"), Cancellation);
        await host.Core.Machines.EditAsync(gamma.Id, Admin, machine => machine with { Architecture = "arm64/generic" }, Cancellation);
        var search = MachineSearch.Parse(text, "");
        var list = new MachineList(host.Core.Machines, search, Admin, await host.Core.Topology.GetAsync(Cancellation));

        await list.LoadMoreAsync(Cancellation);

        search.Problem.Should().BeEmpty();
        list.Rows.Select(row => row.Hostname).Should().Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
