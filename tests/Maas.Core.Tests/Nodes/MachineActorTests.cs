using Maas.Core.Configuration;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Records;
using Maas.Core.Stores;
using Maas.Core.Topology;
using Maas.Testing;

namespace Maas.Core.Tests.Nodes;

/// <summary>Permission is decided on the version of the machine that is changed, never on one that was read before.</summary>
public class MachineActorTests
{
    private static readonly MachineActor Eve = new("eve", IsAdministrator: false), Bob = new("bob", IsAdministrator: false), Root =
        new("root", IsAdministrator: true);

    private static readonly Machine Free = new()
    {
        Id = SystemId.New(), Hostname = "node-1", MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")], Status =
            MachineStatus.Ready, Version = 1,
    };

    private static readonly Machine Eves = Free with { Owner = "eve", Status = MachineStatus.Allocated };

    public static TheoryData<MachineCommand> OwnersCommands =>
    [
        new MachineCommand.Release(), new MachineCommand.Release { Erase = EraseMode.Full }, new MachineCommand.Abort(),
            new MachineCommand.TurnOn(),
        new MachineCommand.TurnOff(), new MachineCommand.MarkBroken(), new MachineCommand.OverrideFailedTesting(),
            new MachineCommand.Lock(), new MachineCommand.Unlock(),
        new MachineCommand.Deploy("eve") { Image = new ImageReference(1, 1, "custom/x", "ddgz", 1, "") },
            new MachineCommand.Allocate("eve"),
    ];

    [Theory]
    [MemberData(nameof(OwnersCommands))]
    public async Task A_command_whose_machine_gets_another_owner_before_it_is_saved_is_refused(MachineCommand command)
    {
        // What the command meets first allows it where any state does; then bob has the machine, and the save must not succeed for eve.
        foreach (var first in new[] { Free, Eves, Eves with { Status = MachineStatus.Deploying },
            Eves with { Status = MachineStatus.FailedTesting } })
        {
            var store = new OvertakenStore(first, machine => machine with { Owner = "bob", Status = MachineStatus.Allocated });
            var result = await Over(store).ExecuteAsync(first.Id, command, Eve);
            (result is CommandResult.Refused || result is CommandResult.Done { Machine.Version: 1 }).Should()
                .BeTrue($"{command} from {first.Status} gave {result}");
            store.Written.Should().BeEmpty();
            if (store.Overtaken) result.Should().BeOfType<CommandResult.Refused>().Which.Because.Should().Be(RefusalKind.Permission);
        }
    }

    [Fact]
    public async Task A_release_that_is_overtaken_by_an_allocation_is_refused_and_the_journal_names_nobody()
    {
        var store = new OvertakenStore(Eves, machine => machine with { Owner = "bob" });
        var refused = (await Over(store).ExecuteAsync(Eves.Id, new MachineCommand.Release(), Eve)).Should()
            .BeOfType<CommandResult.Refused>().Subject;
        refused.Because.Should().Be(RefusalKind.Permission);
        store.Overtaken.Should().BeTrue();
        store.Machine.Owner.Should().Be("bob");
    }

    [Fact]
    public async Task An_edit_that_is_overtaken_by_another_owner_or_by_a_lock_is_denied()
    {
        foreach (var (overtaking, because) in new (Func<Machine, Machine>, RefusalKind)[]
        {
            (machine => machine with { Owner = "bob" }, RefusalKind.Permission),
            (machine => machine with { Owner = null }, RefusalKind.Permission),
            (machine => machine with { Locked = true }, RefusalKind.Locked),
        })
        {
            var store = new OvertakenStore(Eves, overtaking);
            var result = await Over(store).EditAsync(Eves.Id, Eve, machine => machine with { Description = "eve was here" });
            result.Should().BeOfType<EditResult.Denied>().Which.Because.Should().Be(because);
            store.Written.Should().BeEmpty();
        }
    }

    [Fact]
    public async Task A_machine_that_is_locked_while_it_is_deleted_is_kept()
    {
        var store = new OvertakenStore(Eves, machine => machine with { Locked = true });
        (await Over(store).DeleteAsync(Eves.Id, Root)).Should().BeOfType<CommandResult.Refused>().Which.Because.Should()
            .Be(RefusalKind.Locked);
        (await Over(new OvertakenStore(Eves, machine => machine)).DeleteAsync(Eves.Id, Eve)).Should()
            .BeOfType<CommandResult.Refused>().Which.Because.Should().Be(RefusalKind.Permission);
    }

    [Fact]
    public async Task The_journal_names_the_actor_whatever_the_command_says()
    {
        var store = new OvertakenStore(Eves, overtaking: null);
        (await Over(store).ExecuteAsync(Eves.Id, new MachineCommand.Release { By = "bob" }, Eve)).Should().BeOfType<CommandResult.Done>();
        store.Written.Should().ContainSingle().Which.Events.Should().OnlyContain(note => note.Username == "eve");
    }

    [Fact]
    public async Task What_identifies_a_machine_and_how_its_power_is_switched_is_an_administrators_to_change()
    {
        Func<Machine, Machine>[] edits =
        [
            machine => machine with { MacAddresses = [.. machine.MacAddresses, MacAddress.Parse("52:54:00:ee:ee:ee")] },
            machine => machine with { MacAddresses = [MacAddress.Parse("52:54:00:ee:ee:ee")] },
            machine => machine with { HardwareUuid = "11111111-2222-3333-4444-555555555555" },
            machine => machine with { Hardware = new() },
            machine => machine with { Power =
                new PowerSettings("ipmi", new Dictionary<string, string> { ["power_address"] = "10.0.0.1" }) },
        ];
        foreach (var edit in edits)
        {
            var store = new OvertakenStore(Eves, overtaking: null);
            (await Over(store).EditAsync(Eves.Id, Eve, edit)).Should().BeOfType<EditResult.Denied>().Which.Because.Should()
                .Be(RefusalKind.Permission);
            store.Written.Should().BeEmpty();
            (await Over(store).EditAsync(Eves.Id, Root, edit)).Should().BeOfType<EditResult.Done>();
        }

        var same = new OvertakenStore(Eves, overtaking: null);
        (await Over(same)
            .EditAsync(Eves.Id, Eve, machine =>
            machine with { Power = new PowerSettings(machine.Power.Type, new Dictionary<string, string>(machine.Power.Parameters)) }))
            .Should().BeOfType<EditResult.Done>("the same settings are no change");
    }

    [Fact]
    public void A_stranger_commands_nothing_of_anothers_machine_and_moves_no_machine_without_an_owner()
    {
        foreach (var status in Enum.GetValues<MachineStatus>())
        {
            foreach (var command in OwnersCommands.Select(row => row.Data).Concat(AdministratorsCommands))
            {
                Bob.MayCommand(Eves with { Status = status }, command).Should().BeFalse();
                Root.MayCommand(Eves with { Status = status }, command).Should().BeTrue();
                if (command is MachineCommand.Allocate or MachineCommand.Deploy || !Bob.MayCommand(Free with { Status = status }, command))
                    continue;
                var decision = MachineStateMachine.Decide(Free with { Status = status }, command, DateTimeOffset.UnixEpoch);
                (decision is Decision.Refused or Decision.Moved { Events: [], Effects: [] }).Should()
                    .BeTrue($"{command} must not move a {status} machine without an owner");
            }
        }

        foreach (var command in AdministratorsCommands) Eve.MayCommand(Eves, command).Should().BeFalse();
    }

    private static IEnumerable<MachineCommand> AdministratorsCommands =>
    [
        new MachineCommand.Accept(), new MachineCommand.Commission(), new MachineCommand.Test(), new MachineCommand.MarkFixed(),
            new MachineCommand.EnterRescueMode(),
        new MachineCommand.ExitRescueMode(), new MachineCommand.BootMedia(new Uri("http://10.0.0.1/rescue.iso")),
        new MachineCommand.EjectMedia(),
    ];

    // Of the other parts, none is reached by commands that need nothing from elsewhere.
    private static Machines Over(IMachineStore store)
    {
        var configs = new NodeConfigStore(
            NoRecords(), new TopologyCache(NoRecords(), TimeProvider.System), new Settings(new NoSettings()), TimeProvider.System);
        return new Machines(
            store, NoRecords(), null!, null!, null!, null!, new Settings(new NoSettings()), null!, configs,
            new DeviceStore(NoRecords(), configs, new NodeIdentities(NoRecords()), TimeProvider.System),
            new NullMachinePower(), new WorkSignal(TimeProvider.System), TimeProvider.System, new NodeOptions());
    }

    private static IRecordStore NoRecords()
    {
        var store = new InMemoryMaasStore();
        store.OpenAsync(new StoreLimits(), default).IsCompletedSuccessfully.Should().BeTrue();
        store.Records.PrepareAsync(RecordTables.All, default).IsCompletedSuccessfully.Should().BeTrue();
        return store.Records;
    }

    /// <summary>Settings that nobody has changed.</summary>
    private sealed class NoSettings : ISettingStore
    {
        public Task<string?> GetAsync(string name, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public Task<bool> ReplaceAsync(string name, string? read, string json, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task SetAsync(string name, string json, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> GetOrAddAsync(string name, string json, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    /// <summary>A store of one machine that somebody else changes after it was read for the first time.</summary>
    private sealed class OvertakenStore(Machine machine, Func<Machine, Machine>? overtaking) : IMachineStore
    {
        public Machine Machine { get; private set; } = machine;

        public bool Overtaken { get; private set; }

        public List<MachineChange> Written { get; } = [];

        public Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken) => Task.FromResult<Machine?>(Machine);

        public Task<IReadOnlyList<MachineRevision>> ListRevisionsAsync(MachineFilter filter, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<Machine>> ListCandidatesAsync(CandidateFilter filter, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<SaveResult> SaveAsync(IReadOnlyList<MachineChange> changes, CancellationToken cancellationToken)
        {
            var change = changes.Single();
            Overtake();
            if (change.Machine.Version != Machine.Version)
                return Task.FromResult<SaveResult>(new SaveResult.Conflict(change.Machine.Id));
            Written.Add(change);
            Machine = change.Machine with { Version = Machine.Version + 1 };
            return Task.FromResult<SaveResult>(new SaveResult.Saved([Machine]));
        }

        public Task<bool> DeleteAsync(MachineDeletion deletion, CancellationToken cancellationToken)
        {
            Overtake();
            return Task.FromResult(deletion.Version == Machine.Version);
        }

        private void Overtake()
        {
            if (Overtaken || overtaking is null) return;
            (Overtaken, Machine) = (true, overtaking(Machine) with { Version = Machine.Version + 1 });
        }

        public Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<Machine>> ListAsync(MachineFilter filter, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<SystemId>> ListIdsAsync(MachineFilter filter, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<MachineCount> CountAsync(MachineFilter filter, MachineGrouping grouping, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<SystemId>> ListSilentAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<SystemId>> ListOverdueAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<MachineChanged>> ReadChangesAsync(long after, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyDictionary<MachineStatus, int>> CountAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long> GetLastChangeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WaitForChangeAsync(long after, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<byte[]?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RecordResult> ReplaceTagAsync(
            string name, string? replacement, RecordBatch batch, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> DeleteUserAsync(
            string name, IReadOnlyList<MachineChange> machines, RecordBatch batch, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
