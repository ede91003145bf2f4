using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Stores;
using Maas.Testing;

namespace Maas.Hosting.Tests.Images;

/// <summary>One store in memory as several hosts of one process open it.</summary>
internal sealed class SharedStore(InMemoryMaasStore store) : IMaasStore
{
    public IMachineStore Machines => store.Machines;

    public IPowerQueue PowerQueue => store.PowerQueue;

    public IScriptResultStore ScriptResults => store.ScriptResults;

    public IEventStore Events => store.Events;

    public IAccountStore Accounts => store.Accounts;

    public ITokenStore Tokens => store.Tokens;

    public INonceStore Nonces => store.Nonces;

    public IBootResourceStore BootResources => store.BootResources;

    public IFileStore Files => store.Files;

    public ISettingStore Settings => store.Settings;

    public IRecordStore Records => store.Records;

    public Task OpenAsync(StoreLimits limits, CancellationToken cancellationToken) => Task.CompletedTask; // the test opens it

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
