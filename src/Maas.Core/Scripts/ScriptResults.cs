namespace Maas.Core.Scripts;

/// <summary>What machines have to run, have run, and what came of it.</summary>
public sealed class ScriptResults
{
    internal ScriptResults() { }

    /// <summary>The scripts that the machine still has to run in its present operation, with their texts, in order. Empty for none.</summary>
    public Task<IReadOnlyList<PendingScript>> PendingAsync(SystemId machine, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// Takes the machine's report on one script. The inventory's output becomes the machine's hardware; an inventory that
    /// cannot be read counts as failed. A report on a script that has ended already, or is another machine's, changes nothing.
    /// </summary>
    /// <returns>The result afterwards; <see langword="null"/> when there is none such.</returns>
    public Task<ScriptResult?> ReportAsync(SystemId machine, ScriptReport report, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>All results of a machine, the newest operation first.</summary>
    public Task<IReadOnlyList<ScriptResult>> ListAsync(SystemId machine, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>What a script printed; <see langword="null"/> when there is no such result.</summary>
    public Task<ScriptOutput?> OutputAsync(long resultId, CancellationToken cancellationToken = default) => throw new NotSupportedException();
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

    /// <summary>What it is at; set without <see cref="ExitStatus"/> (<see cref="ScriptStatus.Running"/>, <see cref="ScriptStatus.Installing"/> …) or <see cref="ScriptStatus.TimedOut"/>.</summary>
    public ScriptStatus? Status { get; init; }

    /// <summary>Its exit status, once it ended.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>What it printed; <see langword="null"/> leaves what is stored. At most 4 MiB of each stream are kept.</summary>
    public ScriptOutput? Output { get; init; }
}
