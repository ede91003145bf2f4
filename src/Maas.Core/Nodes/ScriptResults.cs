using System.Text;
using Maas.Core.Accounts;
using Maas.Core.Scripts;
using Maas.Core.Inventory;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>What machines have to run, have run, and what came of it.</summary>
public sealed class ScriptResults
{
    private const int MostOutput = 4 * 1024 * 1024;
    private readonly IScriptResultStore _store;
    private readonly NodeScripts _scripts;
    private readonly Machines _machines;
    private readonly Tags _tags;
    private readonly MachineTokens _tokens;
    private readonly TimeProvider _clock;

    internal ScriptResults(IScriptResultStore store, NodeScripts scripts, Machines machines, Tags tags, MachineTokens tokens,
        TimeProvider timeProvider)
    {
        _store = store;
        _scripts = scripts;
        _machines = machines;
        _tags = tags;
        _tokens = tokens;
        _clock = timeProvider;
    }

    /// <summary>
    /// The scripts that the machine still has to run in its present operation, with their texts, in order; without those that wait for the
    /// inventory. Empty for none.
    /// </summary>
    public async Task<IReadOnlyList<PendingScript>> PendingAsync(SystemId machine, CancellationToken cancellationToken = default)
    {
        var operation = (await _machines.GetAsync(machine, cancellationToken).ConfigureAwait(false))?.OperationId;
        var results = await _store.ListAsync(machine, cancellationToken).ConfigureAwait(false);
        List<PendingScript> pending = [];
        foreach (var result in results.Where(result => result.OperationId == operation).OrderBy(result => result.Kind)
            .ThenBy(result => result.Id))
        {
            if (!ScriptResult.Unfinished.Contains(result.Status) || result.Script.IsDeferred) continue;
            if (await _scripts.ReadAsync(result.Name, result.Script, cancellationToken).ConfigureAwait(false) is { } body)
                pending.Add(new PendingScript(result, body));
            else
                await SkipAsync(result, "This script was deleted.", cancellationToken).ConfigureAwait(false);
        }

        return pending;
    }

    /// <summary>
    /// Takes the machine's report on one script. The inventory's output becomes the machine's hardware; an inventory that
    /// cannot be read counts as failed. A report on a script that has ended already, or is another machine's, changes nothing; nor does
    /// one of an installed machine that has not booted for its tests yet. Its output is stored without the machine's key, and without boot
    /// tokens and passwords of its power parameters.
    /// </summary>
    /// <returns>The result afterwards; <see langword="null"/> when it does not exist such.</returns>
    public async Task<ScriptResult?> ReportAsync(SystemId machine, ScriptReport report, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(machine, report, cancellationToken).ConfigureAwait(false) is not { } result) return null;
        if (!ScriptResult.Unfinished.Contains(result.Status)) return result;
        if (await _machines.GetAsync(machine, cancellationToken).ConfigureAwait(false) is not { MayStillRunItsOwnersSystem: false })
            return result;

        var now = _clock.GetUtcNow();
        var output = Limit(report.Output);
        var updated = result with
        {
            Status = StatusAfter(report, result.Status),
            ExitStatus = report.ExitStatus ?? result.ExitStatus,
            Started = result.Started ?? now,
        };
        if (updated.Status is ScriptStatus.Passed or ScriptStatus.Failed && output is { Report.Length: > 0 })
        {
            if (ScriptResultText.TryRead(output.Report.Span, out var told, out var wrong))
            {
                updated = updated with { Status = told.Status ?? updated.Status };
                await TagAsync(machine, told, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                output = WithError(output, $"The results file cannot be read: {wrong}");
            }
        }

        if (result.Name == BuiltinScripts.Inventory && updated.Status is ScriptStatus.Passed)
        {
            if (TryReadInventory(output, out var hardware, out var error))
            {
                await _machines.SetHardwareAsync(machine, hardware, cancellationToken).ConfigureAwait(false);
                await ExpandAsync(machine, result.OperationId, hardware, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                updated = updated with { Status = ScriptStatus.Failed };
                output = WithError(output, $"The inventory cannot be read: {error}");
            }
        }

        if (!ScriptResult.Unfinished.Contains(updated.Status)) updated = updated with { Ended = now };
        if (output is not null) output = await RedactAsync(machine, output, cancellationToken).ConfigureAwait(false);
        return await _store.UpdateAsync(updated, output, cancellationToken).ConfigureAwait(false)
            ? updated
            : await _store.GetAsync(result.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All results of a machine, the newest first.</summary>
    public Task<IReadOnlyList<ScriptResult>> ListAsync(SystemId machine, CancellationToken cancellationToken = default) =>
        _store.ListAsync(machine, cancellationToken);

    /// <summary>
    /// The results of each machine's last commissioning and of its last tests, by one query for all of them; for a machine without any,
    /// none.
    /// </summary>
    public async Task<ILookup<SystemId, ScriptResult>> CurrentAsync(IReadOnlyCollection<SystemId> machines,
        CancellationToken cancellationToken = default) =>
        (await _store.ListCurrentAsync(machines, cancellationToken).ConfigureAwait(false)).ToLookup(result => result.MachineId);

    /// <summary>What a script printed; <see langword="null"/> when there is no such result.</summary>
    public Task<ScriptOutput?> OutputAsync(long resultId, CancellationToken cancellationToken = default) =>
        _store.GetOutputAsync(resultId, cancellationToken);

    /// <summary>
    /// The storage layout <c>custom</c> that a script of the machine's last commissioning described: JSON with <c>layout</c> and
    /// <c>mounts</c>, which it wrote to <c>MAAS_STORAGE_CONFIG_FILE</c> or printed. Of several scripts, the last one in their order
    /// decides. <see langword="null"/> when none did.
    /// </summary>
    public async Task<string?> FindStorageLayoutAsync(SystemId machine, CancellationToken cancellationToken = default)
    {
        var passed = (await CurrentAsync([machine], cancellationToken).ConfigureAwait(false))[machine]
            .Where(result => result is { Kind: ScriptKind.Commissioning, Status: ScriptStatus.Passed })
            .OrderByDescending(result => result.Name, StringComparer.Ordinal);
        foreach (var result in passed)
        {
            if (await OutputAsync(result.Id, cancellationToken).ConfigureAwait(false) is { } output
                && CustomStorageLayout.FindIn(output.StandardOutput.Span) is { } layout)
                return layout;
        }

        return null;
    }

    /// <summary>Decides whether results of a machine count. Those of other machines are left as they are.</summary>
    public Task SuppressAsync(
        SystemId machine, IReadOnlyCollection<long> resultIds, bool suppressed, CancellationToken cancellationToken = default) =>
        _store.SuppressAsync(machine, resultIds, suppressed, cancellationToken);

    /// <summary>Deletes results of a machine. A script that still runs reports to nothing then. Those of other machines are kept.</summary>
    public Task DeleteAsync(SystemId machine, IReadOnlyCollection<long> resultIds, CancellationToken cancellationToken = default) =>
        _store.DeleteAsync(machine, resultIds, cancellationToken);

    /// <summary>Schedules the scripts that waited for the inventory, once for each disk or interface.</summary>
    private async Task ExpandAsync(SystemId machine, Guid operation, Hardware hardware, CancellationToken cancellationToken)
    {
        var results = await _store.ListAsync(machine, cancellationToken).ConfigureAwait(false);
        foreach (var waiting in results.Reverse())
        {
            if (waiting.OperationId != operation || waiting is not { Status: ScriptStatus.Pending, Script.IsDeferred: true }) continue;
            var runs = ScriptBinding.Expand(waiting.Script, hardware);
            if (runs.Count == 0)
                await SkipAsync(waiting, "This machine has no disk or interface that the script is for.", cancellationToken)
                    .ConfigureAwait(false);
            else
                await _store.ReplaceAsync(
                    machine, [waiting.Id], [.. runs.Select(run => waiting with { Id = 0, Script = run })], cancellationToken)
                    .ConfigureAwait(false);
        }
    }

    private Task<bool> SkipAsync(ScriptResult result, string why, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var output = Encoding.UTF8.GetBytes(why + "\n");
        return _store.UpdateAsync(
            result with { Status = ScriptStatus.Skipped, Started = now, Ended = now }, new ScriptOutput(output, output, default),
            cancellationToken);
    }

    private async Task<ScriptOutput> RedactAsync(SystemId id, ScriptOutput output, CancellationToken cancellationToken)
    {
        List<string> secrets = [];
        if (await _tokens.GetAsync(id, cancellationToken).ConfigureAwait(false) is { } token) secrets.Add(token.TokenSecret.Reveal());
        if (await _machines.GetAsync(id, cancellationToken).ConfigureAwait(false) is { } machine)
            secrets.AddRange(machine.Power.Secrets);
        return new OutputRedaction(secrets).Apply(output);
    }

    /// <summary>Gives a machine the tags of a result. A tag with a definition or with kernel options is left alone.</summary>
    private async Task TagAsync(SystemId machine, ScriptResultText told, CancellationToken cancellationToken)
    {
        foreach (var name in told.AddTags.Where(NodeRules.IsTagName).Distinct(StringComparer.Ordinal))
        {
            var tag = await _tags.GetAsync(name, cancellationToken).ConfigureAwait(false);
            if (tag is null) await _tags.CreateAsync(new Tag(name), null, cancellationToken).ConfigureAwait(false);
            if (tag is null or { IsDefined: false, KernelOptions: "" })
                await _tags.UpdateMachinesAsync(name, [machine], [], null, null, cancellationToken).ConfigureAwait(false);
        }

        foreach (var name in told.RemoveTags.Where(NodeRules.IsTagName).Distinct(StringComparer.Ordinal))
            if (await _tags.GetAsync(name, cancellationToken).ConfigureAwait(false) is { IsDefined: false, KernelOptions: "" })
                await _tags.UpdateMachinesAsync(name, [], [machine], null, null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ScriptResult?> FindAsync(SystemId machine, ScriptReport report, CancellationToken cancellationToken)
    {
        if (report.ResultId is { } id)
            return await _store.GetAsync(id, cancellationToken).ConfigureAwait(false) is { } result && result.MachineId == machine ? result
                : null;
        var operation = (await _machines.GetAsync(machine, cancellationToken).ConfigureAwait(false))?.OperationId;
        return (await _store.ListAsync(machine, cancellationToken).ConfigureAwait(false))
            .FirstOrDefault(result => result.OperationId == operation && result.Name == report.Name);
    }

    private static ScriptStatus StatusAfter(ScriptReport report, ScriptStatus present) => report switch
    {
        { Status: (ScriptStatus.TimedOut or ScriptStatus.FailedInstalling or ScriptStatus.FailedApplyingNetwork) and { } ended } => ended,
        { ExitStatus: 0 } => ScriptStatus.Passed,
        { ExitStatus: not null } => ScriptStatus.Failed,
        { Status: { } status } => status,
        _ => present,
    };

    private static bool TryReadInventory(ScriptOutput? output, out Hardware hardware, out string error)
    {
        var text = output is null ? default : output.StandardOutput.Length > 0 ? output.StandardOutput : output.Combined;
        return InventoryParser.TryParse(text.Span, out hardware, out error);
    }

    private static ScriptOutput? Limit(ScriptOutput? output) =>
        output is null ? null : new ScriptOutput(Limit(output.Combined), Limit(output.StandardOutput), Limit(output.StandardError))
        {
            Report = Limit(output.Report),
        };

    private static ReadOnlyMemory<byte> Limit(ReadOnlyMemory<byte> bytes) => bytes.Length <= MostOutput ? bytes : bytes[..MostOutput];

    private static ScriptOutput WithError(ScriptOutput? output, string error)
    {
        var line = Encoding.UTF8.GetBytes(error + "\n");
        var printed = output ?? new ScriptOutput(default, default, default);
        return printed with
        {
            Combined = (byte[])[.. printed.Combined.Span, .. line],
            StandardError = (byte[])[.. printed.StandardError.Span, .. line],
        };
    }
}

/// <summary>A script that a machine has to run.</summary>
/// <param name="Result">Its result to be.</param>
/// <param name="Body">Its text.</param>
public sealed record PendingScript(ScriptResult Result, ReadOnlyMemory<byte> Body);

/// <summary>A machine's report on one script.</summary>
public sealed record ScriptReport
{
    /// <summary>Which result; <see langword="null"/> to go by <see cref="Name"/> in the present operation.</summary>
    public long? ResultId { get; init; }

    /// <summary>The script's name; <see langword="null"/> to go by <see cref="ResultId"/>.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// What it is at; set without <see cref="ExitStatus"/> (<see cref="ScriptStatus.Running"/>, <see cref="ScriptStatus.Installing"/> …).
    /// Or how it ended early: <see cref="ScriptStatus.TimedOut"/>, <see cref="ScriptStatus.FailedInstalling"/>,
    /// <see cref="ScriptStatus.FailedApplyingNetwork"/>.
    /// </summary>
    public ScriptStatus? Status { get; init; }

    /// <summary>Its exit status, once it ended.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>What it printed; <see langword="null"/> leaves what is stored. At most 4 MiB of each stream are kept.</summary>
    public ScriptOutput? Output { get; init; }
}
