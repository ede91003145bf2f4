using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Topology;
using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Tests.Nodes;

public sealed class MachineSectionsTests
{
    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Theory]
    [InlineData("status", "Broken: 1,beta,New: 2,alpha,gamma")]
    [InlineData("zone", "default: 2,alpha,beta,lab: 1,gamma")]
    [InlineData("pool", "default: 3,alpha,beta,gamma")]
    [InlineData("owner", "no owner: 3,alpha,beta,gamma")]
    [InlineData("tag", "db: 2,beta,gamma,no tag: 1,alpha,web: 1,gamma")]
    [InlineData("nonsense", "alpha,beta,gamma")]
    [InlineData("none", "alpha,beta,gamma")]
    [InlineData("1", "alpha,beta,gamma")]
    [InlineData(null, "alpha,beta,gamma")]
    public async Task Machines_are_grouped(string? grouping, string expected)
    {
        await using var host = await DashboardHost.StartAsync();
        await FillAsync(host);

        var list = await OpenAsync(host, grouping);

        list.Total.Should().Be(3, "a machine with two tags is counted once");
        (await TextAsync(list)).Should().Be(expected);
        var lines = await list.ReadAsync(0, 20, Cancellation);
        lines.Select(line => line.Key).Should().OnlyHaveUniqueItems();
        foreach (var line in lines)
            (await list.ReadAsync(line.Index, 1, Cancellation)).Should().ContainSingle().Which.Key.Should().Be(line.Key);
    }

    [Fact]
    public async Task A_closed_section_shows_its_heading_and_hides_its_machines()
    {
        await using var host = await DashboardHost.StartAsync();
        await FillAsync(host);
        var list = await OpenAsync(host, "status");

        list.Toggle(list.Sections[1]);

        (await TextAsync(list)).Should().Be("Broken: 1,beta,New: 2");
        (list.LineCount, list.ShownCount).Should().Be((3, 1));
        (await ShownAsync(host, list)).Should().Equal("beta");
        await list.CountAsync([], Cancellation);
        (await TextAsync(list)).Should().Be("Broken: 1,beta,New: 2", "it stays closed when the machines are counted anew");
        list.Toggle(list.Sections[1]);
        (await ShownAsync(host, list)).Should().Equal("alpha", "beta", "gamma");
        foreach (var section in list.Sections) list.Toggle(section);
        (await TextAsync(list)).Should().Be("Broken: 1,New: 2");
        (await ShownAsync(host, list)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_machine_below_a_closed_tag_and_an_open_one_is_shown()
    {
        await using var host = await DashboardHost.StartAsync();
        await FillAsync(host);
        var list = await OpenAsync(host, "tag");

        list.Toggle(list.Sections.Single(section => section.Name == "db"));

        (await TextAsync(list)).Should().Be("db: 2,no tag: 1,alpha,web: 1,gamma");
        (await ShownAsync(host, list)).Should().Equal("alpha", "gamma");
        list.ShownCount.Should().BeNull();
    }

    [Fact]
    public async Task Sections_are_those_of_the_search()
    {
        await using var host = await DashboardHost.StartAsync();
        await FillAsync(host);

        (await TextAsync(await OpenAsync(host, "tag", "tag:db"))).Should().Be("db: 2,beta,gamma,web: 1,gamma");
        (await TextAsync(await OpenAsync(host, "status", "hostname:(alpha,beta)"))).Should().Be("Broken: 1,beta,New: 1,alpha");
        (await TextAsync(await OpenAsync(host, "zone", "zone:!lab !beta"))).Should().Be("default: 1,alpha");
        (await TextAsync(await OpenAsync(host, "zone", "status:ready"))).Should().BeEmpty();
    }

    [Theory]
    [InlineData("pool:default", 2)]
    [InlineData("pool:none", 0)]
    [InlineData("zone:(=default)", 2)]
    [InlineData("status:new", 2)]
    [InlineData("status:(=ready)", 0)]
    [InlineData("bmc:10.0.0.7", 1)]
    public async Task A_search_by_field_finds_what_MAAS_s_syntax_names(string text, int found)
    {
        await using var host = await DashboardHost.StartAsync();
        var first = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        var admin = new MachineActor("admin", true);
        await host.Core.Machines.EditAsync(
            first.Id, admin,
            machine => machine with
            {
                Power = new PowerSettings("ipmi", new Dictionary<string, string> { ["power_address"] = "10.0.0.7" }),
            },
            DashboardHost.Cancellation);

        var list = await OpenAsync(host, null, text);
        var forBob = await OpenAsync(host, null, text, new MachineActor("bob", false));

        list.Total.Should().Be(found);
        if (text.StartsWith("bmc")) forBob.Total.Should().Be(0, "how a machine is switched is for administrators");
    }

    private static async Task FillAsync(DashboardHost host)
    {
        var admin = new MachineActor("admin", true);
        var zone = ((Maas.Core.Records.RecordEdit<Zone>.Done)await host.Core.Networks.Zones.CreateAsync(
            new Zone { Name = "lab" }, "admin", Cancellation)).Record;
        foreach (var name in new[] { "db", "web" }) await host.Core.Tags.CreateAsync(new Tag(name), "admin", Cancellation);
        await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var beta = await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        var gamma = await host.AddMachineAsync("52:54:00:00:00:03", "gamma");
        await host.Core.Machines.EditAsync(beta.Id, admin, machine => machine with { Tags = ["db"] }, Cancellation);
        await host.Core.Machines.EditAsync(
            gamma.Id, admin, machine => machine with { Tags = ["db", "web"], ZoneId = zone.Id }, Cancellation);
        await host.DoAsync(beta.Id, new MachineCommand.MarkBroken());
    }

    private static async Task<MachineList> OpenAsync(
        DashboardHost host, string? grouping, string text = "", MachineActor? actor = null)
    {
        var list = new MachineList(
            host.Core, MachineSearch.Parse(text, ""), actor ?? new MachineActor("admin", true), MachineOrder.Named(null),
            MachineSections.Named(grouping));
        await list.CountAsync(null, Cancellation);
        return list;
    }

    private static async Task<string> TextAsync(MachineList list) => string.Join(
        ',',
        (await list.ReadAsync(0, 100, Cancellation)).Select(line =>
            line.Row?.Hostname ?? $"{line.Section.Name}: {line.Section.Count}"));

    private static async Task<IEnumerable<string>> ShownAsync(DashboardHost host, MachineList list)
    {
        var ids = await list.ListShownAsync(null, Cancellation);
        (await list.ListShownAsync([.. ids, SystemId.New()], Cancellation)).SetEquals(ids).Should().BeTrue();
        return (await host.Core.Machines.ListAsync(new MachineFilter { AfterHostname = "" }, Cancellation))
            .Where(machine => ids.Contains(machine.Id)).Select(machine => machine.Hostname);
    }
}
