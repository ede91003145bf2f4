using System.Text;
using Maas.Core.Scripts;
using Maas.Core.Inventory;

namespace Maas.Core.Nodes;

/// <summary>What machines have to run, have run, and what came of it.</summary>
public sealed class ScriptResults
{
    private const int MostOutput = 4 * 1024 * 1024;
    private readonly IScriptResultStore _store;
    private readonly Machines _machines;
    private readonly TimeProvider _clock;

    internal ScriptResults(IScriptResultStore store, Machines machines, TimeProvider timeProvider)
    {
        _store = store;
        _machines = machines;
        _clock = timeProvider;
    }

    /// <summary>
    /// The scripts that the machine still has to run in its present operation, with their texts, in order. Empty for none.
    /// </summary>
    public async Task<IReadOnlyList<PendingScript>> PendingAsync(SystemId machine, CancellationToken cancellationToken = default)
    {
        var operation = (await _machines.GetAsync(machine, cancellationToken).ConfigureAwait(false))?.OperationId;
        var results = await _store.ListAsync(machine, cancellationToken).ConfigureAwait(false);
        return
        [
            .. from result in results.Reverse()
               where result.OperationId == operation && ScriptResult.Unfinished.Contains(result.Status)
               let body = BuiltinScripts.Find(result.Name)
               where body is not null
               select new PendingScript(result, body.Value),
        ];
    }

    /// <summary>
    /// Takes the machine's report on one script. The inventory's output becomes the machine's hardware; an inventory that
    /// cannot be read counts as failed. A report on a script that has ended already, or is another machine's, changes nothing; nor does
    /// one of an installed machine that has not booted for its tests yet.
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
        if (result.Name == BuiltinScripts.Inventory && updated.Status is ScriptStatus.Passed)
        {
            if (TryReadInventory(output, out var hardware, out var error))
                await _machines.SetHardwareAsync(machine, hardware, cancellationToken).ConfigureAwait(false);
            else
                (updated, output) = (updated with { Status = ScriptStatus.Failed }, WithError(output, error));
        }

        if (!ScriptResult.Unfinished.Contains(updated.Status)) updated = updated with { Ended = now };
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
        { Status: ScriptStatus.TimedOut } => ScriptStatus.TimedOut,
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
        output is null ? null : new ScriptOutput(Limit(output.Combined), Limit(output.StandardOutput), Limit(output.StandardError));

    private static ReadOnlyMemory<byte> Limit(ReadOnlyMemory<byte> bytes) => bytes.Length <= MostOutput ? bytes : bytes[..MostOutput];

    private static ScriptOutput WithError(ScriptOutput? output, string error)
    {
        var line = Encoding.UTF8.GetBytes($"The inventory cannot be read: {error}\n");
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
    /// What it is at; set without <see cref="ExitStatus"/> (<see cref="ScriptStatus.Running"/>, <see cref="ScriptStatus.Installing"/> …) or
    /// <see cref="ScriptStatus.TimedOut"/>.
    /// </summary>
    public ScriptStatus? Status { get; init; }

    /// <summary>Its exit status, once it ended.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>What it printed; <see langword="null"/> leaves what is stored. At most 4 MiB of each stream are kept.</summary>
    public ScriptOutput? Output { get; init; }
}
