using System.Globalization;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Sql;

namespace Maas.Sqlite.Tests;

public sealed class MachineCacheTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_of_a_machine_is_parsed_once()
    {
        await using var store = new SqliteMaasStore(SqliteStoreOptions.InMemory);
        await store.OpenAsync(new StoreLimits(), Stop);
        var address = MacAddress.Parse("52:54:00:00:00:01");
        Machine machine = new() { Id = SystemId.Parse("abc346"), Hostname = "one", MacAddresses = [address] };
        await SaveAsync(store, machine);

        var read = await store.Machines.GetAsync(machine.Id, Stop);
        (await store.Machines.FindByMacAsync(address, Stop)).Should().BeSameAs(read);

        await SaveAsync(store, read! with { Hostname = "two" });
        (await store.Machines.GetAsync(machine.Id, Stop))!.Hostname.Should().Be("two");
        var deletion = new MachineDeletion(
            machine.Id, 2, new Core.Events.EventNote(Core.Events.EventLevel.Audit, "Deleted", "", null), DateTimeOffset.UnixEpoch);
        (await store.Machines.DeleteAsync(deletion, Stop)).Should().BeTrue();
        (await store.Machines.GetAsync(machine.Id, Stop)).Should().BeNull();

        // Another machine that is given the same id has the same version, and another number.
        await SaveAsync(store, machine with { Hostname = "three" });
        (await store.Machines.GetAsync(machine.Id, Stop))!.Hostname.Should().Be("three");
    }

    [Fact]
    public void Machines_that_are_not_used_make_room_for_others()
    {
        var cache = new MachineCache();
        Machine machine = new() { Id = SystemId.Parse("abc346"), Hostname = "one" };
        cache.Keep("unused", machine, 0);
        cache.Keep("used", machine, 0);
        for (var number = 0; number < 2_500; number++)
        {
            cache.Keep(number.ToString(CultureInfo.InvariantCulture), machine, 0);
            cache.Find("used", 0).Should().NotBeNull();
        }

        cache.Find("unused", 0).Should().BeNull();
        cache.Find("2499", 0).Should().NotBeNull();
    }

    [Fact]
    public void A_lost_connection_makes_it_forget_what_was_read_before()
    {
        var cache = new MachineCache();
        Machine machine = new() { Id = SystemId.Parse("abc346"), Hostname = "one" };
        cache.Keep("one", machine, 0);

        cache.Find("one", 1).Should().BeNull();
        cache.Keep("one", machine, 0);
        cache.Find("one", 1).Should().BeNull("it was read before the connection was lost");
        cache.Keep("one", machine, 1);
        cache.Find("one", 0).Should().BeNull();
        cache.Find("one", 1).Should().BeSameAs(machine);
    }

    private static async Task SaveAsync(SqliteMaasStore store, Machine machine) =>
        (await store.Machines.SaveAsync([new MachineChange { Machine = machine, At = DateTimeOffset.UnixEpoch }], Stop))
            .Should().BeOfType<SaveResult.Saved>();
}
