using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Scripts;

namespace Maas.Core.Stores;

/// <summary>
/// Everything that <see cref="MaasCore"/> remembers. <c>Maas.Sqlite</c> has the default implementation. <c>StoreContract</c> in
/// <c>Maas.Testing</c> tests an implementation against this contract; <see cref="StoreRules"/> and <see cref="PowerQueueUpdate"/> have the
/// rules that an implementation calls.
/// </summary>
/// <remarks>
/// These rules hold for all parts:
/// <list type="bullet">
/// <item><b>Transactions.</b> Each method is one transaction: all of it happens, or nothing. Methods may be called concurrently; the result
/// is
/// that of some serial order.</item>
/// <item><b>Durability.</b> What a completed task has written survives a power failure, except nonces.</item>
/// <item><b>Visibility.</b> A read sees every write whose task completed before the read began, of the same process.</item>
/// <item><b>Versions.</b> A machine is saved only if the store has the version that the change expects. Rules are evaluated by the caller
/// on
/// the version that it read, and again after a conflict.</item>
/// <item><b>Cancellation.</b> It takes effect before a transaction begins. A transaction that has begun ends, and its result is
/// returned.</item>
/// <item><b>Errors.</b> A full disk is <see cref="StoreFullException"/>; deletions are still possible then. A database that is away for
/// longer than the store waits, or does not keep up, is <see cref="StoreUnavailableException"/>. Any other failure of the database is
/// thrown as its own exception, and nothing was written.</item>
/// <item><b>Text</b> is compared by ordinal, and listed in <see cref="StoreRules.TextOrder"/>. A store may reject text that contains U+0000
/// or an unpaired surrogate. Times are kept to the millisecond.</item>
/// <item><b>Numbers</b> that a store assigns ascend in the order of insertion, from 1. There may be gaps. A number is assigned once, also
/// after a deletion and after a restart.</item>
/// </list>
/// </remarks>
public interface IMaasStore : IAsyncDisposable
{
    /// <summary>Machines and their change history.</summary>
    IMachineStore Machines { get; }

    /// <summary>Power actions to perform.</summary>
    IPowerQueue PowerQueue { get; }

    /// <summary>Results of scripts.</summary>
    IScriptResultStore ScriptResults { get; }

    /// <summary>Events and observations.</summary>
    IEventStore Events { get; }

    /// <summary>Users and their keys.</summary>
    IAccountStore Accounts { get; }

    /// <summary>Machines' tokens and boot tokens.</summary>
    ITokenStore Tokens { get; }

    /// <summary>Nonces of signed requests.</summary>
    INonceStore Nonces { get; }

    /// <summary>Images.</summary>
    IBootResourceStore BootResources { get; }

    /// <summary>Users' files.</summary>
    IFileStore Files { get; }

    /// <summary>Settings.</summary>
    ISettingStore Settings { get; }

    /// <summary>Records of any table.</summary>
    IRecordStore Records { get; }

    /// <summary>
    /// The clock that the services over this store use. Hosts that share a store agree on the time by a clock of the store; by default it
    /// is the host's.
    /// </summary>
    /// <param name="host">The host's clock.</param>
    TimeProvider GetClock(TimeProvider host) => host;

    /// <summary>
    /// Waits until this process is the one that runs the work that one host runs at a time: deadlines, explanations, evaluations of tags.
    /// Of the processes that wait, one leads; when it ends, another does. A store that only one process opens completes at once.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoreLeadership> LeadAsync(CancellationToken cancellationToken) => Task.FromResult(new StoreLeadership(CancellationToken.None));

    /// <summary>
    /// Opens the store: creates it or updates its schema. Called once, before any part is used.
    /// </summary>
    /// <param name="limits">Limits that the store enforces.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreLockedException">Another process has the store open, and the store allows one only.</exception>
    /// <exception cref="StoreVersionException">A newer version of the store wrote it, or another program did.</exception>
    Task OpenAsync(StoreLimits limits, CancellationToken cancellationToken);
}

/// <summary>Limits that a store enforces.</summary>
public sealed record StoreLimits
{
    /// <summary>
    /// How many of a machine's events are kept, the newest, and as many of its audit events, which other events cannot push out.
    /// </summary>
    public int EventsPerMachine { get; init; } = 10_000;

    /// <summary>
    /// How many changes of machines are kept in the change history, the newest; a store may keep a tenth more. A reader that continues from
    /// an older one gets <see cref="ChangeHistoryExpiredException"/>.
    /// </summary>
    public int MachineChanges { get; init; } = 100_000;

    /// <summary>Limits for users and machines.</summary>
    public StoreQuotas Quotas { get; init; } = new();
}
