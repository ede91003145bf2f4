using System.Net;
using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Power;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Topology;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Core.Nodes;

/// <summary>All machines: finding them, describing them, and moving them through their lives.</summary>
public sealed partial class Machines
{
    private readonly IMachineStore _store;
    private readonly IRecordStore _records;
    private readonly IPowerQueue _queue;
    private readonly IScriptResultStore _scripts;
    private readonly NodeScripts _nodeScripts;
    private readonly IImageChooser _images;
    private readonly IInstallRecipes? _recipes;
    private readonly Settings _settings;
    private readonly TopologyCache _topology;
    private readonly NodeConfigStore _configs;
    private readonly DeviceStore _devices;
    private readonly IMachinePower _power;
    private readonly WorkSignal _signal;
    private readonly TimeProvider _clock;
    private readonly NodeOptions _options;
    private readonly ILogger<Machines> _logger;

    internal Machines(
        IMachineStore store, IRecordStore records, IPowerQueue queue, IScriptResultStore scripts, NodeScripts nodeScripts,
        IImageChooser images, Settings settings, TopologyCache topology, NodeConfigStore configs, DeviceStore devices,
        IMachinePower power, WorkSignal signal,
        TimeProvider timeProvider, NodeOptions options, ILogger<Machines>? logger = null,
        IInstallRecipes? recipes = null)
    {
        _store = store;
        _records = records;
        _queue = queue;
        _scripts = scripts;
        _nodeScripts = nodeScripts;
        _images = images;
        _recipes = recipes;
        _settings = settings;
        _topology = topology;
        _configs = configs;
        _devices = devices;
        _power = power;
        _signal = signal;
        _clock = timeProvider;
        _options = options;
        _logger = logger ?? NullLogger<Machines>.Instance;
    }

    /// <summary>The power types that can be used; <see langword="null"/> when that is not known.</summary>
    public IReadOnlyList<string>? PowerTypes => _power.PowerTypes;

    /// <summary>The machine, or <see langword="null"/>.</summary>
    public Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken = default) => _store.GetAsync(id, cancellationToken);

    /// <summary>The machine that has this network interface, or <see langword="null"/>.</summary>
    public Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken = default) =>
        _store.FindByMacAsync(address, cancellationToken);

    /// <summary>
    /// The machines that match, by ascending <see cref="Machine.Number"/>, or in the order that the filter says.
    /// </summary>
    /// <param name="filter">Which machines, how many, and after which one; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Machine>> ListAsync(MachineFilter? filter = null, CancellationToken cancellationToken = default) =>
        _store.ListAsync(filter ?? new MachineFilter(), cancellationToken);

    /// <summary>The ids of the machines that match, in the order of <see cref="ListAsync"/>.</summary>
    /// <param name="filter">Which machines, how many, and after which one; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<SystemId>> ListIdsAsync(MachineFilter? filter = null, CancellationToken cancellationToken = default) =>
        _store.ListIdsAsync(filter ?? new MachineFilter(), cancellationToken);

    /// <summary>How many machines match, all together and by what they have in common.</summary>
    /// <param name="filter">
    /// Which machines; its order, its limit and where it begins are of no importance. <see langword="null"/> for all.
    /// </param>
    /// <param name="grouping">What they are counted by, beside their total.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<MachineCount> CountAsync(
        MachineFilter? filter = null, MachineGrouping grouping = MachineGrouping.None, CancellationToken cancellationToken = default) =>
        _store.CountAsync(filter ?? new MachineFilter(), grouping, cancellationToken);

    /// <summary>The revisions of the machines that match, by ascending number: what has to be shown anew.</summary>
    /// <param name="filter">Which machines, how many, and after which one; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<MachineRevision>> ListRevisionsAsync(
        MachineFilter? filter = null, CancellationToken cancellationToken = default) =>
        _store.ListRevisionsAsync(filter ?? new MachineFilter(), cancellationToken);

    /// <summary>
    /// Gives a machine a command. The machine, its events and its effects are durable when this returns; the power queue acts on power
    /// after that.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="command">The command.</param>
    /// <param name="actor">
    /// The user. Permission is part of the decision: it is evaluated on the version of the machine that is changed, and again after a
    /// conflict.
    /// <see langword="null"/> for the system, which is not checked.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<CommandResult> ExecuteAsync(
        SystemId id, MachineCommand command, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        RecordAsync(id, command with { By = actor?.Name ?? command.By }, actor, null, cancellationToken);

    /// <summary>Takes a report that a machine made about itself and that the caller has authenticated.</summary>
    /// <param name="id">Which machine.</param>
    /// <param name="report">The report.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<CommandResult> ReportAsync(SystemId id, MachineReport report, CancellationToken cancellationToken = default)
    {
        var result = await RecordAsync(id, WithoutSecrets(report), null, null, cancellationToken).ConfigureAwait(false);
        await FinishHandOverAsync(result, report, cancellationToken).ConfigureAwait(false);
        return result;
    }

    // An installer reports the commands of its answer file, where the machine's own key may be.
    private static MachineReport WithoutSecrets(MachineReport report) => report switch
    {
        MachineReport.Signal { Error: { } error } signal => signal with { Error = SecretRedaction.Apply(error) },
        MachineReport.StageFinished stage => stage with { Detail = SecretRedaction.Apply(stage.Detail) },
        _ => report,
    };

    /// <summary>Notes that the machine was seen with this address by a request it authenticated. The newest four are kept.</summary>
    public async Task ReportAddressAsync(SystemId id, IPAddress address, CancellationToken cancellationToken = default)
    {
        var text = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        var machine = await _store.GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (machine is null || (machine.IpAddresses.Count > 0 && machine.IpAddresses[0] == text)) return;
        await SaveEditAsync(id, null, current =>
            current with { IpAddresses = SeenAddresses.Add(current.IpAddresses, text) }, null,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The user data to give to the machine; <see langword="null"/> for none.</summary>
    public async Task<ReadOnlyMemory<byte>?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken = default) =>
        await _store.GetUserDataAsync(id, cancellationToken).ConfigureAwait(false) is { } body ? new ReadOnlyMemory<byte>(body)
        : (ReadOnlyMemory<byte>?)null;

    internal async Task UpdateAsync(MachineGauges gauges, CancellationToken cancellationToken)
    {
        var byStatus = await _store.CountAsync(cancellationToken).ConfigureAwait(false);
        gauges.Update(byStatus, await _queue.CountAsync(cancellationToken).ConfigureAwait(false));
    }

    internal Task<IReadOnlyList<SystemId>> ListOverdueAsync(CancellationToken cancellationToken) =>
        _store.ListOverdueAsync(_clock.GetUtcNow(), cancellationToken);
}
