using System.Text.Json.Serialization;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Testing.Stores.Contract;

internal sealed partial class RecordStoreContract : StoreCases
{
    private static readonly RecordTable<House> Houses = new(
        "test_houses", Json.Default.House,
        [
            RecordColumn.Text<House>("name", house => house.Name), RecordColumn.Number<House>("floors", house => house.Floors),
            RecordColumn.Bytes<House>("address", house => house.Address),
        ],
        [new RecordKey("name", "name"), new RecordKey("address", "address")]) { RaisesEpoch = true };

    private static readonly RecordTable<Room> Rooms = new(
        "test_rooms", Json.Default.Room,
        [
            RecordColumn.Reference<Room>("house", room => room.House, Houses), RecordColumn.Number<Room>("number", room => room.Number),
        ],
        [new RecordKey("number", "house", "number")]);

    private static readonly RecordTable<Chair> Chairs = new(
        "test_chairs", Json.Default.Chair, [RecordColumn.Reference<Chair>("room", chair => chair.Room, Rooms, cascades: true)], []);

    private IRecordStore Records => Store.Records;

    public async Task A_record_is_inserted_read_updated_and_deleted()
    {
        await PrepareAsync().ConfigureAwait(false);
        var inserted = await InsertAsync(Houses, new House { Name = "one", Floors = 2 }).ConfigureAwait(false);
        Expect.Equal((1L, 1L), (inserted.Id, inserted.Version));
        Expect.Equal(inserted, await Records.GetAsync(Houses, 1, Token).ConfigureAwait(false));

        var result = await SaveAsync(new RecordChange.Update(Houses, inserted with { Floors = 3 })).ConfigureAwait(false);
        var updated = Expect.Is<House>(Expect.Is<RecordResult.Saved>(result).Records[0]);
        Expect.Equal((1L, 2L, 3L), (updated.Id, updated.Version, updated.Floors));
        Expect.Equal(updated, await Records.GetAsync(Houses, 1, Token).ConfigureAwait(false));

        Expect.Is<RecordResult.Saved>(await SaveAsync(new RecordChange.Delete(Houses, 1, 2)).ConfigureAwait(false));
        Expect.Equal(null, await Records.GetAsync(Houses, 1, Token).ConfigureAwait(false));
        Expect.Equal(2L, (await InsertAsync(Houses, new House { Name = "two" }).ConfigureAwait(false)).Id); // an id is never used again
    }

    public async Task A_change_of_another_version_is_refused_with_all_of_its_batch()
    {
        await PrepareAsync().ConfigureAwait(false);
        var house = await InsertAsync(Houses, new House { Name = "one" }).ConfigureAwait(false);
        Expect.Is<RecordResult.Saved>(await SaveAsync(new RecordChange.Update(Houses, house with { Floors = 9 })).ConfigureAwait(false));
        RecordChange[] stale =
        [
            new RecordChange.Update(Houses, house with { Floors = 1 }), new RecordChange.Delete(Houses, house.Id, 1),
            new RecordChange.Require(Houses, house.Id, 1), new RecordChange.Update(Houses, house with { Id = 77 }),
            new RecordChange.Delete(Houses, 77, 1), new RecordChange.Require(Houses, 77, 1),
        ];
        foreach (var change in stale)
        {
            var result = await SaveAsync(new RecordChange.Insert(Houses, new House { Name = "with it" }), change).ConfigureAwait(false);
            Expect.Is<RecordResult.Conflict>(result);
        }

        Expect.Equal(1L, await Records.CountAsync(new RecordQuery<House>(Houses), Token).ConfigureAwait(false));
        var required = await SaveAsync(new RecordChange.Require(Houses, house.Id, 2)).ConfigureAwait(false);
        Expect.Equal(null, Expect.Is<RecordResult.Saved>(required).Records[0]);
    }

    public async Task A_record_with_an_id_that_exists_is_not_inserted()
    {
        await PrepareAsync().ConfigureAwait(false);
        var house = await InsertAsync(Houses, new House { Name = "one", Floors = 3 }).ConfigureAwait(false);

        var result = await SaveAsync(
            new RecordChange.Insert(Houses, new House { Name = "with it" }),
            new RecordChange.Insert(Houses, new House { Id = house.Id, Name = "two" })).ConfigureAwait(false);

        Expect.Equal(house.Id, Expect.Is<RecordResult.Conflict>(result).Id);
        Expect.Equal(house, await Records.GetAsync(Houses, house.Id, Token).ConfigureAwait(false));
        Expect.Equal(1L, await Records.CountAsync(new RecordQuery<House>(Houses), Token).ConfigureAwait(false));
    }

    public async Task A_key_is_unique_unless_a_part_of_it_is_missing()
    {
        await PrepareAsync().ConfigureAwait(false);
        var one = await InsertAsync(Houses, new House { Name = "one", Address = [1, 2] }).ConfigureAwait(false);
        await InsertAsync(Houses, new House { Name = "two" }).ConfigureAwait(false);
        var two = await InsertAsync(Houses, new House { Name = "ONE" }).ConfigureAwait(false);

        var byName = await SaveAsync(new RecordChange.Insert(Houses, new House { Name = "one" })).ConfigureAwait(false);
        var duplicate = Expect.Is<RecordResult.Duplicate>(byName);
        Expect.Equal(("name", one.Id), (duplicate.Key.Field, duplicate.HolderId));
        var byAddress = await SaveAsync(new RecordChange.Update(Houses, two with { Address = [1, 2] })).ConfigureAwait(false);
        Expect.Equal("address", Expect.Is<RecordResult.Duplicate>(byAddress).Key.Field);
        Expect.Is<RecordResult.Saved>(await SaveAsync(new RecordChange.Update(Houses, one with { Floors = 1 })).ConfigureAwait(false));
        var within = await SaveAsync(
            new RecordChange.Insert(Houses, new House { Name = "new" }),
            new RecordChange.Insert(Houses, new House { Name = "new" })).ConfigureAwait(false);
        Expect.Is<RecordResult.Duplicate>(within);
    }

    public async Task A_reference_exists_and_holds_what_it_refers_to()
    {
        await PrepareAsync().ConfigureAwait(false);
        var house = await InsertAsync(Houses, new House { Name = "one" }).ConfigureAwait(false);
        var room = await InsertAsync(Rooms, new Room { House = house.Id, Number = 1 }).ConfigureAwait(false);
        var chair = await InsertAsync(Chairs, new Chair { Room = room.Id }).ConfigureAwait(false);

        var dangling = await SaveAsync(new RecordChange.Insert(Rooms, new Room { House = 77, Number = 1 })).ConfigureAwait(false);
        Expect.Equal(77L, Expect.Is<RecordResult.Dangling>(dangling).Id);
        var held = await SaveAsync(new RecordChange.Delete(Houses, house.Id, 1)).ConfigureAwait(false);
        var referenced = Expect.Is<RecordResult.Referenced>(held);
        Expect.Equal(("test_rooms", room.Id), (referenced.By.Name, referenced.ById));

        Expect.Is<RecordResult.Saved>(await SaveAsync(new RecordChange.Delete(Rooms, room.Id, 1)).ConfigureAwait(false));
        Expect.Equal(null, await Records.GetAsync(Chairs, chair.Id, Token).ConfigureAwait(false));
        Expect.Is<RecordResult.Saved>(await SaveAsync(new RecordChange.Delete(Houses, house.Id, 1)).ConfigureAwait(false));
    }

    public async Task Reserved_ids_let_new_records_refer_to_each_other()
    {
        await PrepareAsync().ConfigureAwait(false);
        var first = await Records.ReserveIdsAsync(Houses, 3, Token).ConfigureAwait(false);
        var next = await Records.ReserveIdsAsync(Houses, 1, Token).ConfigureAwait(false);
        Expect.Equal((1L, 4L), (first, next));
        var result = await SaveAsync(
            new RecordChange.Insert(Houses, new House { Id = first + 1, Name = "one" }),
            new RecordChange.Insert(Rooms, new Room { House = first + 1, Number = 1 })).ConfigureAwait(false);
        Expect.Is<RecordResult.Saved>(result);
        Expect.Equal(5L, (await InsertAsync(Houses, new House { Name = "two" }).ConfigureAwait(false)).Id);
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => Records.ReserveIdsAsync(Houses, 0, Token), "no id").ConfigureAwait(
            false);
    }

    public async Task Records_are_found_by_columns_and_ordered()
    {
        await PrepareAsync().ConfigureAwait(false);
        for (var number = 1; number <= 6; number++)
        {
            await InsertAsync(Houses, new House
            {
                Name = $"house {number}", Floors = number % 3, Address = number == 6 ? null : [(byte)(200 + number), 0],
            }).ConfigureAwait(false);
        }

        Expect.Sequence([1L, 2, 3, 4, 5, 6], await IdsAsync(new RecordQuery<House>(Houses)).ConfigureAwait(false));
        Expect.Sequence([6L, 5], await IdsAsync(new(Houses) { Descending = true, Limit = 2 }).ConfigureAwait(false));
        Expect.Sequence([3L, 6, 1, 4, 2, 5], await IdsAsync(new(Houses) { OrderBy = "floors" }).ConfigureAwait(false));
        Expect.Sequence([5L, 2, 4, 1, 6, 3], await IdsAsync(new(Houses) { OrderBy = "floors", Descending = true }).ConfigureAwait(false));
        Expect.Sequence([6L, 1, 2], await IdsAsync(new(Houses) { OrderBy = "address", Limit = 3 }).ConfigureAwait(false));
        Expect.Sequence([1L, 4], await FindAsync(RecordCondition.Is("floors", 1L)).ConfigureAwait(false));
        Expect.Sequence([1L, 3, 4, 6], await FindAsync(new RecordCondition.In("floors", [0L, 1L])).ConfigureAwait(false));
        Expect.Sequence([], await FindAsync(new RecordCondition.In("floors", [])).ConfigureAwait(false));
        Expect.Sequence([2L], await FindAsync(RecordCondition.Is("name", "house 2")).ConfigureAwait(false));
        Expect.Sequence([], await FindAsync(RecordCondition.Is("name", "HOUSE 2")).ConfigureAwait(false));
        Expect.Sequence([2L, 3],
            await FindAsync(new RecordCondition.Between("address", (byte[])[202], (byte[])[203, 255])).ConfigureAwait(false));
        Expect.Sequence([4L, 5], await FindAsync(new RecordCondition.Between("address", (byte[])[204], null)).ConfigureAwait(false));
        Expect.Sequence([6L], await FindAsync(new RecordCondition.Missing("address")).ConfigureAwait(false));
        Expect.Sequence([5L], await FindAsync(
            new RecordCondition.Between("id", 4L, null), RecordCondition.Is("floors", 2L)).ConfigureAwait(false));
        Expect.Equal(2L, await Records.CountAsync(
            new RecordQuery<House>(Houses) { Where = [RecordCondition.Is("floors", 1L)], Limit = 1 }, Token).ConfigureAwait(false));
        await Expect.ThrowsAsync<ArgumentException>(() => FindAsync(RecordCondition.Is("wheels", 4L)), "no such column").ConfigureAwait(
            false);
    }

    public async Task Events_are_written_with_the_batch_or_not_at_all()
    {
        await PrepareAsync().ConfigureAwait(false);
        var batch = new RecordBatch
        {
            At = Now, Changes = [new RecordChange.Insert(Houses, new House { Name = "one" })], Events =
                [Note("built", EventLevel.Audit, "bob")],
        };
        Expect.Is<RecordResult.Saved>(await Records.SaveAsync(batch, Token).ConfigureAwait(false));
        Expect.Is<RecordResult.Duplicate>(await Records.SaveAsync(batch, Token).ConfigureAwait(false));

        var events = await Store.Events.QueryAsync(new EventQuery { Level = EventLevel.Audit }, Token).ConfigureAwait(false);
        Expect.Equal("built by bob", events.Count == 1 ? $"{events[0].Note.Description} by {events[0].Note.Username}"
            : $"{events.Count} events");
    }

    public async Task A_batch_that_expects_another_epoch_changes_nothing()
    {
        await PrepareAsync().ConfigureAwait(false);
        await InsertAsync(Houses, new House { Name = "one" }).ConfigureAwait(false);
        var epoch = await Records.GetEpochAsync(Token).ConfigureAwait(false);
        RecordBatch Batch(string name, long expected) => new()
        {
            At = Now, Changes = [new RecordChange.Insert(Houses, new House { Name = name })], ExpectedEpoch = expected,
        };

        Expect.Is<RecordResult.EpochPassed>(await Records.SaveAsync(Batch("two", epoch - 1), Token).ConfigureAwait(false));
        Expect.Is<RecordResult.EpochPassed>(await Records.SaveAsync(Batch("two", epoch + 1), Token).ConfigureAwait(false));
        Expect.Equal(1L, await Records.CountAsync(new RecordQuery<House>(Houses), Token).ConfigureAwait(false));
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(
            () => Records.SaveAsync(Batch($"house {number}", epoch), Token), Token))).ConfigureAwait(false);
        Expect.Equal((1, 15), (results.OfType<RecordResult.Saved>().Count(), results.OfType<RecordResult.EpochPassed>().Count()));
    }

    public async Task Of_concurrent_inserts_of_one_key_one_wins()
    {
        await PrepareAsync().ConfigureAwait(false);
        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
            () => SaveAsync(new RecordChange.Insert(Houses, new House { Name = "the only one" })), Token))).ConfigureAwait(false);
        Expect.Equal((1, 31), (results.OfType<RecordResult.Saved>().Count(), results.OfType<RecordResult.Duplicate>().Count()));
    }

    public async Task Text_is_kept_as_it_is()
    {
        await PrepareAsync().ConfigureAwait(false);
        foreach (var text in HostileTexts) await InsertAsync(Houses, new House { Name = text }).ConfigureAwait(false);
        foreach (var text in HostileTexts)
        {
            var found = await Records.ListAsync(
                new RecordQuery<House>(Houses) { Where = [RecordCondition.Is("name", text)] }, Token).ConfigureAwait(false);
            Expect.Equal(text, found.Count == 1 ? found[0].Name : $"{found.Count} records");
        }
    }

    public async Task The_epoch_rises_with_each_batch_that_changes_a_table_which_raises_it()
    {
        await PrepareAsync().ConfigureAwait(false);
        var start = await Records.GetEpochAsync(Token).ConfigureAwait(false);
        var house = await InsertAsync(Houses, new House { Name = "one" }).ConfigureAwait(false);
        var inserted = await Records.GetEpochAsync(Token).ConfigureAwait(false);
        Expect.True(inserted > start, "an insertion raises the epoch");

        await SaveAsync(new RecordChange.Require(Houses, house.Id, 1)).ConfigureAwait(false);
        await SaveAsync(new RecordChange.Insert(Houses, new House { Name = "one" })).ConfigureAwait(false);
        await InsertAsync(Rooms, new Room { House = house.Id, Number = 1 }).ConfigureAwait(false);
        Expect.Equal(inserted, await Records.GetEpochAsync(Token).ConfigureAwait(false));

        await SaveAsync(new RecordChange.Update(Houses, house with { Floors = 1 })).ConfigureAwait(false);
        Expect.True(await Records.GetEpochAsync(Token).ConfigureAwait(false) > inserted, "an update raises the epoch");
    }

    public async Task Records_are_saved_with_a_machine_or_neither_is()
    {
        await PrepareAsync().ConfigureAwait(false);
        var change = Change(NewMachine(1)) with { Records = [new RecordChange.Insert(Houses, new House { Name = "of a machine" })] };
        var machine = await SaveAsync(change).ConfigureAwait(false);
        var refused = await Machines.SaveAsync(
            [change with { Machine = machine with { Description = "with a taken name" } }], Token).ConfigureAwait(false);

        Expect.Is<RecordResult.Duplicate>(Expect.Is<SaveResult.RecordRefused>(refused).Result);
        Expect.Equal(machine.Version, (await GetAsync(machine.Id).ConfigureAwait(false)).Version);
        var stale = await Machines.SaveAsync(
            [change with { Machine = machine with { Version = 7 }, Records = [new RecordChange.Insert(Houses, new House { Name = "x" })] }],
            Token).ConfigureAwait(false);
        Expect.Is<SaveResult.Conflict>(stale);
        Expect.Equal(1L, await Records.CountAsync(new RecordQuery<House>(Houses), Token).ConfigureAwait(false));
    }

    public async Task Records_are_deleted_with_a_machine_or_neither_is()
    {
        await PrepareAsync().ConfigureAwait(false);
        var machine = await CreateAsync(1).ConfigureAwait(false);
        var house = await InsertAsync(Houses, new House { Name = "of the machine" }).ConfigureAwait(false);
        var other = await InsertAsync(Houses, new House { Name = "of another" }).ConfigureAwait(false);
        var deletion = new MachineDeletion(machine.Id, machine.Version, Note("deleted", EventLevel.Audit), Now);
        RecordChange[][] refused =
        [
            [new RecordChange.Delete(Houses, house.Id, 1), new RecordChange.Delete(Houses, other.Id, 7)],
            [new RecordChange.Delete(Houses, house.Id, 1), new RecordChange.Delete(Houses, 77, 1)],
        ];
        foreach (var records in refused)
            Expect.True(!await Machines.DeleteAsync(deletion with { Records = records }, Token).ConfigureAwait(false), "refused");
        Expect.Equal(machine.Version, (await GetAsync(machine.Id).ConfigureAwait(false)).Version);
        Expect.Equal(2L, await Records.CountAsync(new RecordQuery<House>(Houses), Token).ConfigureAwait(false));

        RecordChange[] own = [new RecordChange.Delete(Houses, house.Id, 1)];
        var stale = deletion with { Version = 7, Records = own };
        Expect.True(!await Machines.DeleteAsync(stale, Token).ConfigureAwait(false), "another version of the machine");
        Expect.True(await Machines.DeleteAsync(deletion with { Records = own }, Token).ConfigureAwait(false), "deleted");
        Expect.Equal(null, await Machines.GetAsync(machine.Id, Token).ConfigureAwait(false));
        Expect.Sequence([other.Id], await IdsAsync(new RecordQuery<House>(Houses)).ConfigureAwait(false));
    }

    private Task PrepareAsync() => Records.PrepareAsync([Houses, Rooms, Chairs], Token);

    private Task<RecordResult> SaveAsync(params RecordChange[] changes) =>
        Records.SaveAsync(new RecordBatch { At = Now, Changes = changes }, Token);

    private async Task<T> InsertAsync<T>(RecordTable<T> table, T record)
        where T : StoredRecord =>
        Expect.Is<T>(Expect.Is<RecordResult.Saved>(
        await SaveAsync(new RecordChange.Insert(table, record)).ConfigureAwait(false)).Records[0]);

    private async Task<IEnumerable<long>> IdsAsync(RecordQuery<House> query) =>
        (await Records.ListAsync(query, Token).ConfigureAwait(false)).Select(house => house.Id);

    private Task<IEnumerable<long>> FindAsync(params RecordCondition[] conditions) =>
        IdsAsync(new RecordQuery<House>(Houses) { Where = conditions });

    internal sealed record House : StoredRecord
    {
        public string Name { get; init; } = "";

        public long Floors { get; init; }

        public byte[]? Address { get; init; }
    }

    internal sealed record Room : StoredRecord
    {
        public long House { get; init; }

        public int Number { get; init; }
    }

    internal sealed record Chair : StoredRecord
    {
        public long Room { get; init; }
    }

    // The fast path writes an array that is null as an empty one.
    [JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
    [JsonSerializable(typeof(House))]
    [JsonSerializable(typeof(Room))]
    [JsonSerializable(typeof(Chair))]
    private sealed partial class Json : JsonSerializerContext;
}
