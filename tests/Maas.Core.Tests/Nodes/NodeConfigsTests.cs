using CsCheck;
using Maas.Core.Configuration;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Storage;
using Maas.Core.Stores;
using Maas.Testing;

namespace Maas.Core.Tests.Nodes;

/// <summary>When machines' configurations are stored, and who may change them.</summary>
public class NodeConfigsTests
{
    private static readonly MachineActor Admin = new("admin", true);
    private static readonly MachineActor Bob = new("bob", false);
    private static readonly MachineActor Eve = new("eve", false);

    [Fact]
    public async Task Commissioning_stores_the_disks_and_plans_the_default_layout()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();

        var storage = await StorageAsync(test, machine.Id);

        var disk = storage.BlockDevices.Should().ContainSingle().Subject;
        (disk.Name, disk.Serial, disk.PartitionTable).Should().Be(("vda", "serial-vda", PartitionTableType.Gpt));
        disk.Partitions.Select(part => part.FileSystem!.MountPoint).Should().Equal("/boot/efi", "/");
        StorageIssues.Find(storage).Should().BeEmpty();
    }

    [Fact]
    public async Task The_default_layout_is_a_setting()
    {
        await using var test = await TestCore.OpenAsync();
        SettingCatalogue.Find(SettingCatalogue.DefaultStorageLayout)!.Choices.Should().Equal(StorageLayouts.Names);
        (await test.Core.Settings.ChangeAsync(SettingCatalogue.DefaultStorageLayout, "lvm")).Should().BeNull();

        var machine = await test.ReadyAsync();

        (await StorageAsync(test, machine.Id)).Groups.Should().ContainSingle().Which.Name.Should().Be("vgroot");
    }

    [Fact]
    public async Task Commissioning_again_keeps_the_numbers_of_disks_and_begins_the_plan_anew()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        var before = await StorageAsync(test, machine.Id);
        await EditAsync(test, machine.Id, (config, _) => StorageLayouts.Apply(config, Layout("blank"), new SequentialIds()));

        await CommissionAsync(test, machine.Id, new MachineCommand.Commission(), "vdb", "vda");

        var after = await StorageAsync(test, machine.Id);
        var vda = after.BlockDevices.Single(disk => disk.Name == "vda");
        vda.Id.Should().Be(before.BlockDevices[0].Id, "it is recognised by its serial number");
        after.BlockDevices.Single(disk => disk.Name == "vdb").Id.Should().BeGreaterThan(vda.Id);
        vda.Partitions.Should().HaveCount(2).And.NotContain(part => before.BlockDevices[0].Partitions.Any(old => old.Id == part.Id));
        await ExpectSameBootDiskAsync(test, machine.Id);
    }

    [Fact]
    public async Task Commissioning_that_skips_storage_leaves_the_plan_as_it_was()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await EditAsync(test, machine.Id, (config, ids) => StorageLayouts.Apply(config, Layout("lvm"), ids));
        var planned = await StorageAsync(test, machine.Id);

        await CommissionAsync(test, machine.Id, new MachineCommand.Commission { SkipStorage = true }, "vda", "vdb");
        (await StorageAsync(test, machine.Id)).Should().BeEquivalentTo(planned);

        await CommissionAsync(test, machine.Id, new MachineCommand.Commission(), "vda", "vdb");
        (await StorageAsync(test, machine.Id)).BlockDevices.Should().HaveCount(2, "the next commissioning does not skip");
    }

    [Fact]
    public async Task The_owner_changes_a_copy_that_ends_with_the_release()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        var intended = await StorageAsync(test, machine.Id);
        await test.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        (await StorageAsync(test, machine.Id)).Should().BeEquivalentTo(intended);

        var tmpfs = new StorageEdit((_, config, ids) => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/tmp"), ids))
        {
            IsOwners = true,
        };
        (await test.Core.NodeConfigs.EditStorageAsync(machine.Id, Eve, tmpfs)).Should().BeOfType<NodeConfigResult.Denied>();
        (await test.Core.NodeConfigs.EditStorageAsync(machine.Id, Bob, tmpfs with { IsOwners = false })).Should()
            .BeOfType<NodeConfigResult.Denied>("it is for administrators");
        (await test.Core.NodeConfigs.EditStorageAsync(machine.Id, Bob, tmpfs)).Should().BeOfType<NodeConfigResult.Done>();
        (await StorageAsync(test, machine.Id)).SpecialFileSystems.Should().ContainSingle();

        await test.DoAsync(machine.Id, new MachineCommand.Release());
        (await StorageAsync(test, machine.Id)).SpecialFileSystems.Should().ContainSingle("it has its owner until it is off");
        (await test.SettleAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
        (await StorageAsync(test, machine.Id)).Should().BeEquivalentTo(intended);
    }

    [Fact]
    public async Task Nothing_is_changed_of_a_locked_machine_or_in_another_status_and_every_change_raises_the_version()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        var edit = new StorageEdit((_, config, ids) => StorageLayouts.Apply(config, Layout("lvm"), ids));

        var done = (await test.Core.NodeConfigs.EditStorageAsync(machine.Id, Admin, edit)).Should().BeOfType<NodeConfigResult.Done>()
            .Subject;
        done.Machine.Version.Should().Be(machine.Version + 1);
        (await test.Core.NodeConfigs.EditStorageAsync(machine.Id, Admin, edit with { FindObstacle = (each, _) => each.Status.ToString() }))
            .Should().Be(new NodeConfigResult.WrongStatus("Ready"));
        await test.DoAsync(machine.Id, new MachineCommand.Lock());
        (await test.Core.NodeConfigs.EditStorageAsync(machine.Id, Admin, edit)).Should()
            .BeOfType<NodeConfigResult.Denied>().Which.Because.Should().Be(RefusalKind.Locked);
        (await test.Core.NodeConfigs.EditStorageAsync(SystemId.Parse("abc347"), Admin, edit)).Should()
            .Be(new NodeConfigResult.NotFound("Machine"));
    }

    [Fact]
    public async Task A_change_that_is_overtaken_is_computed_again_and_neither_change_is_lost()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        var overtaken = false;
        var edit = new StorageEdit((_, config, ids) =>
        {
            if (!overtaken)
            {
                overtaken = true;
                var other = test.Core.NodeConfigs.EditStorageAsync(machine.Id, Admin, new StorageEdit((_, current, more) =>
                    FileSystemRules.MountSpecial(current, "tmpfs", new MountRequest("/other"), more)));
                other.IsCompletedSuccessfully.Should().BeTrue("the store in memory never waits");
            }

            return FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/this"), ids);
        });

        (await test.Core.NodeConfigs.EditStorageAsync(machine.Id, Admin, edit)).Should().BeOfType<NodeConfigResult.Done>();

        var special = (await StorageAsync(test, machine.Id)).SpecialFileSystems;
        special.Select(each => each.MountPoint).Should().Equal("/other", "/this");
        special.Select(each => each.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_refused_change_saves_nothing_and_uses_no_number()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await EditAsync(test, machine.Id, (config, ids) => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/a"), ids));
        var before = await test.GetAsync(machine.Id);

        var edit = new StorageEdit((_, config, ids) =>
        {
            ids.NextId(IdKind.FileSystem);
            return FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/a"), ids);
        });
        var refused = await test.Core.NodeConfigs.EditStorageAsync(machine.Id, Admin, edit);

        refused.Should().Be(new NodeConfigResult.Refused("__all__", "Another filesystem is already mounted at /a."));
        (await test.GetAsync(machine.Id)).Should().BeEquivalentTo(before);
        await EditAsync(test, machine.Id, (config, ids) => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/b"), ids));
        var special = (await StorageAsync(test, machine.Id)).SpecialFileSystems;
        special[1].Id.Should().Be(special[0].Id + 1);
    }

    [Fact]
    public async Task A_restart_keeps_all_numbers_and_gives_none_of_them_again()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.ReadyAsync();
        var before = await StorageAsync(test, machine.Id);
        await EditAsync(test, machine.Id, (config, ids) => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/a"), ids));
        await EditAsync(test, machine.Id, (config, _) => FileSystemRules.UnmountSpecial(config, "/a"));

        await test.ReopenAsync();

        (await StorageAsync(test, machine.Id)).Should().BeEquivalentTo(before);
        await EditAsync(test, machine.Id, (config, ids) => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/b"), ids));
        var highest = before.BlockDevices.SelectMany(disk => disk.Partitions).Max(part => part.FileSystem!.Id);
        (await StorageAsync(test, machine.Id)).SpecialFileSystems.Should().ContainSingle().Which.Id.Should().Be(highest + 2);
    }

    [Fact]
    public async Task Nothing_of_a_deleted_machine_stays()
    {
        var store = new InMemoryMaasStore();
        await using var core = await MaasCore.OpenAsync(store);
        var machine = ((CreateResult.Created)await core.Machines.CreateAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")] }, null)).Machine;
        await core.Machines.EditAsync(machine.Id, null, each => each with { Hardware = HardwareOf(20L << 30) });
        (await RecordsAsync(store)).Should().HaveCount(2);

        (await core.Machines.DeleteAsync(machine.Id, Admin)).Should().BeOfType<CommandResult.Done>();

        (await RecordsAsync(store)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_machine_of_an_earlier_version_keeps_the_numbers_that_its_disks_were_shown_with()
    {
        var store = new InMemoryMaasStore();
        await store.OpenAsync(new StoreLimits(), default);
        var hardware = HardwareOf(20L << 30, 30L << 30);
        hardware = hardware with { Disks = [new Disk { Name = "sr0", ReadOnly = true, Size = 1L << 30 }, .. hardware.Disks] };
        var saved = await store.Machines.SaveAsync(
        [
            new MachineChange
            {
                At = DateTimeOffset.UnixEpoch,
                Machine = new Machine
                {
                    Id = SystemId.Parse("abc346"), Hostname = "one", Hardware = hardware, Status = MachineStatus.Ready, BootDisk = "S2",
                },
            },
        ], default);
        var machine = ((SaveResult.Saved)saved).Machines[0];
        var first = (machine.Number * 1024) + 1;
        await store.DisposeAsync();
        await using var core = await MaasCore.OpenAsync(store);

        var derived = (await core.NodeConfigs.GetAsync(machine)).Storage;
        derived.BlockDevices.Select(disk => disk.Id).Should().Equal(first, first + 1);
        derived.BootDisk.Should().Be(first + 1);
        var added = await core.NodeConfigs.EditStorageAsync(machine.Id, Admin, new StorageEdit((_, config, ids) =>
            BlockDeviceRules.Create(
                config, new BlockDeviceRequest { Name = "sdx", Model = "M", Serial = "X", Size = "10G", BlockSize = "512" }, ids)));

        var disks = added.Should().BeOfType<NodeConfigResult.Done>().Which.Config.Storage.BlockDevices;
        disks.Select(disk => disk.Id).Take(2).Should().Equal(first, first + 1);
        disks[2].Id.Should().BeGreaterThan((machine.Number + 1) * 1024, "the numbers of earlier machines are not given again");
        (await core.Machines.GetAsync(machine.Id))!.BootDisk.Should().Be("S2");
    }

    [Fact]
    public async Task Configurations_of_many_machines_are_one_query()
    {
        var store = new InMemoryMaasStore();
        await using var core = await MaasCore.OpenAsync(store);
        List<Machine> machines = [];
        for (var number = 1; number <= 5; number++)
        {
            var created = (CreateResult.Created)await core.Machines.CreateAsync(
                new NewMachine { MacAddresses = [MacAddress.Parse($"52:54:00:00:00:0{number}")] }, null);
            var size = (20L + number) << 30;
            var edited = await core.Machines.EditAsync(created.Machine.Id, null, each => each with { Hardware = HardwareOf(size) });
            machines.Add(((EditResult.Done)edited).Machine);
        }

        var configs = await core.NodeConfigs.ListAsync([.. machines, machines[0]]);

        machines.Select(machine => configs[machine.Id].Storage.BlockDevices[0].Size >> 30).Should().Equal(21, 22, 23, 24, 25);
        (await core.NodeConfigs.ListAsync([])).Should().BeEmpty();
    }

    [Fact]
    public async Task A_boot_disk_that_an_edit_names_is_that_of_the_storage_and_one_that_is_gone_is_none()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await CommissionAsync(test, machine.Id, new MachineCommand.Commission(), "vda", "vdb");

        await test.Machines.EditAsync(machine.Id, Admin, each => each with { BootDisk = "serial-vdb" });
        StorageView.BootDiskOf(await StorageAsync(test, machine.Id))!.Name.Should().Be("vdb");
        await ExpectSameBootDiskAsync(test, machine.Id);
        await EditAsync(test, machine.Id, (config, _) =>
            BlockDeviceRules.SetBootDisk(config, config.BlockDevices.Single(disk => disk.Name == "vda").Id));
        await ExpectSameBootDiskAsync(test, machine.Id);
        (await test.GetAsync(machine.Id)).EffectiveBootDisk!.Name.Should().Be("vda");

        await CommissionAsync(test, machine.Id, new MachineCommand.Commission(), "vdb", "vdc");
        (await test.GetAsync(machine.Id)).EffectiveBootDisk.Should()
            .BeNull("the chosen disk is gone, and the wrong one is worse than none");
    }

    [Fact]
    public void The_boot_disk_of_machine_and_storage_is_the_same_disk_whatever_the_disks_are() =>
        Gen.Select(Gen.Long[0, 3].Array[1, 5], Gen.Int[0, 5], Gen.Int[0, 100]).Sample((sizes, choice, seed) =>
        {
            var hardware = HardwareOf([.. sizes.Select(size => 300_000_000L << (int)size)]);
            var machine = new Machine { Id = SystemId.Parse("abc346"), Hostname = "one", Number = 1, Hardware = hardware };
            var storage = NodeConfigLifecycle.Derive(machine).Storage;
            var random = new List<BlockDevice>(storage.BlockDevices);
            for (var i = 0; i < random.Count; i++) // numbers that have another order than the kernel's names
                random[i] = random[i] with { Id = ((i * 7) + seed) % 11 };
            if (random.DistinctBy(disk => disk.Id).Count() < random.Count) return;
            storage = storage with
            {
                BlockDevices = [.. random.OrderBy(disk => disk.Id)],
                BootDisk = choice < random.Count ? random[choice].Id : null,
            };

            var followed = BootDiskNaming.Follow(machine, storage);

            followed.EffectiveBootDisk?.Name.Should().Be(StorageView.BootDiskOf(storage)?.Name);
        });

    private static StorageLayoutRequest Layout(string name) => new() { Layout = name };

    private static Hardware HardwareOf(params long[] sizes) => new()
    {
        Disks = [.. sizes.Select((size, i) => new Disk { Name = $"sd{(char)('a' + i)}", Size = size, Model = "M", Serial = $"S{i + 1}" })],
    };

    private static Task<IReadOnlyList<NodeConfigRecord>> RecordsAsync(InMemoryMaasStore store) =>
        store.Records.ListAsync(new RecordQuery<NodeConfigRecord>(NodeTables.Configs), default);

    private static async Task<StorageConfig> StorageAsync(TestCore test, SystemId id) =>
        (await test.Core.NodeConfigs.GetAsync(await test.GetAsync(id))).Storage;

    private static async Task EditAsync(TestCore test, SystemId id, Func<StorageConfig, IIdSource, StorageResult> rule) =>
        (await test.Core.NodeConfigs.EditStorageAsync(id, Admin, new StorageEdit((_, config, ids) => rule(config, ids)))).Should()
            .BeOfType<NodeConfigResult.Done>();

    private static async Task ExpectSameBootDiskAsync(TestCore test, SystemId id) =>
        (await test.GetAsync(id)).EffectiveBootDisk?.Name.Should().Be(StorageView.BootDiskOf(await StorageAsync(test, id))?.Name);

    private static async Task CommissionAsync(TestCore test, SystemId id, MachineCommand.Commission command, params string[] disks)
    {
        await test.DoAsync(id, command);
        await test.SettleAsync(id);
        await test.RunScriptsAsync(id, Inventories.Small(disks: disks));
        await test.DoAsync(id, new MachineReport.Signal(SignalReport.Ok, null));
        await test.SettleAsync(id);
    }
}
