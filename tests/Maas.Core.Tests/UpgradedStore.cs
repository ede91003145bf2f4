using Maas.Core.Events;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Stores;

namespace Maas.Core.Tests;

/// <summary>What a store of an earlier version had in every table, and what it must have after its upgrade.</summary>
public static class UpgradedStore
{
    /// <summary>The machines.</summary>
    public static IReadOnlyList<Machine> Machines { get; } =
    [
        new()
        {
            Id = SystemId.Parse("abc346"), Hostname = "one", Domain = "maas", Status = MachineStatus.Ready, CpuCount = 4, MemoryMiB = 4096,
            MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")], Architecture = "arm64/generic", ZoneId = 1, PoolId = 1,
            StatusSince = At(20, 8), Created = At(20, 7), Updated = At(20, 8), PowerState = MachinePowerState.Off,
            Power = new PowerSettings("ipmi", new Dictionary<string, string> { ["power_address"] = "192.0.2.1" }),
            Hardware = new()
            {
                Firmware = FirmwareKind.Uefi, MemoryMiB = 4096,
                Cpu = new() { Model = "Altra", Count = 4, Cores = 4, Sockets = 1, MaxMhz = 3000 },
                Identity = new() { Vendor = "Example", Product = "R1", Serial = "S1" },
                Disks = [new() { Name = "sda", Model = "M", Serial = "D1", Size = 1L << 40, Bus = "sata" }],
            },
        },
        new()
        {
            Id = SystemId.Parse("abc348"), Hostname = "two", Domain = "maas", Status = MachineStatus.Deploying, Owner = "ann", ZoneId = 1,
            MacAddresses = [MacAddress.Parse("52:54:00:00:00:02")], PoolId = 1, Tags = ["ssd"], StatusMessage = "a\tb\\c\n\"ü\"",
            CameFrom = MachineStatus.Allocated, OperationId = Guid.Parse("0193a000-0000-7000-8000-000000000001"), StatusSince = At(21, 8),
            Created = At(20, 7), Updated = At(21, 8), PowerState = MachinePowerState.On, IpAddresses = ["192.0.2.7"],
            OwnerData = new Dictionary<string, string> { ["use"] = "it's a test" },
            Deployment = new()
            {
                OsSystem = "custom", DistroSeries = "debian", UserDataSha256 = "ab01", Disk = new InstallDisk("sda", "D2"),
                Image = new ImageReference(
                    2, 4, "custom/debian", "ddgz", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            },
        },
    ];

    /// <summary>Reads everything, and writes a little.</summary>
    /// <param name="core">A core over the store.</param>
    /// <param name="store">The store, upgraded.</param>
    /// <param name="hasChanges">Whether the earlier version had a change history.</param>
    /// <param name="now">The time.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task CheckAsync(MaasCore core, IMaasStore store, bool hasChanges, DateTimeOffset now, CancellationToken stop)
    {
        await CheckMachinesAsync(store, hasChanges, stop);
        await CheckAccountsAsync(store, now, stop);
        var (one, two) = (Machines[0], Machines[1]);

        (await core.Tags.ListAsync(stop)).Should().ContainSingle().Which.Should().BeEquivalentTo(
            new Tag("ssd", "it's \"fast\"", "quiet") { Id = 1, Version = 1 });
        (await store.Events.QueryAsync(new EventQuery { Limit = 10 }, stop)).Select(each => (each.Id, each.Note.Description))
            .Should().Contain([(13, "a 'quoted' text"), (11, "Deploying")]);
        (await store.Events.ObservationsAsync(one.MacAddresses, 10, stop)).Should().ContainSingle().Which.Kind.Should().Be("Dhcp");
        var result = (await store.ScriptResults.ListAsync(two.Id, stop)).Should().ContainSingle().Subject;
        (result.Id, result.Name).Should().Be((21, "smartctl"));
        (await store.ScriptResults.GetOutputAsync(21, stop))!.StandardOutput.ToArray().Should().Equal(10, 9, 0, (byte)'\\');
        (await store.BootResources.ListAsync(stop)).Should().ContainSingle().Which.Sets.Should().ContainSingle();
        (await store.Files.FindAsync("ann", "notes", stop))!.Content.ToArray().Should().Equal(0);
        (await store.Settings.GetAsync("ntp_servers", stop)).Should().Be("\"ntp.example.com\"");
        // What is added is numbered after what there is.
        var added = await store.Events.WriteAsync(now, null, new EventNote(EventLevel.Info, "Test", "later", null), stop);
        added.Id.Should().BeGreaterThan(13);
    }

    private static DateTimeOffset At(int day, int hour) => new(2026, 11, day, hour, 0, 0, TimeSpan.Zero);

    private static async Task CheckMachinesAsync(IMaasStore store, bool hasChanges, CancellationToken stop)
    {
        var (one, two) = (Machines[0], Machines[1]);
        var machines = await store.Machines.ListAsync(new MachineFilter(), stop);
        machines.Select(machine => (machine.Id, machine.Number, machine.Version, machine.Status, machine.Hostname)).Should().Equal(
            (one.Id, 3, 1, one.Status, "one"), (two.Id, 4, 3, two.Status, "two"));
        machines[0].Should().BeEquivalentTo(one with { Number = 3, Version = 1 });
        machines[1].Should().BeEquivalentTo(two with { Number = 4, Version = 3 });
        (await store.Machines.FindByMacAsync(one.MacAddresses[0], stop))!.Id.Should().Be(one.Id);
        (await store.Machines.ListAsync(new MachineFilter { Tags = ["ssd"] }, stop)).Should().ContainSingle().Which.Id.Should().Be(two.Id);
        foreach (var word in (string[])["SSD", "two.maas", "abc348", "00:00:02", "nn"])
            (await store.Machines.ListAsync(new MachineFilter { Search = [word], AfterHostname = "" }, stop))
                .Should().ContainSingle(word).Which.Id.Should().Be(two.Id);
        (await store.Machines.ListCandidatesAsync(new CandidateFilter { Limit = 9, Architectures = ["arm64/generic"] }, stop))
            .Should().ContainSingle().Which.Id.Should().Be(one.Id);
        (await store.Machines.GetUserDataAsync(two.Id, stop)).Should().Equal(0, 1, 0xff, (byte)'\\', (byte)'\n');
        (await store.PowerQueue.CountAsync(stop)).Should().Be(1);
        (await store.PowerQueue.NextDueAsync(stop)).Should().Be(DateTimeOffset.FromUnixTimeMilliseconds(4_000_000_000_000));
        if (!hasChanges) return;
        (await store.Machines.ReadChangesAsync(6, 10, stop)).Select(change => change.Number).Should().StartWith([7L, 9L]);
        var saved = await store.Machines.SaveAsync([new MachineChange { Machine = machines[0], At = machines[0].Updated }], stop);
        saved.Should().BeOfType<SaveResult.Saved>();
        (await store.Machines.GetLastChangeAsync(stop)).Should().Be(13);
    }

    private static async Task CheckAccountsAsync(IMaasStore store, DateTimeOffset now, CancellationToken stop)
    {
        var (ann, hash) = (await store.Accounts.FindUserAsync("ann", stop))!.Value;
        (ann.Id, ann.IsAdministrator, hash).Should().Be((2, true, "hash"));
        (await store.Accounts.FindApiKeyAsync("ck", "tk", stop))!.Name.Should().Be("laptop");
        (await store.Accounts.ListSshKeysAsync("ann", stop)).Should().ContainSingle().Which.Id.Should().Be(8);
        (await store.Tokens.GetAsync(Machines[1].Id, stop))!.TokenKey.Should().Be("ntk");
        (await store.Nonces.AddAsync("ck", "tk", "n1", now.AddMinutes(5), stop)).Should().BeFalse("a nonce is accepted once");
        (await store.Accounts.CreateUserAsync("carol", "", false, "", stop))!.Id.Should().Be(7);
    }
}
