using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Stores;

namespace FleetLoad;

/// <summary>One store, as each of several hosts sees it: the first host opens it, and its owner closes it.</summary>
internal sealed class SharedStore(IMaasStore store, bool isFirst, TimeProvider? clock = null, IRecordStore? records = null) : IMaasStore
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

    public IRecordStore Records => records ?? store.Records;

    public TimeProvider GetClock(TimeProvider host) => clock ?? store.GetClock(host);

    public Task OpenAsync(StoreLimits limits, CancellationToken cancellationToken) =>
        isFirst ? store.OpenAsync(limits, cancellationToken) : Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
