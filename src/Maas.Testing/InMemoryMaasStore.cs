using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Stores;
using Maas.Testing.Stores.InMemory;

namespace Maas.Testing;

/// <summary>
/// A store in the memory of the process, for tests of applications. It keeps the contract of <see cref="IMaasStore"/> except durability:
/// the data live as long as the object. A store that was disposed can be opened again, which is what a restart of a host does to its store.
/// </summary>
/// <remarks>
/// All data are one immutable value. A write replaces it under a lock, and a write that fails replaces nothing; a read takes the present
/// value and needs no lock.
/// </remarks>
/// <example>
/// <code>
/// await using var core = await MaasCore.OpenAsync(new InMemoryMaasStore());
/// </code>
/// </example>
public sealed class InMemoryMaasStore : IMaasStore
{
    private readonly InMemoryDatabase _database = new();

    /// <summary>An empty store.</summary>
    public InMemoryMaasStore()
    {
        Machines = new InMemoryMachineStore(_database);
        PowerQueue = new InMemoryPowerQueue(_database);
        ScriptResults = new InMemoryScriptResultStore(_database);
        Events = new InMemoryEventStore(_database);
        Accounts = new InMemoryAccountStore(_database);
        Tokens = new InMemoryTokenStore(_database);
        Nonces = new InMemoryNonceStore(_database);
        BootResources = new InMemoryBootResourceStore(_database);
        Files = new InMemoryFileStore(_database);
        Settings = new InMemorySettingStore(_database);
        Records = new InMemoryRecordStore(_database);
    }

    /// <inheritdoc/>
    public IMachineStore Machines { get; }

    /// <inheritdoc/>
    public IPowerQueue PowerQueue { get; }

    /// <inheritdoc/>
    public IScriptResultStore ScriptResults { get; }

    /// <inheritdoc/>
    public IEventStore Events { get; }

    /// <inheritdoc/>
    public IAccountStore Accounts { get; }

    /// <inheritdoc/>
    public ITokenStore Tokens { get; }

    /// <inheritdoc/>
    public INonceStore Nonces { get; }

    /// <inheritdoc/>
    public IBootResourceStore BootResources { get; }

    /// <inheritdoc/>
    public IFileStore Files { get; }

    /// <inheritdoc/>
    public ISettingStore Settings { get; }

    /// <inheritdoc/>
    public IRecordStore Records { get; }

    /// <inheritdoc/>
    public Task OpenAsync(StoreLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        cancellationToken.ThrowIfCancellationRequested();
        _database.Open(limits);
        return Task.CompletedTask;
    }

    /// <summary>Closes the store. Its data stay until it is opened again.</summary>
    public ValueTask DisposeAsync()
    {
        _database.Close();
        return ValueTask.CompletedTask;
    }
}
