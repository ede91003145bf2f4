using System.Text.Json.Serialization;
using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Testing.Stores.Contract;

internal sealed partial class CandidateContract : StoreCases
{
    private const long East = 7;
    private const long Lab = 8;

    private static readonly RecordTable<Port> Ports = new(
        "test_ports", PortJson.Default.Port,
        [RecordColumn.Text<Port>("node", port => port.Node), RecordColumn.Number<Port>("speed", port => port.Speed),
            RecordColumn.Text<Port>("words", port => port.Words)],
        []);

    public async Task Only_machines_that_are_Ready_and_free_are_candidates()
    {
        await AddAsync(1, 2, 2048).ConfigureAwait(false);
        await SaveAsync(NewMachine(2) with { Status = MachineStatus.Allocated, Owner = "alice" }).ConfigureAwait(false);
        await SaveAsync(NewMachine(3) with { Status = MachineStatus.Ready, Locked = true }).ConfigureAwait(false);
        await SaveAsync(NewMachine(4)).ConfigureAwait(false);

        await MatchesAsync(new CandidateFilter(), 1).ConfigureAwait(false);

        var one = await GetAsync(IdOf(1)).ConfigureAwait(false);
        one = await SaveAsync(one with { Status = MachineStatus.Allocated, Owner = "bob" }).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter()).ConfigureAwait(false);
        await SaveAsync(one with { Status = MachineStatus.Ready, Owner = null }).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter(), 1).ConfigureAwait(false);
    }

    public async Task The_least_waste_comes_first_and_pages_follow_each_other()
    {
        await AddAsync(1, 8, 1024).ConfigureAwait(false);
        await AddAsync(2, 2, 16384).ConfigureAwait(false);
        await AddAsync(3, 2, 2048, disk: 500).ConfigureAwait(false);
        await AddAsync(4, 2, 2048, disk: 100).ConfigureAwait(false);
        await AddAsync(5, 2, 2048, disk: 100).ConfigureAwait(false);

        await MatchesAsync(new CandidateFilter(), 4, 5, 3, 1, 2).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Limit = 2 }, 4, 5).ConfigureAwait(false);
        var after = CandidateRank.Of(await GetAsync(IdOf(5)).ConfigureAwait(false));
        await MatchesAsync(new CandidateFilter { Limit = 2, After = after }, 3, 1).ConfigureAwait(false);

        // A machine that changes takes its new place.
        await SaveAsync((await GetAsync(IdOf(4)).ConfigureAwait(false)) with { CpuCount = 64 }).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter(), 5, 3, 1, 2, 4).ConfigureAwait(false);
    }

    public async Task Each_constraint_selects()
    {
        await AddAsync(1, 2, 2048).ConfigureAwait(false);
        await AddAsync(2, 4, 4096, edit: machine => machine with
        {
            Architecture = "arm64/generic", Tags = ["gpu", "ssd"], ZoneId = East, Domain = "example.org",
        }).ConfigureAwait(false);
        await AddAsync(3, 8, 8192, edit: machine => machine with { Tags = ["ssd"], PoolId = Lab }).ConfigureAwait(false);

        await MatchesAsync(new CandidateFilter { Ids = [IdOf(2), IdOf(99)] }, 2).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Hostnames = ["HOST-2.example.org", "host-3"] }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Hostnames = ["host-2.maas", "host-", "host-%"] }).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Architectures = ["amd64"] }, 1, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Architectures = ["arm64/generic", "amd64/other", "am"] }, 2).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { MinimumCpuCount = 3.5 }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { MinimumMemoryMiB = 4096 }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { MinimumMemoryMiB = 4096.5, MinimumCpuCount = 4 }, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Tags = ["ssd"] }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Tags = ["ssd", "gpu", "gpu"] }, 2).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { NotTags = ["gpu", "absent"] }, 1, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Zones = [East] }, 2).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { NotZones = [East] }, 1, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Pools = [Lab, 99] }, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { NotPools = [Lab] }, 1, 2).ConfigureAwait(false);
        foreach (var text in HostileTexts)
            await MatchesAsync(new CandidateFilter { Hostnames = [text], Architectures = [text], Tags = [text] }).ConfigureAwait(false);
    }

    public async Task Records_of_machines_select()
    {
        await Store.Records.PrepareAsync([Ports], Token).ConfigureAwait(false);
        for (var number = 1; number <= 3; number++) await AddAsync(number, number, 1024).ConfigureAwait(false);
        await InsertAsync(new Port { Node = IdOf(1).ToString(), Speed = 10, Words = "\na\nbc\n" }).ConfigureAwait(false);
        await InsertAsync(new Port { Node = IdOf(1).ToString(), Speed = 25 }).ConfigureAwait(false);
        await InsertAsync(new Port { Node = IdOf(2).ToString(), Speed = 10, Words = "\nb\n" }).ConfigureAwait(false);

        await MatchesAsync(With(RecordCondition.Is("speed", 10L)), 1, 2).ConfigureAwait(false);
        await MatchesAsync(With(new RecordCondition.Between("speed", 11L, null)), 1).ConfigureAwait(false);
        await MatchesAsync(With(RecordCondition.Is("speed", 25L), new RecordCondition.Missing("words")), 1).ConfigureAwait(false);
        await MatchesAsync(With(RecordCondition.Is("speed", 25L), RecordCondition.Is("words", "\nb\n"))).ConfigureAwait(false);
        await MatchesAsync(With(new RecordCondition.Contains("words", "\nb")), 1, 2).ConfigureAwait(false);
        await MatchesAsync(With(new RecordCondition.Contains("words", "\nb\n")), 2).ConfigureAwait(false);
        await MatchesAsync(With(new RecordCondition.Contains("words", "%"))).ConfigureAwait(false);
        await MatchesAsync(With(new RecordCondition.Contains("words", "B"))).ConfigureAwait(false);
        await MatchesAsync(With(new RecordCondition.In("speed", []))).ConfigureAwait(false);

        var fast = new NodeRecordCondition(Ports, [RecordCondition.Is("speed", 25L)]);
        await MatchesAsync(new CandidateFilter { Records = [fast with { IsAbsent = true }] }, 2, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Records = [fast with { Unless = Ports }] }, 1, 3).ConfigureAwait(false);
        await MatchesAsync(new CandidateFilter { Records = [fast with { IsAbsent = true }, new(Ports, [])] }, 2).ConfigureAwait(false);
        await MatchesAsync(
            new CandidateFilter { Records = [fast, .. With(RecordCondition.Is("speed", 10L)).Records] }, 1).ConfigureAwait(false);
    }

    public async Task Records_of_machines_select_in_lists_too()
    {
        await Store.Records.PrepareAsync([Ports], Token).ConfigureAwait(false);
        for (var number = 1; number <= 3; number++) await CreateAsync(number).ConfigureAwait(false);
        await InsertAsync(new Port { Node = IdOf(1).ToString(), Speed = 10 }).ConfigureAwait(false);
        await InsertAsync(new Port { Node = IdOf(2).ToString(), Speed = 25 }).ConfigureAwait(false);
        var fast = new NodeRecordCondition(Ports, [RecordCondition.Is("speed", 25L)]);

        await ListsAsync(new MachineFilter { Records = [fast] }, 2).ConfigureAwait(false);
        await ListsAsync(new MachineFilter { Records = [fast with { IsAbsent = true }], Limit = 2 }, 1, 3).ConfigureAwait(false);
        await ListsAsync(new MachineFilter { Records = [fast with { Unless = Ports }] }, 2, 3).ConfigureAwait(false);
        await ListsAsync(new MachineFilter { Records = [new(Ports, [])] }, 1, 2).ConfigureAwait(false);
        await ListsAsync(new MachineFilter { Records = [new(Ports, [])], Ids = [IdOf(2), IdOf(3)] }, 2).ConfigureAwait(false);
        await ListsAsync(new MachineFilter { Records = [new(Ports, []), fast with { IsAbsent = true }] }, 1).ConfigureAwait(false);
    }

    private async Task ListsAsync(MachineFilter filter, params int[] numbers)
    {
        var found = await Machines.ListAsync(filter, Token).ConfigureAwait(false);
        Expect.Sequence(numbers.Select(IdOf), found.Select(machine => machine.Id));
        var revisions = await Machines.ListRevisionsAsync(filter, Token).ConfigureAwait(false);
        Expect.Sequence(numbers.Select(IdOf), revisions.Select(revision => revision.Id));
    }

    private static CandidateFilter With(params RecordCondition[] conditions) =>
        new() { Records = [new NodeRecordCondition(Ports, conditions)] };

    private async Task InsertAsync(Port port)
    {
        var batch = new RecordBatch { At = Now, Changes = [new RecordChange.Insert(Ports, port)] };
        Expect.Is<RecordResult.Saved>(await Store.Records.SaveAsync(batch, Token).ConfigureAwait(false));
    }

    private Task<Machine> AddAsync(int number, int cpus, int memory, long disk = 100, Func<Machine, Machine>? edit = null)
    {
        var machine = NewMachine(number) with
        {
            Status = MachineStatus.Ready,
            CpuCount = cpus,
            MemoryMiB = memory,
            Hardware = new() { Disks = [new() { Name = "sda", Size = disk }] },
        };
        return SaveAsync(edit?.Invoke(machine) ?? machine);
    }

    private async Task MatchesAsync(CandidateFilter filter, params int[] numbers)
    {
        var found = await Machines.ListCandidatesAsync(filter, Token).ConfigureAwait(false);
        Expect.Sequence(numbers.Select(IdOf), found.Select(machine => machine.Id));
    }

    private sealed record Port : StoredRecord
    {
        public required string Node { get; init; }

        public long Speed { get; init; }

        public string? Words { get; init; }
    }

    [JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
    [JsonSerializable(typeof(Port))]
    private sealed partial class PortJson : JsonSerializerContext;
}
