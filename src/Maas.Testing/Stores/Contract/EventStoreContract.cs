using Maas.Core.Events;

namespace Maas.Testing.Stores.Contract;

internal sealed class EventStoreContract : StoreCases
{
    private IEventStore Events => Store.Events;

    public async Task An_event_has_the_name_owner_and_operation_of_its_machine_at_that_moment()
    {
        var operation = Guid.Parse("0191b0a0-0000-7000-8000-000000000001");
        var machine = await SaveAsync(NewMachine(1) with { Owner = "alice", OperationId = operation }).ConfigureAwait(false);
        var written = await Events.WriteAsync(Now, machine.Id, Note("first", user: "bob"), Token).ConfigureAwait(false);
        await SaveAsync(machine with { Hostname = "renamed", Owner = "carol", OperationId = null }).ConfigureAwait(false);

        Expect.Equal(new Event(written.Id, Now, machine.Id, "host-1", operation, Note("first", user: "bob")), written);
        Expect.Equal(written, (await QueryAsync(new EventQuery()).ConfigureAwait(false)).Single());
        Expect.Equal(1, (await QueryAsync(new EventQuery { VisibleTo = "alice" }).ConfigureAwait(false)).Count);
        Expect.Equal(0, (await QueryAsync(new EventQuery { VisibleTo = "carol" }).ConfigureAwait(false)).Count);
    }

    public async Task An_event_may_be_about_no_machine_and_about_one_that_does_not_exist()
    {
        var none = await Events.WriteAsync(Now, null, Note("none"), Token).ConfigureAwait(false);
        var unknown = await Events.WriteAsync(Now, IdOf(9), Note("unknown"), Token).ConfigureAwait(false);

        Expect.Equal(new Event(none.Id, Now, null, "", null, Note("none")), none);
        Expect.Equal(new Event(unknown.Id, Now, IdOf(9), "", null, Note("unknown")), unknown);
        Expect.Sequence([unknown, none], await QueryAsync(new EventQuery()).ConfigureAwait(false));
    }

    public async Task Text_is_kept_as_it_is()
    {
        foreach (var text in HostileTexts)
        {
            var note = new EventNote(EventLevel.Info, text, text, text);
            await Events.WriteAsync(Now, null, note, Token).ConfigureAwait(false);
            Expect.Equal(note, (await QueryAsync(new EventQuery { Usernames = [text], Limit = 1 }).ConfigureAwait(false)).Single().Note);
        }
    }

    public async Task Levels_select_this_grave_or_graver_and_audit_alone()
    {
        foreach (var level in Enum.GetValues<EventLevel>())
            await Events.WriteAsync(Now, null, Note(level.ToString(), level), Token).ConfigureAwait(false);

        await MatchesAsync(new EventQuery { Level = EventLevel.Warning }, "Critical", "Error", "Warning").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Level = EventLevel.Debug }, "Critical", "Error", "Warning", "Info", "Debug")
            .ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Level = EventLevel.Audit }, "Audit").ConfigureAwait(false);
    }

    public async Task Each_list_of_a_query_selects_and_all_must_match()
    {
        var (first, second) = (await CreateAsync(1).ConfigureAwait(false), await CreateAsync(2).ConfigureAwait(false));
        await Events.WriteAsync(Now, first.Id, Note("a", user: "alice"), Token).ConfigureAwait(false);
        await Events.WriteAsync(Now, second.Id, Note("b", user: "bob"), Token).ConfigureAwait(false);
        await Events.WriteAsync(Now, second.Id, Note("c"), Token).ConfigureAwait(false);
        await Events.WriteAsync(Now, null, Note("d", user: "alice"), Token).ConfigureAwait(false);

        await MatchesAsync(new EventQuery { MachineIds = [second.Id] }, "c", "b").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { MachineIds = [second.Id, first.Id] }, "c", "b", "a").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Hostnames = ["host-1"] }, "a").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Hostnames = ["HOST-1", "host-%"] }).ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Usernames = ["alice"] }, "d", "a").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Usernames = ["bob"], MachineIds = [second.Id] }, "b").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Usernames = ["bob"], MachineIds = [first.Id] }).ConfigureAwait(false);
    }

    public async Task Pages_go_back_and_forward_and_are_always_newest_first()
    {
        var ids = new List<long>();
        for (var number = 0; number < 10; number++)
            ids.Add((await Events.WriteAsync(Now, null, Note($"{number}"), Token).ConfigureAwait(false)).Id);
        Expect.True(ids.Zip(ids.Skip(1)).All(pair => pair.First < pair.Second), "Ids ascend in the order of writing");

        await MatchesAsync(new EventQuery { Limit = 3 }, "9", "8", "7").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Limit = 3, Before = ids[7] }, "6", "5", "4").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Limit = 3, After = ids[3] }, "6", "5", "4").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { Limit = 3, After = ids[3], Before = ids[5] }, "4").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { After = ids[9] }).ConfigureAwait(false);
    }

    public async Task A_reader_sees_their_own_machines_events_and_those_without_an_owner_that_are_not_anothers_now()
    {
        var free = await CreateAsync(1).ConfigureAwait(false);
        var alices = await SaveAsync(NewMachine(2) with { Owner = "alice" }).ConfigureAwait(false);
        var later = await CreateAsync(3).ConfigureAwait(false);
        await Events.WriteAsync(Now, free.Id, Note("free"), Token).ConfigureAwait(false);
        await Events.WriteAsync(Now, alices.Id, Note("alices"), Token).ConfigureAwait(false);
        await Events.WriteAsync(Now, later.Id, Note("before"), Token).ConfigureAwait(false);
        await Events.WriteAsync(Now, null, Note("none"), Token).ConfigureAwait(false);
        await SaveAsync(later with { Owner = "bob" }).ConfigureAwait(false);

        await MatchesAsync(new EventQuery { VisibleTo = "alice" }, "none", "alices", "free").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { VisibleTo = "bob" }, "none", "before", "free").ConfigureAwait(false);
        await MatchesAsync(new EventQuery { VisibleTo = "Alice" }, "none", "free").ConfigureAwait(false);
        await MatchesAsync(new EventQuery(), "none", "before", "alices", "free").ConfigureAwait(false);
    }

    private Task<IReadOnlyList<Event>> QueryAsync(EventQuery query) => Events.QueryAsync(query, Token);

    private async Task MatchesAsync(EventQuery query, params string[] descriptions) => Expect.Sequence(
        descriptions, (await QueryAsync(query).ConfigureAwait(false)).Select(happened => happened.Note.Description));
}
