namespace Maas.Core.Scripts;

/// <summary>Where scripts' results are kept.</summary>
internal interface IScriptStore
{
    /// <summary>The newest first.</summary>
    Task<IReadOnlyList<ScriptResult>> ListAsync(SystemId machine, CancellationToken cancellationToken);

    /// <summary>
    /// Of each machine the results of the newest operation that ran commissioning scripts, and of the newest that ran tests; the newest
    /// first.
    /// </summary>
    Task<IReadOnlyList<ScriptResult>> ListCurrentAsync(IReadOnlyCollection<SystemId> machines, CancellationToken cancellationToken);

    Task<ScriptResult?> GetAsync(long id, CancellationToken cancellationToken);

    Task<ScriptOutput?> OutputAsync(long id, CancellationToken cancellationToken);

    /// <summary>
    /// Saves what a script reported, unless it has ended in the meantime (<see langword="false"/>). Without output the stored one stays.
    /// </summary>
    Task<bool> UpdateAsync(ScriptResult result, ScriptOutput? output, CancellationToken cancellationToken);
}
