using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

internal sealed class ScriptResultStoreContract : StoreCases
{
    private static readonly Guid First = Guid.Parse("0191b0a0-0000-7000-8000-000000000001");
    private static readonly Guid Second = Guid.Parse("0191b0a0-0000-7000-8000-000000000002");

    private IScriptResultStore Results => Store.ScriptResults;

    protected override StoreLimits Limits { get; } =
        new() { Quotas = new StoreQuotas { ScriptResultsPerMachine = 4, ScriptOutputBytesPerMachine = 100 } };

    public async Task A_result_that_does_not_exist_is_null()
    {
        Expect.Equal(null, await Results.GetAsync(1, Token).ConfigureAwait(false));
        Expect.Equal(null, await Results.GetOutputAsync(1, Token).ConfigureAwait(false));
        Expect.Equal(false, await Results.UpdateAsync(Script(IdOf(1), "x") with { Id = 1 }, null, Token).ConfigureAwait(false));
    }

    public async Task A_result_is_updated_until_it_ends()
    {
        var (_, inserted) = await InsertAsync(1, Script(IdOf(1), HostileTexts[0])).ConfigureAwait(false);
        var running = inserted[0] with { Status = ScriptStatus.Running, Started = Now };
        var failed = running with { Status = ScriptStatus.Failed, ExitStatus = -1, Ended = Now.AddMinutes(1) };

        Expect.Equal(true, await Results.UpdateAsync(running, null, Token).ConfigureAwait(false));
        Expect.Equal(running, await Results.GetAsync(running.Id, Token).ConfigureAwait(false));
        Expect.Equal(true, await Results.UpdateAsync(failed, null, Token).ConfigureAwait(false));
        Expect.Equal(false, await Results.UpdateAsync(running, Output(5), Token).ConfigureAwait(false));
        Expect.Equal(failed, await Results.GetAsync(failed.Id, Token).ConfigureAwait(false));
        Expect.Equal(Output(0), await Results.GetOutputAsync(failed.Id, Token).ConfigureAwait(false));
    }

    public async Task Every_status_that_may_still_report_is_unfinished_and_no_other()
    {
        foreach (var status in Enum.GetValues<ScriptStatus>())
        {
            var number = 10 + (int)status;
            var (_, inserted) = await InsertAsync(number, Script(IdOf(number), "script") with { Status = status }).ConfigureAwait(false);
            Expect.Equal(
                StoreRules.IsUnfinished(status),
                await Results.UpdateAsync(inserted[0] with { Status = ScriptStatus.Passed }, null, Token).ConfigureAwait(false));
        }
    }

    public async Task Output_is_kept_as_bytes_and_null_keeps_what_is_stored()
    {
        var (_, inserted) = await InsertAsync(1, Script(IdOf(1), "x")).ConfigureAwait(false);
        var output = new ScriptOutput(new byte[] { 0, 255, 10 }, new byte[] { 0 }, new byte[] { 254 }) { Report = new byte[] { 7 } };
        Expect.Equal(Output(0), await Results.GetOutputAsync(inserted[0].Id, Token).ConfigureAwait(false));

        await Results.UpdateAsync(inserted[0], output, Token).ConfigureAwait(false);
        await Results.UpdateAsync(inserted[0] with { Status = ScriptStatus.Passed }, null, Token).ConfigureAwait(false);

        Expect.Equal(output, await Results.GetOutputAsync(inserted[0].Id, Token).ConfigureAwait(false));
    }

    public async Task Current_results_are_those_of_the_newest_operation_of_each_kind()
    {
        var (machine, _) = await InsertAsync(
            1, Script(IdOf(1), "old"), Script(IdOf(1), "test") with { Kind = ScriptKind.Testing }).ConfigureAwait(false);
        await SaveAsync(Change(machine) with
        {
            Scripts = [Script(IdOf(1), "a") with { OperationId = Second }, Script(IdOf(1), "b") with { OperationId = Second }],
        }).ConfigureAwait(false);
        await InsertAsync(2, Script(IdOf(2), "other")).ConfigureAwait(false);

        var current = await Results.ListCurrentAsync([IdOf(1)], Token).ConfigureAwait(false);
        var both = await Results.ListCurrentAsync([IdOf(2), IdOf(1), IdOf(3)], Token).ConfigureAwait(false);

        Expect.Sequence(["b", "a", "test"], current.Select(result => result.Name));
        Expect.Sequence(["other", "b", "a", "test"], both.Select(result => result.Name));
        Expect.Equal(0, (await Results.ListCurrentAsync([], Token).ConfigureAwait(false)).Count);
    }

    public async Task The_oldest_results_beyond_the_quota_are_deleted_by_an_update()
    {
        var (_, inserted) = await InsertAsync(
            1, [.. Enumerable.Range(0, 6).Select(number => Script(IdOf(1), $"script{number}"))]).ConfigureAwait(false);
        await InsertAsync(2, Script(IdOf(2), "other")).ConfigureAwait(false);
        Expect.Equal(6, inserted.Count);

        Expect.Equal(true, await Results.UpdateAsync(inserted[5] with { Status = ScriptStatus.Passed }, null, Token).ConfigureAwait(false));

        var left = await Results.ListAsync(IdOf(1), Token).ConfigureAwait(false);
        Expect.Sequence(["script5", "script4", "script3", "script2"], left.Select(result => result.Name));
        Expect.Equal(1, (await Results.ListAsync(IdOf(2), Token).ConfigureAwait(false)).Count);
    }

    public async Task The_oldest_outputs_beyond_the_quota_are_deleted_and_the_newest_is_kept()
    {
        var (_, inserted) = await InsertAsync(
            1, [.. Enumerable.Range(0, 3).Select(number => Script(IdOf(1), $"script{number}"))]).ConfigureAwait(false);
        await Results.UpdateAsync(inserted[0], Output(40), Token).ConfigureAwait(false);
        await Results.UpdateAsync(inserted[1], Output(50), Token).ConfigureAwait(false);
        Expect.Equal(Output(40), await Results.GetOutputAsync(inserted[0].Id, Token).ConfigureAwait(false));

        await Results.UpdateAsync(inserted[2], Output(50), Token).ConfigureAwait(false);
        Expect.Equal(Output(0), await Results.GetOutputAsync(inserted[0].Id, Token).ConfigureAwait(false));
        Expect.Equal(Output(50), await Results.GetOutputAsync(inserted[1].Id, Token).ConfigureAwait(false));

        await Results.UpdateAsync(inserted[2], Output(500), Token).ConfigureAwait(false);
        Expect.Equal(Output(0), await Results.GetOutputAsync(inserted[1].Id, Token).ConfigureAwait(false));
        Expect.Equal(Output(500), await Results.GetOutputAsync(inserted[2].Id, Token).ConfigureAwait(false));
        Expect.Equal(3, (await Results.ListAsync(IdOf(1), Token).ConfigureAwait(false)).Count);
    }

    public async Task Results_of_a_machine_are_suppressed_and_deleted_and_those_of_others_are_not()
    {
        var (_, mine) = await InsertAsync(1, Script(IdOf(1), "a"), Script(IdOf(1), "b")).ConfigureAwait(false);
        var (_, other) = await InsertAsync(2, Script(IdOf(2), "c")).ConfigureAwait(false);

        await Results.SuppressAsync(IdOf(1), [mine[0].Id, other[0].Id, 99], true, Token).ConfigureAwait(false);
        Expect.Equal(mine[0] with { Suppressed = true }, await Results.GetAsync(mine[0].Id, Token).ConfigureAwait(false));
        Expect.Equal(mine[1], await Results.GetAsync(mine[1].Id, Token).ConfigureAwait(false));
        Expect.Equal(other[0], await Results.GetAsync(other[0].Id, Token).ConfigureAwait(false));
        await Results.SuppressAsync(IdOf(1), [mine[0].Id], false, Token).ConfigureAwait(false);
        Expect.Equal(mine[0], await Results.GetAsync(mine[0].Id, Token).ConfigureAwait(false));

        await Results.DeleteAsync(IdOf(1), [mine[0].Id, other[0].Id, 99], Token).ConfigureAwait(false);
        Expect.Sequence(["b"], (await Results.ListAsync(IdOf(1), Token).ConfigureAwait(false)).Select(result => result.Name));
        Expect.Equal(null, await Results.GetOutputAsync(mine[0].Id, Token).ConfigureAwait(false));
        Expect.Equal(other[0], await Results.GetAsync(other[0].Id, Token).ConfigureAwait(false));
    }

    public async Task A_result_keeps_the_script_that_was_scheduled()
    {
        var script = new ScheduledScript
        {
            ScriptId = 3, Tags = [HostileTexts[0]], Parallel = ScriptParallelism.Any, MayReboot = true,
            Arguments =
            [
                new ScriptArgument { Name = "disk", Type = "storage", Format = "{path}", Disk = new() { Name = "sda", Size = 5 } },
            ],
        };
        var (_, inserted) = await InsertAsync(1, Script(IdOf(1), "x") with { Script = script }).ConfigureAwait(false);
        Expect.Equal(script.ToJson(), inserted[0].Script.ToJson());
        Expect.Equal(inserted[0], await Results.GetAsync(inserted[0].Id, Token).ConfigureAwait(false));
    }

    public async Task Pending_results_are_replaced_and_no_others()
    {
        var (_, mine) = await InsertAsync(
            1, Script(IdOf(1), "pending"), Script(IdOf(1), "begun") with { Status = ScriptStatus.Running }, Script(IdOf(1), "kept"))
            .ConfigureAwait(false);
        var (_, other) = await InsertAsync(2, Script(IdOf(2), "c")).ConfigureAwait(false);

        await Results.ReplaceAsync(
            IdOf(1), [mine[0].Id, mine[1].Id, other[0].Id, 99], [Script(IdOf(1), "one"), Script(IdOf(1), "two")], Token)
            .ConfigureAwait(false);

        var left = await Results.ListAsync(IdOf(1), Token).ConfigureAwait(false);
        Expect.Sequence(["two", "one", "kept", "begun"], left.Select(result => result.Name));
        Expect.Equal(true, left.All(result => result.Id > 0));
        Expect.Equal(other[0], await Results.GetAsync(other[0].Id, Token).ConfigureAwait(false));
    }

    private static ScriptOutput Output(int bytes) => new(new byte[bytes], default, default);

    private static ScriptResult Script(SystemId machine, string name) => new()
    {
        MachineId = machine, OperationId = First, Kind = ScriptKind.Commissioning, Name = name, Timeout = TimeSpan.FromSeconds(90),
    };

    /// <summary>Creates a machine with results; the oldest first.</summary>
    private async Task<(Machine Machine, IReadOnlyList<ScriptResult> Inserted)> InsertAsync(int number, params ScriptResult[] scripts)
    {
        var machine = await SaveAsync(Change(NewMachine(number)) with { Scripts = scripts }).ConfigureAwait(false);
        var inserted = await Results.ListAsync(machine.Id, Token).ConfigureAwait(false);
        return (machine, [.. inserted.Reverse()]);
    }
}
