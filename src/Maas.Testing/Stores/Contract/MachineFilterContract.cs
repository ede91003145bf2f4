using System.Globalization;
using Maas.Core.Nodes;
using Maas.Core.Topology;
using Maas.Core.Power;

namespace Maas.Testing.Stores.Contract;

internal sealed class MachineFilterContract : StoreCases
{
    private const long East = 7;
    private const long Lab = 8;

    public async Task Each_list_of_a_filter_selects()
    {
        await FillAsync().ConfigureAwait(false);

        await MatchesAsync(new MachineFilter(), 1, 2, 3, 4).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Ids = [IdOf(1), IdOf(3), IdOf(99)] }, 1, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { MacAddresses = [MacOf(12), MacOf(3)] }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Statuses = [MachineStatus.Ready, MachineStatus.Deployed] }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { PowerStates = [MachinePowerState.On] }, 2).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Owners = ["alice", "nobody"] }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { AllocatedByTokens = ["key1"] }, 2).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { AgentNames = ["juju"] }, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Domains = ["example.org"] }, 2).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Zones = [East] }, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Pools = [Lab] }, 4).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Zones = [Zone.DefaultId, East] }, 1, 2, 3, 4).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { NotZones = [East, 99], Owners = ["alice"] }, 2).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { NotPools = [Lab] }, 1, 2, 3).ConfigureAwait(false);
    }

    public async Task Host_names_match_with_and_without_domain_in_any_case()
    {
        await FillAsync().ConfigureAwait(false);

        await MatchesAsync(new MachineFilter { Hostnames = ["host-1"] }, 1).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Hostnames = ["HOST-2.Example.org", "host-1.maas"] }, 1, 2).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Hostnames = ["host-2.maas", "host-", "host-%", "host-_"] }).ConfigureAwait(false);
    }

    public async Task A_machine_must_have_all_tags()
    {
        await FillAsync().ConfigureAwait(false);

        await MatchesAsync(new MachineFilter { Tags = ["virtual"] }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Tags = ["virtual", "gpu"] }, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Tags = ["gpu", "gpu"] }, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Tags = ["gpu", "absent"] }).ConfigureAwait(false);
    }

    public async Task A_search_finds_parts_of_what_identifies_a_machine_in_any_case()
    {
        await FillAsync().ConfigureAwait(false);
        await SaveAsync(NewMachine(5) with
        {
            Hostname = "db-x", Owner = "Ünal", IpAddresses = ["192.0.2.57", "2001:db8::5"], Tags = ["rack_7%"], Description = "unseen",
        }).ConfigureAwait(false);

        await MatchesAsync(Search("host-"), 1, 2, 3, 4).ConfigureAwait(false);
        await MatchesAsync(Search("T-2.EXAMPLE"), 2).ConfigureAwait(false);
        await MatchesAsync(Search(IdOf(3).ToString()), 3).ConfigureAwait(false);
        await MatchesAsync(Search("LIC"), 2, 3).ConfigureAwait(false);
        await MatchesAsync(Search("ünal"), 5).ConfigureAwait(false);
        await MatchesAsync(Search("0.2.5"), 5).ConfigureAwait(false);
        await MatchesAsync(Search("DB8::"), 5).ConfigureAwait(false);
        await MatchesAsync(Search(MacOf(12).ToString()[3..]), 2).ConfigureAwait(false);
        await MatchesAsync(Search("gp"), 3).ConfigureAwait(false);
        await MatchesAsync(Search("k_7%"), 5).ConfigureAwait(false);
        await MatchesAsync(Search("k7"), []).ConfigureAwait(false);
        await MatchesAsync(Search("unseen"), []).ConfigureAwait(false);
        await MatchesAsync(Search(""), 1, 2, 3, 4, 5).ConfigureAwait(false);
        foreach (var text in HostileTexts.Where(text => text.Length > 0))
            await MatchesAsync(Search(text), []).ConfigureAwait(false);
    }

    public async Task A_search_is_part_of_the_filter_and_follows_changes()
    {
        await FillAsync().ConfigureAwait(false);

        await MatchesAsync(Search("host", "virtual"), 2, 3).ConfigureAwait(false);
        await MatchesAsync(Search("host", "virtual", "gpu"), 3).ConfigureAwait(false);
        await MatchesAsync(Search([.. Enumerable.Repeat("host-", 30), "virtual"]), 2, 3).ConfigureAwait(false);
        await MatchesAsync(Search("host") with { Tags = ["virtual"], Statuses = [MachineStatus.Ready] }, 2).ConfigureAwait(false);
        await MatchesAsync(Search("host") with { VisibleTo = "bob" }, 1, 4).ConfigureAwait(false);
        await MatchesAsync(Search("host") with { AfterHostname = "host-1", Limit = 2 }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(Search("host") with { AfterHostname = "", Ids = [IdOf(4), IdOf(1)] }, 1, 4).ConfigureAwait(false);

        var first = await GetAsync(IdOf(1)).ConfigureAwait(false);
        await SaveAsync(first with { Hostname = "renamed", Tags = ["kept"] }).ConfigureAwait(false);
        await MatchesAsync(Search("host-1"), []).ConfigureAwait(false);
        await MatchesAsync(Search("named", "kept"), 1).ConfigureAwait(false);
    }

    public async Task A_user_sees_its_own_machines_and_those_without_an_owner()
    {
        await FillAsync().ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { VisibleTo = "alice" }, 1, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { VisibleTo = "bob" }, 1, 4).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { VisibleTo = "carol", Limit = 5 }, 1).ConfigureAwait(false);
    }

    public async Task Revisions_are_listed_like_the_machines()
    {
        await FillAsync().ConfigureAwait(false);
        MachineFilter[] filters =
        [
            new(), new() { VisibleTo = "bob" }, new() { Limit = 2 }, new() { Limit = 2, AfterNumber = 1, VisibleTo = "alice" },
            new() { AfterHostname = "", Limit = 3 },
            new() { Tags = ["virtual"] }, new() { Ids = [IdOf(2), IdOf(9)] }, new() { Owners = ["nobody"] },
        ];
        foreach (var filter in filters)
        {
            var machines = await Machines.ListAsync(filter, Token).ConfigureAwait(false);
            Expect.Sequence(
                machines.Select(machine => new MachineRevision(machine.Id, machine.Number, machine.Version, 0)),
                await Machines.ListRevisionsAsync(filter, Token).ConfigureAwait(false));
        }
    }

    public async Task All_lists_of_a_filter_must_match()
    {
        await FillAsync().ConfigureAwait(false);

        await MatchesAsync(new MachineFilter { Owners = ["alice"], Statuses = [MachineStatus.Ready], Tags = ["virtual"] }, 2)
            .ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Owners = ["alice"], Zones = [East], MacAddresses = [MacOf(3)], Ids = [IdOf(3)] }, 3)
            .ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Owners = ["alice"], Pools = [Lab] }).ConfigureAwait(false);
    }

    public async Task Values_match_exactly()
    {
        await FillAsync().ConfigureAwait(false);
        await SaveAsync(NewMachine(5) with { Owner = "Straße" }).ConfigureAwait(false);

        await MatchesAsync(new MachineFilter { Owners = ["Alice"] }).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Owners = ["Strasse", "STRASSE", "straße"] }).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Owners = ["Straße"] }, 5).ConfigureAwait(false);
        foreach (var text in HostileTexts.Where(text => text is not ("" or "Straße")))
            await MatchesAsync(new MachineFilter { Owners = [text], Hostnames = [text], AgentNames = [text] }).ConfigureAwait(false);
    }

    public async Task Pages_follow_each_other_by_number()
    {
        await FillAsync().ConfigureAwait(false);
        var third = (await GetAsync(IdOf(3)).ConfigureAwait(false)).Number;

        await MatchesAsync(new MachineFilter { Limit = 3 }, 1, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Limit = 3, AfterNumber = third }, 4).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Limit = 1, Owners = ["alice"] }, 2).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { AfterNumber = third, Owners = ["alice"] }).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { AfterNumber = long.MaxValue }).ConfigureAwait(false);
    }

    public async Task Pages_may_follow_each_other_by_host_name()
    {
        await FillAsync().ConfigureAwait(false);
        foreach (var (number, hostname) in new[] { (5, "b-10"), (6, "b-1"), (7, "b1") })
            await SaveAsync(NewMachine(number) with { Hostname = hostname }).ConfigureAwait(false);
        MachineFilter named = new() { Ids = [IdOf(5), IdOf(6), IdOf(7)], AfterHostname = "" };

        await MatchesAsync(named, 6, 5, 7).ConfigureAwait(false);
        await MatchesAsync(named with { Limit = 2 }, 6, 5).ConfigureAwait(false);
        await MatchesAsync(named with { AfterHostname = "b-10", Limit = 2 }, 7).ConfigureAwait(false);
        await MatchesAsync(named with { AfterHostname = "b1" }).ConfigureAwait(false);
    }

    public async Task Opposites_leave_machines_out()
    {
        await FillAsync().ConfigureAwait(false);
        await SaveAsync(NewMachine(5) with { Hostname = "db-x", Owner = "Ünal", Tags = ["rack_7%"] }).ConfigureAwait(false);

        await MatchesAsync(new MachineFilter { NotOwners = ["alice", "absent"] }, 1, 4, 5).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { HasOwner = true }, 2, 3, 4, 5).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { HasOwner = false }, 1).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { HasOwner = false, VisibleTo = "bob" }, 1).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { NotTags = ["gpu", "absent"] }, 1, 2, 4, 5).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { NotTags = ["gpu"], Tags = ["virtual"] }, 2).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { HasTags = true }, 2, 3, 5).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { HasTags = false }, 1, 4).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { NotSearch = ["HOST-", ""] }, 5).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { NotSearch = ["ünal", "gpu"], Search = ["-"] }, 1, 2, 4).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { NotSearch = ["k7", "_7_", "%%"] }, 1, 2, 3, 4, 5).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { NotSearch = HostileTexts }, 1, 2, 3, 4, 5).ConfigureAwait(false);
        foreach (var text in HostileTexts)
            await MatchesAsync(new MachineFilter { NotOwners = [text], NotTags = [text] }, 1, 2, 3, 4, 5).ConfigureAwait(false);
    }

    public async Task Machines_may_be_skipped_and_be_listed_in_descending_order()
    {
        await FillAsync().ConfigureAwait(false);
        await SaveAsync(NewMachine(5) with { Hostname = "a-first", Owner = "alice" }).ConfigureAwait(false);
        var third = (await GetAsync(IdOf(3)).ConfigureAwait(false)).Number;
        MachineFilter named = new() { AfterHostname = "" };

        await MatchesAsync(new MachineFilter { Offset = 2 }, 3, 4, 5).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Offset = 1, Limit = 2 }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Offset = 9, Limit = 2 }).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { IsDescending = true, Limit = 3 }, 5, 4, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { IsDescending = true, AfterNumber = third, Offset = 1 }, 1).ConfigureAwait(false);
        await MatchesAsync(named with { Offset = 1, Limit = 2 }, 1, 2).ConfigureAwait(false);
        await MatchesAsync(named with { Offset = 1, AfterHostname = "a-first" }, 2, 3, 4).ConfigureAwait(false);
        await MatchesAsync(named with { IsDescending = true }, 4, 3, 2, 1, 5).ConfigureAwait(false);
        await MatchesAsync(named with { IsDescending = true, AfterHostname = "host-3", Limit = 2 }, 2, 1).ConfigureAwait(false);
        await MatchesAsync(named with { IsDescending = true, AfterHostname = "host-4", Offset = 2 }, 1, 5).ConfigureAwait(false);
        await MatchesAsync(named with { Owners = ["alice"], Offset = 1, Limit = 5 }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(named with { Search = ["host"], Offset = 1, Limit = 2 }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(named with { Tags = ["virtual"], Offset = 1 }, 3).ConfigureAwait(false);
    }

    public async Task Machines_are_counted_by_what_they_have_in_common()
    {
        await FillAsync().ConfigureAwait(false);

        await CountsAsync(new MachineFilter(), MachineGrouping.None, 4).ConfigureAwait(false);
        await CountsAsync(new MachineFilter(), MachineGrouping.Status, 4, "Deployed 1", "New 2", "Ready 1").ConfigureAwait(false);
        await CountsAsync(
            new MachineFilter { Search = ["host"], Offset = 1, Limit = 1, AfterHostname = "host-2", AfterNumber = 2 },
            MachineGrouping.Status, 4, "Deployed 1", "New 2", "Ready 1").ConfigureAwait(false);
        await CountsAsync(
            new MachineFilter(), MachineGrouping.Zone, 4, $"{Zone.DefaultId} 3", $"{East} 1").ConfigureAwait(false);
        await CountsAsync(
            new MachineFilter { Owners = ["alice", "bob"] }, MachineGrouping.Pool, 3, $"{ResourcePool.DefaultId} 2", $"{Lab} 1")
            .ConfigureAwait(false);
        await CountsAsync(new MachineFilter(), MachineGrouping.Owner, 4, " 1", "alice 2", "bob 1").ConfigureAwait(false);
        await CountsAsync(new MachineFilter { VisibleTo = "bob" }, MachineGrouping.Owner, 2, " 1", "bob 1").ConfigureAwait(false);
        await CountsAsync(new MachineFilter(), MachineGrouping.Tag, 4, " 2", "gpu 1", "virtual 2").ConfigureAwait(false);
        await CountsAsync(
            new MachineFilter { Tags = ["virtual"], NotSearch = ["host-2"] }, MachineGrouping.Tag, 1, "gpu 1", "virtual 1")
            .ConfigureAwait(false);
        await CountsAsync(new MachineFilter { Ids = [IdOf(9)] }, MachineGrouping.Tag, 0).ConfigureAwait(false);
        await CountsAsync(new MachineFilter { Tags = ["absent"] }, MachineGrouping.Zone, 0).ConfigureAwait(false);
    }

    public async Task A_filter_may_have_many_values()
    {
        await FillAsync().ConfigureAwait(false);
        var ids = Enumerable.Range(1, 40_000).Select(IdOf).ToList();
        await MatchesAsync(new MachineFilter { Ids = ids }, 1, 2, 3, 4).ConfigureAwait(false);
    }

    private static MachineFilter Search(params string[] words) => new() { Search = words };

    private async Task FillAsync()
    {
        await CreateAsync(1).ConfigureAwait(false);
        await SaveAsync(NewMachine(2) with
        {
            Status = MachineStatus.Ready, Owner = "alice", AllocatedByToken = "key1", Domain = "example.org", Tags = ["virtual"],
            PowerState = MachinePowerState.On, MacAddresses = [MacOf(2), MacOf(12)],
        }).ConfigureAwait(false);
        await SaveAsync(NewMachine(3) with
        {
            Status = MachineStatus.Deployed, Owner = "alice", AgentName = "juju", ZoneId = East, Tags = ["gpu", "virtual"],
        }).ConfigureAwait(false);
        await SaveAsync(NewMachine(4) with { PoolId = Lab, Owner = "bob" }).ConfigureAwait(false);
    }

    private async Task MatchesAsync(MachineFilter filter, params int[] numbers)
    {
        var found = await Machines.ListAsync(filter, Token).ConfigureAwait(false);
        Expect.Sequence(numbers.Select(IdOf), found.Select(machine => machine.Id));
        Expect.Sequence(numbers.Select(IdOf), await Machines.ListIdsAsync(filter, Token).ConfigureAwait(false));
    }

    private async Task CountsAsync(MachineFilter filter, MachineGrouping grouping, int total, params string[] groups)
    {
        var count = await Machines.CountAsync(filter, grouping, Token).ConfigureAwait(false);
        Expect.Equal(total, count.Total);
        Expect.Sequence(
            groups.Order(StringComparer.Ordinal),
            count.Groups.Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Value} {group.Count}"))
                .Order(StringComparer.Ordinal));
    }
}
