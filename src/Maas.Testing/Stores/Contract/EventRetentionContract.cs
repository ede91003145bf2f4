using Maas.Core;
using Maas.Core.Events;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

internal sealed class EventRetentionContract : StoreCases
{
    private const int Kept = 20;
    private const int Slack = 100;

    private IEventStore Events => Store.Events;

    protected override StoreLimits Limits { get; } = new() { EventsPerMachine = Kept };

    public async Task The_newest_events_of_each_machine_are_kept()
    {
        var machines = new[] { await CreateAsync(1).ConfigureAwait(false), await CreateAsync(2).ConfigureAwait(false) };
        // Strictly in turn: a store that checks every so many events must check both machines.
        for (var number = 0; number < 200; number++)
            foreach (var machine in machines)
                await Events.WriteAsync(Now, machine.Id, Note($"{number}"), Token).ConfigureAwait(false);

        foreach (var machine in machines)
        {
            var left = await ListAsync(machine.Id, EventLevel.Debug).ConfigureAwait(false);
            Expect.True(
                left.Count is >= Kept and <= Kept + Slack, $"{Kept} events of a machine are kept, or {Slack} more; {left.Count} are");
            Expect.Sequence(
                Enumerable.Range(200 - left.Count, left.Count).Reverse().Select(number => $"{number}"),
                left.Select(happened => happened.Note.Description));
        }
    }

    public async Task Other_events_do_not_push_out_audit_events()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await Events.WriteAsync(Now, machine.Id, Note("audit", EventLevel.Audit), Token).ConfigureAwait(false);
        for (var number = 0; number < Kept + Slack + 60; number++)
            await Events.WriteAsync(Now, machine.Id, Note("x"), Token).ConfigureAwait(false);

        Expect.Equal(1, (await ListAsync(machine.Id, EventLevel.Audit).ConfigureAwait(false)).Count);
    }

    public async Task Audit_events_are_limited_too()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await Events.WriteAsync(Now, machine.Id, Note("first"), Token).ConfigureAwait(false);
        for (var number = 0; number < Kept + Slack + 60; number++)
            await Events.WriteAsync(Now, machine.Id, Note("x", EventLevel.Audit), Token).ConfigureAwait(false);

        var left = (await ListAsync(machine.Id, EventLevel.Audit).ConfigureAwait(false)).Count;
        Expect.True(left is >= Kept and <= Kept + Slack, $"{Kept} audit events of a machine are kept, or {Slack} more; {left} are");
        Expect.Equal(1, (await ListAsync(machine.Id, EventLevel.Debug).ConfigureAwait(false)).Count);
    }

    public async Task Of_deleted_machines_the_newest_events_are_kept_and_audit_events_apart()
    {
        for (var number = 1; number <= 4; number++)
        {
            var machine = await CreateAsync(number).ConfigureAwait(false);
            await Events.WriteAsync(Now, machine.Id, Note($"of {number}"), Token).ConfigureAwait(false);
            if (number < 4) await DeleteAsync(machine).ConfigureAwait(false); // writes an audit event
        }

        await Events.WriteAsync(Now, null, Note("of none"), Token).ConfigureAwait(false);

        Expect.Equal(2, await Events.DeleteOfDeletedMachinesAsync(2, null, Token).ConfigureAwait(false));

        await LeftAsync(EventLevel.Info, "of none", "of 4", "of 3", "of 2").ConfigureAwait(false);
        Expect.Equal(2, (await Events.QueryAsync(new EventQuery { Level = EventLevel.Audit }, Token).ConfigureAwait(false)).Count);
        Expect.Equal(0, await Events.DeleteOfDeletedMachinesAsync(2, null, Token).ConfigureAwait(false));
    }

    public async Task Of_deleted_machines_old_events_are_deleted_also_when_they_are_few()
    {
        var (gone, present) = (await CreateAsync(1).ConfigureAwait(false), await CreateAsync(2).ConfigureAwait(false));
        foreach (var machine in (SystemId?[])[gone.Id, present.Id, null])
        {
            await Events.WriteAsync(Now.AddDays(-3), machine, Note($"old {machine}"), Token).ConfigureAwait(false);
            await Events.WriteAsync(Now, machine, Note($"new {machine}"), Token).ConfigureAwait(false);
        }

        await DeleteAsync(gone).ConfigureAwait(false);

        Expect.Equal(1, await Events.DeleteOfDeletedMachinesAsync(1000, Now.AddDays(-1), Token).ConfigureAwait(false));
        await LeftAsync(EventLevel.Info, "new", "old", $"new {present.Id}", $"old {present.Id}", $"new {gone.Id}").ConfigureAwait(false);
    }

    private Task<IReadOnlyList<Event>> ListAsync(SystemId machine, EventLevel level) =>
        Events.QueryAsync(new EventQuery { MachineIds = [machine], Level = level, Limit = 1000 }, Token);

    private async Task LeftAsync(EventLevel level, params string[] descriptions) => Expect.Sequence(
        descriptions,
        (await Events.QueryAsync(new EventQuery { Level = level }, Token).ConfigureAwait(false))
            .Select(happened => happened.Note.Description));
}
