using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Testing.Stores.Contract;

internal sealed class PowerQueueContract : StoreCases
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private IPowerQueue Queue => Store.PowerQueue;

    public async Task An_empty_queue_has_nothing()
    {
        Expect.Equal(0, (await ClaimAsync(Now).ConfigureAwait(false)).Count);
        Expect.Equal(null, await Queue.NextDueAsync(Token).ConfigureAwait(false));
        Expect.Equal(0, await Queue.CountAsync(Token).ConfigureAwait(false));
        Expect.Equal(null, await Queue.GetFailureAsync(IdOf(1), Token).ConfigureAwait(false));
    }

    public async Task An_action_is_claimed_as_it_was_queued()
    {
        await CreateAsync(1, Power(PowerAction.ShutDown, finishes: true)).ConfigureAwait(false);

        var claimed = (await ClaimAsync(Now).ConfigureAwait(false)).Single();

        Expect.Equal(new QueuedPowerAction(claimed.Id, IdOf(1), Power(PowerAction.ShutDown, finishes: true), 0, claimed.Claim), claimed);
    }

    public async Task Actions_of_a_machine_are_claimed_one_at_a_time_in_order()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOff), Power(PowerAction.TurnOn)).ConfigureAwait(false);

        var off = (await ClaimAsync(Now).ConfigureAwait(false)).Single();
        Expect.Equal(PowerAction.TurnOff, off.Effect.Action);
        Expect.Equal(0, (await ClaimAsync(Now).ConfigureAwait(false)).Count);

        await SaveAsync(Change(machine) with { CompletedPowerAction = PowerClaim.Of(off) }).ConfigureAwait(false);
        var on = (await ClaimAsync(Now).ConfigureAwait(false)).Single();
        Expect.Equal(PowerAction.TurnOn, on.Effect.Action);
        Expect.True(on.Id > off.Id, "Ids ascend in the order of insertion");
    }

    public async Task A_claim_ends()
    {
        await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        var first = (await ClaimAsync(Now).ConfigureAwait(false)).Single();

        Expect.Equal(Now + Lease, await Queue.NextDueAsync(Token).ConfigureAwait(false));
        Expect.Equal(0, (await ClaimAsync(Now + Lease - TimeSpan.FromMilliseconds(1)).ConfigureAwait(false)).Count);
        var second = (await ClaimAsync(Now + Lease).ConfigureAwait(false)).Single();
        Expect.Equal(first with { Claim = second.Claim }, second);
        Expect.True(second.Claim > first.Claim, "Each claim of an action has a higher number");
    }

    public async Task A_claim_that_is_extended_ends_later_and_an_earlier_one_extends_nothing()
    {
        await CreateAsync(1, Power(PowerAction.ShutDown)).ConfigureAwait(false);
        var first = (await ClaimAsync(Now).ConfigureAwait(false)).Single();

        Expect.True(await Queue.ExtendAsync(first, Now + (2 * Lease), Token).ConfigureAwait(false), "The claim is the caller's");
        if ((await ClaimAsync(Now + Lease).ConfigureAwait(false)).SingleOrDefault() is not null) return; // the default: nothing changes
        Expect.Equal(Now + (2 * Lease), await Queue.NextDueAsync(Token).ConfigureAwait(false));
        var second = (await ClaimAsync(Now + (2 * Lease)).ConfigureAwait(false)).Single();

        Expect.True(!await Queue.ExtendAsync(first, Now + (9 * Lease), Token).ConfigureAwait(false), "Another caller has it");
        Expect.Equal(Now + (3 * Lease), await Queue.NextDueAsync(Token).ConfigureAwait(false));
        await Queue.DropAsync(second, Token).ConfigureAwait(false);
    }

    public async Task A_claim_that_is_released_counts_no_attempt_and_an_earlier_one_releases_nothing()
    {
        await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        var first = (await ClaimAsync(Now).ConfigureAwait(false)).Single();

        await Queue.ReleaseAsync(first, Token).ConfigureAwait(false);
        if ((await ClaimAsync(Now).ConfigureAwait(false)).SingleOrDefault() is not { } second) return; // its claim ends by itself
        Expect.Equal(first with { Claim = second.Claim }, second);
        Expect.True(second.Claim > first.Claim, "Each claim of an action has a higher number");

        await Queue.ReleaseAsync(first, Token).ConfigureAwait(false);
        Expect.Equal(0, (await ClaimAsync(Now).ConfigureAwait(false)).Count);
    }

    public async Task No_more_are_claimed_than_asked_for_the_longest_due_first()
    {
        for (var number = 1; number <= 5; number++)
        {
            await SaveAsync(Change(NewMachine(number), Power(PowerAction.TurnOn)) with { At = Now.AddSeconds(-number) })
                .ConfigureAwait(false);
        }

        var first = await Queue.ClaimAsync(Now, Lease, 2, Token).ConfigureAwait(false);
        var second = await Queue.ClaimAsync(Now, Lease, 10, Token).ConfigureAwait(false);

        Expect.Sequence([IdOf(4), IdOf(5)], first.Select(action => action.MachineId).OrderBy(id => id.ToString(), StringComparer.Ordinal));
        Expect.Equal(3, second.Count);
        Expect.Equal(5, first.Concat(second).Select(action => action.Id).Distinct().Count());
    }

    public async Task Concurrent_claimers_never_get_the_same_action()
    {
        for (var number = 1; number <= 40; number++) await CreateAsync(number, Power(PowerAction.TurnOn)).ConfigureAwait(false);

        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(
            () => Queue.ClaimAsync(Now, Lease, 5, Token), Token))).ConfigureAwait(false);

        var ids = claims.SelectMany(claimed => claimed).Select(action => action.Id).ToList();
        Expect.Equal(40, ids.Count);
        Expect.Equal(40, ids.Distinct().Count());
    }

    public async Task A_repetition_waits()
    {
        await CreateAsync(1, Power(PowerAction.TurnOn, repeats: true)).ConfigureAwait(false);
        var due = Now + MachineEffect.RepeatInterval;

        Expect.Equal(due, await Queue.NextDueAsync(Token).ConfigureAwait(false));
        Expect.Equal(0, (await ClaimAsync(due.AddMilliseconds(-1)).ConfigureAwait(false)).Count);
        Expect.Equal(Power(PowerAction.TurnOn, repeats: true), (await ClaimAsync(due).ConfigureAwait(false)).Single().Effect);
    }

    public async Task A_postponed_action_is_due_later_and_counts_the_attempt()
    {
        await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        var first = (await ClaimAsync(Now).ConfigureAwait(false)).Single();

        await Queue.PostponeAsync(first, Now.AddSeconds(5), "no answer", Token).ConfigureAwait(false);

        Expect.Equal("no answer", await Queue.GetFailureAsync(IdOf(1), Token).ConfigureAwait(false));
        Expect.Equal(Now.AddSeconds(5), await Queue.NextDueAsync(Token).ConfigureAwait(false));
        Expect.Equal(0, (await ClaimAsync(Now.AddSeconds(4)).ConfigureAwait(false)).Count);
        var second = (await ClaimAsync(Now.AddSeconds(5)).ConfigureAwait(false)).Single();
        Expect.Equal(first with { Attempts = 1, Claim = second.Claim }, second);
    }

    public async Task A_dropped_action_is_gone()
    {
        await CreateAsync(1, Power(PowerAction.Query)).ConfigureAwait(false);
        var action = (await ClaimAsync(Now).ConfigureAwait(false)).Single();
        await Queue.DropAsync(action, Token).ConfigureAwait(false);
        await Queue.DropAsync(action, Token).ConfigureAwait(false);
        Expect.Equal(null, await Queue.NextDueAsync(Token).ConfigureAwait(false));
        Expect.Equal(0, await Queue.CountAsync(Token).ConfigureAwait(false));
    }

    public async Task The_same_action_is_queued_once()
    {
        var machine = await CreateAsync(1, Power(PowerAction.Query), Power(PowerAction.Query)).ConfigureAwait(false);
        machine = await SaveAsync(Change(machine, Power(PowerAction.Query))).ConfigureAwait(false);
        Expect.Equal(1, await Queue.CountAsync(Token).ConfigureAwait(false));

        machine = await SaveAsync(Change(machine, Power(PowerAction.TurnOn))).ConfigureAwait(false);
        await SaveAsync(Change(machine, Power(PowerAction.TurnOn))).ConfigureAwait(false);
        await CreateAsync(2, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        Expect.Equal(2, await Queue.CountAsync(Token).ConfigureAwait(false)); // one "on" of each machine: it replaced the query
    }

    public async Task A_new_action_replaces_those_that_wait()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        await SaveAsync(Change(machine, Power(PowerAction.TurnOff, finishes: true))).ConfigureAwait(false);

        Expect.Equal(1, await Queue.CountAsync(Token).ConfigureAwait(false));
        Expect.Equal(Power(PowerAction.TurnOff, finishes: true), (await ClaimAsync(Now).ConfigureAwait(false)).Single().Effect);
    }

    public async Task To_turn_on_does_not_replace_an_off_that_an_on_follows()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOff), Power(PowerAction.TurnOn)).ConfigureAwait(false);
        await SaveAsync(Change(machine, Power(PowerAction.TurnOn))).ConfigureAwait(false);

        Expect.Equal(2, await Queue.CountAsync(Token).ConfigureAwait(false));
        Expect.Equal(PowerAction.TurnOff, (await ClaimAsync(Now).ConfigureAwait(false)).Single().Effect.Action);
    }

    public async Task Queries_and_repetitions_replace_nothing()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOff)).ConfigureAwait(false);
        machine = await SaveAsync(Change(machine, Power(PowerAction.Query))).ConfigureAwait(false);
        await SaveAsync(Change(machine, Power(PowerAction.TurnOn, repeats: true))).ConfigureAwait(false);

        Expect.Equal(3, await Queue.CountAsync(Token).ConfigureAwait(false));
        Expect.Equal(PowerAction.TurnOff, (await ClaimAsync(Now).ConfigureAwait(false)).Single().Effect.Action);
    }

    public async Task Cancelled_power_leaves_nothing_waiting_and_applies_before_the_actions_of_its_change()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOff), Power(PowerAction.TurnOn)).ConfigureAwait(false);
        machine = await SaveAsync(Change(machine, new MachineEffect.CancelPower())).ConfigureAwait(false);
        Expect.Equal(0, await Queue.CountAsync(Token).ConfigureAwait(false));

        await SaveAsync(Change(machine, Power(PowerAction.Query), new MachineEffect.CancelPower())).ConfigureAwait(false);
        Expect.Equal(1, await Queue.CountAsync(Token).ConfigureAwait(false));
    }

    public async Task A_claimed_action_is_withdrawn_and_holds_back_the_next_until_its_claim_ends()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        await ClaimAsync(Now).ConfigureAwait(false);
        await SaveAsync(Change(machine, Power(PowerAction.TurnOff))).ConfigureAwait(false);

        Expect.Equal(1, await Queue.CountAsync(Token).ConfigureAwait(false));
        Expect.Equal(0, (await ClaimAsync(Now).ConfigureAwait(false)).Count);
        Expect.Equal(PowerAction.TurnOff, (await ClaimAsync(Now + Lease).ConfigureAwait(false)).Single().Effect.Action);
    }

    public async Task The_outcome_of_a_withdrawn_action_is_superseded()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        var on = (await ClaimAsync(Now).ConfigureAwait(false)).Single();
        machine = await SaveAsync(Change(machine, Power(PowerAction.TurnOff))).ConfigureAwait(false);

        var result = await Machines.SaveAsync(
            [Change(machine with { PowerState = MachinePowerState.On }) with { CompletedPowerAction = PowerClaim.Of(on) }], Token)
            .ConfigureAwait(false);

        Expect.Equal(new SaveResult.Superseded(), result);
        Expect.Equal(machine, await GetAsync(machine.Id).ConfigureAwait(false));
        // The withdrawn action is removed: the next one need not wait for the end of the claim.
        Expect.Equal(PowerAction.TurnOff, (await ClaimAsync(Now).ConfigureAwait(false)).Single().Effect.Action);
    }

    public async Task A_withdrawn_action_is_not_postponed_but_removed()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        var on = (await ClaimAsync(Now).ConfigureAwait(false)).Single();
        await SaveAsync(Change(machine, new MachineEffect.CancelPower())).ConfigureAwait(false);

        await Queue.PostponeAsync(on, Now.AddSeconds(5), "no answer", Token).ConfigureAwait(false);

        Expect.Equal(null, await Queue.GetFailureAsync(machine.Id, Token).ConfigureAwait(false));
        Expect.Equal(null, await Queue.NextDueAsync(Token).ConfigureAwait(false));
    }

    public async Task The_outcome_of_a_claim_that_another_one_followed_is_superseded()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        var first = (await ClaimAsync(Now).ConfigureAwait(false)).Single();
        var second = (await ClaimAsync(Now + Lease).ConfigureAwait(false)).Single();

        var late = await Machines.SaveAsync(
            [Change(machine with { PowerState = MachinePowerState.On }) with { CompletedPowerAction = PowerClaim.Of(first) }], Token)
            .ConfigureAwait(false);
        await Queue.PostponeAsync(first, Now.AddSeconds(5), "no answer", Token).ConfigureAwait(false);
        await Queue.DropAsync(first, Token).ConfigureAwait(false);

        Expect.Equal(new SaveResult.Superseded(), late);
        Expect.Equal(machine, await GetAsync(machine.Id).ConfigureAwait(false));
        Expect.Equal(null, await Queue.GetFailureAsync(machine.Id, Token).ConfigureAwait(false));
        Expect.Equal(Now + Lease + Lease, await Queue.NextDueAsync(Token).ConfigureAwait(false));
        await SaveAsync(Change(machine) with { CompletedPowerAction = PowerClaim.Of(second) }).ConfigureAwait(false);
        Expect.Equal(0, await Queue.CountAsync(Token).ConfigureAwait(false));
    }

    public async Task A_claim_that_has_ended_counts_until_the_next_one()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        var claimed = (await ClaimAsync(Now).ConfigureAwait(false)).Single();

        await SaveAsync(Change(machine) with { At = Now + Lease + Lease, CompletedPowerAction = PowerClaim.Of(claimed) })
            .ConfigureAwait(false);

        Expect.Equal(0, await Queue.CountAsync(Token).ConfigureAwait(false));
    }

    public async Task A_completed_action_is_removed_and_its_change_may_queue_the_next()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        var on = (await ClaimAsync(Now).ConfigureAwait(false)).Single();

        await SaveAsync(Change(machine, Power(PowerAction.TurnOn, repeats: true)) with { CompletedPowerAction = PowerClaim.Of(on) })
            .ConfigureAwait(false);

        Expect.Equal(1, await Queue.CountAsync(Token).ConfigureAwait(false));
        Expect.Equal(Now + MachineEffect.RepeatInterval, await Queue.NextDueAsync(Token).ConfigureAwait(false));
    }

    public async Task Machines_do_not_wait_for_each_other()
    {
        await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        await ClaimAsync(Now).ConfigureAwait(false);
        var second = await CreateAsync(2, Power(PowerAction.TurnOn)).ConfigureAwait(false);

        Expect.Equal(second.Id, (await ClaimAsync(Now).ConfigureAwait(false)).Single().MachineId);
    }

    private Task<IReadOnlyList<QueuedPowerAction>> ClaimAsync(DateTimeOffset now) => Queue.ClaimAsync(now, Lease, 100, Token);
}
