using Maas.Core.Records;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Nodes;

/// <summary>
/// The health of the hosts that share a store: each says every <see cref="Interval"/> that it runs, and when it stops.
/// </summary>
public sealed partial class Hosts
{
    private const int MostEntries = 32, LongestText = 500;

    private readonly IRecordStore _store;
    private readonly Controller _self;
    private readonly PowerQueueWorker _power;
    private readonly TimeProvider _clock;
    private readonly ILogger<Hosts> _logger;
    private volatile IReadOnlyList<Uri> _imageAddresses = [];
    private volatile string? _imageRack;
    private volatile HostReport? _report;
    private volatile HostState _state;
    private volatile bool _leads;

    internal Hosts(IRecordStore store, Controller self, PowerQueueWorker power, TimeProvider timeProvider, ILogger<Hosts> logger)
    {
        (_store, _self, _power, _clock, _logger) = (store, self, power, timeProvider, logger);
    }

    /// <summary>How often a host is heard of: 15 seconds.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(15);

    /// <summary>A host that was not heard of for this long is missing: a minute.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    internal static RecordTable<HostStatus> Table { get; } = new(
        "host_statuses",
        HostStatusJson.Default.HostStatus,
        [RecordColumn.Text<HostStatus>("system_id", host => host.SystemId.ToString())],
        [new RecordKey("system_id", "system_id")]);

    /// <summary>The hosts that have ever run, by name. A controller that was deleted has no entry.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<HostStatus>> ListAsync(CancellationToken cancellationToken = default)
    {
        var controllers = (await _store.ListAsync(new RecordQuery<Controller>(Controllers.Table), cancellationToken).ConfigureAwait(false))
            .ToDictionary(controller => controller.SystemId);
        return
        [
            .. (await _store.ListAsync(new RecordQuery<HostStatus>(Table), cancellationToken).ConfigureAwait(false))
                .Where(host => controllers.ContainsKey(host.SystemId))
                .Select(host => host with
                {
                    Hostname = controllers[host.SystemId].Hostname, ServerVersion = controllers[host.SystemId].ServerVersion,
                })
                .OrderBy(host => host.Hostname, StringComparer.Ordinal),
        ];
    }

    /// <summary>Publishes where other hosts of the store fetch images from this one, at once and until it stops.</summary>
    /// <param name="imageAddresses">See <see cref="HostStatus.ImageAddresses"/>.</param>
    /// <param name="imageRack">See <see cref="HostStatus.ImageRack"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task AnnounceAsync(
        IReadOnlyList<Uri> imageAddresses, string? imageRack = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(imageAddresses);
        (_imageAddresses, _imageRack) = ([.. imageAddresses], imageRack);
        return SayAsync(_state).WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Publishes the health and the load of this host, within <see cref="Interval"/> and until the next report. At most 32 entries of a
    /// list and 500 characters of a description are stored.
    /// </summary>
    /// <param name="report">The report.</param>
    public void Report(HostReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        _report = report with
        {
            Parts =
            [
                .. report.Parts.Take(MostEntries).Select(part => part with { Description = LogText.From(part.Description, LongestText) }),
            ],
            Throughput = [.. report.Throughput.Take(MostEntries)],
            Disks = [.. report.Disks.Take(MostEntries)],
        };
    }

    /// <summary>Whether this host runs the work that one host runs at a time; it is published with the next state.</summary>
    internal void Lead(bool leads) => _leads = leads;

    /// <summary>Says that this host runs, until it is cancelled; then that it drains.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await SayAsync(HostState.Running).ConfigureAwait(false);
            await Task.Delay(Interval, _clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await SayAsync(HostState.Draining).ConfigureAwait(false);
    }

    /// <summary>Says what this host does. A store that does not answer is no reason to stop, and none to wait.</summary>
    internal async Task SayAsync(HostState state)
    {
        _state = state;
        try
        {
            // Another part or process of this host may say something at the same time.
            for (var attempt = 0; attempt < 3; attempt++)
            {
                if (await SaveAsync(state).ConfigureAwait(false) is RecordResult.Saved) return;
            }
        }
        catch (Exception failure)
        {
            LogNotSaid(failure, state);
        }
    }

    private async Task<RecordResult> SaveAsync(HostState state)
    {
        var query = new RecordQuery<HostStatus>(Table) { Where = [RecordCondition.Is("system_id", _self.SystemId.ToString())] };
        var known = await _store.ListAsync(query, CancellationToken.None).ConfigureAwait(false);
        var now = _clock.GetUtcNow();
        var status = (known is [var found] ? found : new HostStatus { SystemId = _self.SystemId }) with
        {
            Hostname = _self.Hostname, State = state, Seen = now, PowerActions = _power.Running, ImageAddresses = _imageAddresses,
            ImageRack = _imageRack, IsLeader = _leads && state is HostState.Running, Report = _report,
        };
        return await _store.SaveAsync(
            new RecordBatch
            {
                At = now,
                Changes = [status.Id == 0 ? new RecordChange.Insert(Table, status) : new RecordChange.Update(Table, status)],
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    [LoggerMessage(93, LogLevel.Warning, "Failed to store that this host is {State}; its health may be shown as missing")]
    private partial void LogNotSaid(Exception failure, HostState state);
}
