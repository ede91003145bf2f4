using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Testing.Stores.Contract;

internal sealed class MachineFilterContract : StoreCases
{
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
        await MatchesAsync(new MachineFilter { Zones = ["east"] }, 3).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Pools = ["lab"] }, 4).ConfigureAwait(false);
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

    public async Task All_lists_of_a_filter_must_match()
    {
        await FillAsync().ConfigureAwait(false);

        await MatchesAsync(new MachineFilter { Owners = ["alice"], Statuses = [MachineStatus.Ready], Tags = ["virtual"] }, 2)
            .ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Owners = ["alice"], Zones = ["east"], MacAddresses = [MacOf(3)], Ids = [IdOf(3)] }, 3)
            .ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Owners = ["alice"], Pools = ["lab"] }).ConfigureAwait(false);
    }

    public async Task Values_match_exactly()
    {
        await FillAsync().ConfigureAwait(false);
        await SaveAsync(NewMachine(5) with { Owner = "Straße", Zone = "a%", Pool = "a_b" }).ConfigureAwait(false);

        await MatchesAsync(new MachineFilter { Owners = ["Alice"] }).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Owners = ["Strasse", "STRASSE", "straße"] }).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Owners = ["Straße"] }, 5).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Zones = ["%", "a_", "EAST"] }).ConfigureAwait(false);
        await MatchesAsync(new MachineFilter { Pools = ["axb", "a_b"] }, 5).ConfigureAwait(false);
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

    public async Task A_filter_may_have_many_values()
    {
        await FillAsync().ConfigureAwait(false);
        var ids = Enumerable.Range(1, 40_000).Select(IdOf).ToList();
        await MatchesAsync(new MachineFilter { Ids = ids }, 1, 2, 3, 4).ConfigureAwait(false);
    }

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
            Status = MachineStatus.Deployed, Owner = "alice", AgentName = "juju", Zone = "east", Tags = ["gpu", "virtual"],
        }).ConfigureAwait(false);
        await SaveAsync(NewMachine(4) with { Pool = "lab", Owner = "bob" }).ConfigureAwait(false);
    }

    private async Task MatchesAsync(MachineFilter filter, params int[] numbers)
    {
        var found = await Machines.ListAsync(filter, Token).ConfigureAwait(false);
        Expect.Sequence(numbers.Select(IdOf), found.Select(machine => machine.Id));
    }
}
