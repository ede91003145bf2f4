namespace Maas.Core.Scripts;

/// <summary>
/// Stores the results of scripts; <see cref="Nodes.MachineChange.Scripts"/> inserts them. Part of <see cref="Stores.IMaasStore"/>.
/// </summary>
public interface IScriptResultStore
{
    /// <summary>Lists a machine's results by descending id.</summary>
    /// <param name="machine">Which machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<ScriptResult>> ListAsync(SystemId machine, CancellationToken cancellationToken);

    /// <summary>
    /// Lists, for each machine and kind of script, the results of the newest operation that has any; by descending id.
    /// </summary>
    /// <param name="machines">Which machines.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<ScriptResult>> ListCurrentAsync(IReadOnlyCollection<SystemId> machines, CancellationToken cancellationToken);

    /// <summary>Reads a result.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The result; <see langword="null"/> when it does not exist.</returns>
    Task<ScriptResult?> GetAsync(long id, CancellationToken cancellationToken);

    /// <summary>Reads what a script printed.</summary>
    /// <param name="id">Id of the result.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The output, empty where nothing is stored; <see langword="null"/> when there is no such result.</returns>
    Task<ScriptOutput?> GetOutputAsync(long id, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces status, exit status and times of an unfinished result, which raises <see cref="Nodes.MachineRevision.Results"/>, then
    /// deletes the machine's oldest results and outputs beyond <see cref="StoreQuotas.ScriptResultsPerMachine"/> and
    /// <see cref="StoreQuotas.ScriptOutputBytesPerMachine"/>; the newest is kept.
    /// </summary>
    /// <param name="result">The result.</param>
    /// <param name="output">What the script printed; <see langword="null"/> keeps what is stored.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when the stored result has ended, or is gone; nothing was changed.</returns>
    Task<bool> UpdateAsync(ScriptResult result, ScriptOutput? output, CancellationToken cancellationToken);

    /// <summary>
    /// Sets <see cref="ScriptResult.Suppressed"/> of a machine's results, which raises <see cref="Nodes.MachineRevision.Results"/>.
    /// </summary>
    /// <param name="machine">Which machine; results of others are left as they are.</param>
    /// <param name="ids">Which results.</param>
    /// <param name="suppressed">The value.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task SuppressAsync(SystemId machine, IReadOnlyCollection<long> ids, bool suppressed, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces pending results of a machine by others, which get new ids, in one transaction: a script that waited for the inventory runs
    /// once for each disk. It raises <see cref="Nodes.MachineRevision.Results"/>.
    /// </summary>
    /// <param name="machine">Which machine; results of others, and results that are not pending, are left as they are.</param>
    /// <param name="ids">The results to delete.</param>
    /// <param name="added">The results to insert.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task ReplaceAsync(
        SystemId machine, IReadOnlyCollection<long> ids, IReadOnlyList<ScriptResult> added, CancellationToken cancellationToken);

    /// <summary>Deletes a machine's results with their outputs, which raises <see cref="Nodes.MachineRevision.Results"/>.</summary>
    /// <param name="machine">Which machine; results of others are left as they are.</param>
    /// <param name="ids">Which results.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task DeleteAsync(SystemId machine, IReadOnlyCollection<long> ids, CancellationToken cancellationToken);
}
