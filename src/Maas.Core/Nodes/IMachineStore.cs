using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>
/// Stores machines and their change history. Part of <see cref="Stores.IMaasStore"/>, which states the rules for all parts.
/// </summary>
public interface IMachineStore
{
    /// <summary>Reads a machine.</summary>
    /// <param name="id">Which machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The machine; <see langword="null"/> when it does not exist.</returns>
    Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken);

    /// <summary>Finds the machine that has a network interface with this address.</summary>
    /// <param name="address">The address; no two machines have the same one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The machine; <see langword="null"/> when it does not exist.</returns>
    Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken);

    /// <summary>Lists machines by ascending <see cref="Machine.Number"/>, or in the order that the filter says.</summary>
    /// <param name="filter">Which machines, how many, and after which one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<Machine>> ListAsync(MachineFilter filter, CancellationToken cancellationToken);

    /// <summary>Lists the ids of machines in the order of <see cref="ListAsync"/>, without reading the machines.</summary>
    /// <param name="filter">Which machines, how many, and after which one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<SystemId>> ListIdsAsync(MachineFilter filter, CancellationToken cancellationToken);

    /// <summary>Lists the revisions of machines by ascending number, without reading the machines.</summary>
    /// <param name="filter">Which machines, how many, and after which one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<MachineRevision>> ListRevisionsAsync(MachineFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the machines that an allocation chooses from, by ascending <see cref="CandidateRank"/>. Ten thousand Ready machines are no
    /// reason to read more machines than the limit.
    /// </summary>
    /// <param name="filter">Which machines, how many, and after which one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<Machine>> ListCandidatesAsync(CandidateFilter filter, CancellationToken cancellationToken);

    /// <summary>Counts the machines in each status that a machine is in.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyDictionary<MachineStatus, int>> CountAsync(CancellationToken cancellationToken);

    /// <summary>Counts the machines that match, without reading them.</summary>
    /// <param name="filter">Which machines; its order, its limit and where it begins are of no importance.</param>
    /// <param name="grouping">What they are counted by, beside their total.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<MachineCount> CountAsync(MachineFilter filter, MachineGrouping grouping, CancellationToken cancellationToken);

    /// <summary>Lists machines whose deadline has passed, the longest overdue first; at most 1000.</summary>
    /// <param name="now">The time that deadlines are compared with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<SystemId>> ListOverdueAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Lists New machines that enlisted themselves before a time and none of whose addresses was observed since; at most 1000.
    /// </summary>
    /// <param name="since">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<SystemId>> ListSilentAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>
    /// Saves changes of one or more machines in one transaction: the machines, events, effects, scripts and changes of records of all of
    /// them, and one entry a machine in the change history; or nothing.
    /// </summary>
    /// <param name="changes">The changes; at most one for each machine.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins; a transaction that has begun is not cancelled.</param>
    Task<SaveResult> SaveAsync(IReadOnlyList<MachineChange> changes, CancellationToken cancellationToken);

    /// <summary>Deletes a machine with its tokens, results, queued power actions and user data; its events stay.</summary>
    /// <param name="deletion">Which machine, in which version, the event to write, and changes of records.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>
    /// <see langword="false"/> when the store does not have this version of the machine, or refused a change of a record; nothing was
    /// changed.
    /// </returns>
    Task<bool> DeleteAsync(MachineDeletion deletion, CancellationToken cancellationToken);

    /// <summary>Reads the user data of a machine.</summary>
    /// <param name="id">Which machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The bytes; <see langword="null"/> when the machine has no user data.</returns>
    Task<byte[]?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken);

    /// <summary>Reads the change history: changes with numbers above <paramref name="after"/>, ascending.</summary>
    /// <param name="after">The number of the last change that the caller knows; 0 for all.</param>
    /// <param name="limit">At most so many, 1 upward.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The changes. A change becomes visible only after all changes with lower numbers: a reader that continues with the last number it saw
    /// misses nothing.
    /// </returns>
    /// <exception cref="ChangeHistoryExpiredException">
    /// Changes after <paramref name="after"/> were deleted already, or no change has so high a number (the store is an older copy).
    /// </exception>
    Task<IReadOnlyList<MachineChanged>> ReadChangesAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>The number of the newest change; 0 when there was none.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<long> GetLastChangeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Waits until there may be a change with a number above <paramref name="after"/>, saved by this process or by another. It may return
    /// early.
    /// </summary>
    /// <param name="after">A number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task WaitForChangeAsync(long after, CancellationToken cancellationToken);

    /// <summary>
    /// Saves changes of records, and replaces a tag by another, or removes it, on all machines that have it, in one transaction.
    /// </summary>
    /// <param name="name">The tag's name.</param>
    /// <param name="replacement">The name that replaces it; <see langword="null"/> when it is removed.</param>
    /// <param name="batch">The changes of records, with their events.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The result of the batch; unless it was saved, no machine was changed.</returns>
    Task<RecordResult> ReplaceTagAsync(string name, string? replacement, RecordBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a user with all API keys, SSH keys and files, with changes of machines and records that belong to it, in one transaction.
    /// </summary>
    /// <param name="name">The name of the user. When there is no such user, only the changes are saved.</param>
    /// <param name="machines">Changes of machines, such as that another user owns them.</param>
    /// <param name="batch">The changes of records, with their events.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>
    /// <see langword="false"/> when a change was refused, the user would own a machine afterwards, or the user is the only administrator:
    /// nothing was changed.
    /// </returns>
    Task<bool> DeleteUserAsync(
        string name, IReadOnlyList<MachineChange> machines, RecordBatch batch, CancellationToken cancellationToken);
}
