using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Tests.Nodes;

public sealed class MachineLineTests
{
    private static readonly MachineRow[] S_rows =
    [
        Row("alpha", MachineStatus.Ready, "web", "rack 2"), Row("beta", MachineStatus.Deployed, "", "rack 1"),
        Row("gamma", MachineStatus.Ready, "web", "rack 1"),
    ];

    [Theory]
    [InlineData("status", "Deployed: 1,beta,Ready: 2,alpha,gamma")]
    [InlineData("zone", "rack 1: 2,beta,gamma,rack 2: 1,alpha")]
    [InlineData("tag", "no tag: 1,beta,web: 2,alpha,gamma")]
    [InlineData("owner", "no owner: 3,alpha,beta,gamma")]
    [InlineData("nonsense", "alpha,beta,gamma")]
    [InlineData(null, "alpha,beta,gamma")]
    public void Machines_are_grouped(string? grouping, string expected) =>
        string.Join(',', MachineLine.Of(S_rows, grouping).Select(line => line.Heading ?? line.Row!.Name)).Should().Be(expected);

    [Fact]
    public void A_machine_with_two_tags_is_in_both_groups_and_no_line_has_the_key_of_another()
    {
        var both = Row("delta", MachineStatus.Ready, "db, web", "rack 1") with { Id = SystemId.New() };
        var lines = MachineLine.Of([.. S_rows, both], "tag", hasMore: true);

        lines.Where(line => line.Heading is not null).Select(line => line.Heading).Should()
            .Equal("db: 1 of those shown", "no tag: 1 of those shown", "web: 3 of those shown");
        lines.Select(line => line.Key).Where(key => key.Machine != S_rows[0].Id).Should().OnlyHaveUniqueItems();
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
        var topology = await host.Core.Topology.GetAsync(DashboardHost.Cancellation);
        var list = new MachineList(host.Core.Machines, MachineSearch.Parse(text, ""), admin, topology);
        var forBob = new MachineList(host.Core.Machines, MachineSearch.Parse(text, ""), new MachineActor("bob", false), topology);

        await list.LoadMoreAsync(DashboardHost.Cancellation);
        await forBob.LoadMoreAsync(DashboardHost.Cancellation);

        list.Rows.Should().HaveCount(found);
        if (text.StartsWith("bmc")) forBob.Rows.Should().BeEmpty("how a machine is switched is for administrators");
    }

    private static MachineRow Row(string name, MachineStatus status, string tags, string zone) => new(
        SystemId.Parse("4y3h7n"), name, name, status, "", false, MachinePowerState.Off, "", "", tags, "", zone, "default");
}
