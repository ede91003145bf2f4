using Maas.Core;
using Maas.Core.Nodes;
using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Tests.Nodes;

public sealed class MachineListTests
{
    private static readonly MachineActor Admin = new("admin", true), Bob = new("bob", false);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_are_read_wherever_they_are()
    {
        await using var host = await DashboardHost.StartAsync();
        const int Count = MachineList.PageSize + 103;
        await host.AddMachinesAsync(Count);
        var list = await OpenAsync(host, "");
        string[] all = [.. Enumerable.Range(0, Count).Select(number => $"node-{number:d6}")];

        list.Total.Should().Be(Count);
        list.LineCount.Should().Be(Count);
        foreach (var (start, count) in new[] { (0, 50), (Count - 20, 50), (100, 60), (130, 60), (0, Count), (Count, 10) })
        {
            var lines = await list.ReadAsync(start, count, Cancellation);
            lines.Select(line => line.Row!.Hostname).Should().Equal(all.Skip(start).Take(Math.Min(count, MachineList.PageSize)));
            lines.Select(line => line.Index).Should().Equal(Enumerable.Range(start, lines.Count));
        }
    }

    [Theory]
    [InlineData("name", "alpha beta gamma")]
    [InlineData("-name", "gamma beta alpha")]
    [InlineData("added", "beta gamma alpha")]
    [InlineData("-added", "alpha gamma beta")]
    [InlineData("nonsense", "alpha beta gamma")]
    public async Task A_list_has_an_order(string order, string expected)
    {
        await using var host = await DashboardHost.StartAsync();
        foreach (var (number, name) in new[] { (1, "beta"), (2, "gamma"), (3, "alpha") })
            await host.AddMachineAsync($"52:54:00:00:00:0{number}", name);
        var list = new MachineList(host.Core, MachineSearch.Parse("", ""), Admin, MachineOrder.Named(order), MachineGrouping.None);
        await list.CountAsync(null, Cancellation);

        var names = (await list.ReadAsync(0, 1, Cancellation)).Concat(await list.ReadAsync(1, 2, Cancellation));

        names.Select(line => line.Row!.Hostname).Should().Equal(expected.Split(' '));
        (await list.ReadAsync(2, 5, Cancellation)).Single().Row!.Hostname.Should().Be(expected.Split(' ')[2]);
    }

    [Fact]
    public async Task Changes_are_shown_where_they_belong()
    {
        await using var host = await DashboardHost.StartAsync();
        var first = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var second = await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        var list = await OpenAsync(host, "", "New");
        var third = await host.AddMachineAsync("52:54:00:00:00:03", "gamma");
        await host.Core.Machines.DeleteAsync(first.Id, Admin, Cancellation);
        await host.Core.Machines.ExecuteAsync(second.Id, new MachineCommand.Accept(), Admin, Cancellation);

        await list.CountAsync([first.Id, second.Id, third.Id], Cancellation);

        list.Total.Should().Be(1);
        (await NamesAsync(list)).Should().Equal(["gamma"], "one is deleted and one is not New any more");
    }

    [Theory]
    [InlineData("")]
    [InlineData("hostname:a")]
    public async Task A_machine_with_a_new_name_moves_to_its_place(string text)
    {
        await using var host = await DashboardHost.StartAsync();
        var first = await host.AddMachineAsync("52:54:00:00:00:01", "delta");
        await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        var list = await OpenAsync(host, text);
        (await NamesAsync(list)).Should().Equal("beta", "delta");

        await host.Core.Machines.EditAsync(first.Id, Admin, machine => machine with { Hostname = "alpha" }, Cancellation);
        await list.CountAsync([first.Id], Cancellation);

        (await NamesAsync(list)).Should().Equal("alpha", "beta");
    }

    [Fact]
    public async Task What_is_found_by_reading_machines_follows_their_changes()
    {
        await using var host = await DashboardHost.StartAsync();
        var first = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var second = await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        var list = await OpenAsync(host, "hostname:(al,ga)");
        (await NamesAsync(list)).Should().Equal("alpha");
        await host.Core.Machines.EditAsync(first.Id, Admin, machine => machine with { Hostname = "other" }, Cancellation);
        await host.Core.Machines.EditAsync(second.Id, Admin, machine => machine with { Hostname = "gamma" }, Cancellation);

        await list.CountAsync([first.Id, second.Id], Cancellation);

        (await NamesAsync(list)).Should().Equal("gamma");
        list.Total.Should().Be(1);
        await host.Core.Machines.DeleteAsync(second.Id, Admin, Cancellation);
        await list.CountAsync([second.Id], Cancellation);
        list.Total.Should().Be(0);
        (await NamesAsync(list)).Should().BeEmpty();
        (await list.ListShownAsync(null, Cancellation)).Should().BeEmpty("no machine is found, and not every one");
    }

    [Fact]
    public async Task A_user_sees_no_machine_of_another_user()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01");
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.MarkBroken(), Admin, Cancellation);
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.MarkFixed(), Admin, Cancellation);
        var list = await OpenAsync(host, "", actor: Bob);
        list.Total.Should().Be(1);

        var result = await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Allocate("admin"), Admin, Cancellation);
        result.Should().BeOfType<CommandResult.Done>();
        await list.CountAsync([machine.Id], Cancellation);

        list.Total.Should().Be(0);
        (await NamesAsync(list)).Should().BeEmpty();
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

        var list = await OpenAsync(host, text);

        (await NamesAsync(list)).Should().HaveCount(found ? 1 : 0);
        list.Total.Should().Be(found ? 1 : 0);
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
        var list = await OpenAsync(host, text, status);

        await list.CountAsync([machine.Id], Cancellation);

        list.Total.Should().Be(0);
        (await NamesAsync(list)).Should().BeEmpty();
        (await list.ListShownAsync(null, Cancellation)).Should().BeEmpty("all machines that are found can be selected and deleted");
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
        var list = await OpenAsync(host, text);

        search.Problem.Should().BeEmpty();
        (await NamesAsync(list)).Should().Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<MachineList> OpenAsync(
        DashboardHost host, string text, string status = "", MachineActor? actor = null)
    {
        var list = new MachineList(
            host.Core, MachineSearch.Parse(text, status), actor ?? Admin, MachineOrder.Named(null), MachineGrouping.None);
        await list.CountAsync(null, Cancellation);
        return list;
    }

    private static async Task<IEnumerable<string>> NamesAsync(MachineList list) =>
        (await list.ReadAsync(0, 100, Cancellation)).Select(line => line.Row!.Hostname);
}
