using System.Net;
using System.Threading.Channels;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Diagnosis;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Topology;
using Maas.Hosting.Link;
using Maas.Hosting.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Evidence;

/// <summary>Writes what Boot saw on the wire into the machines' timelines. Evidence explains; it never moves a machine.</summary>
/// <remarks>
/// The servers that report must not wait for a disk: reports go through a bounded queue, and under a flood the oldest are dropped and
/// counted. What tells no hardware address (TFTP, HTTP, syslog) is put down to the machine that the address was last seen with.
/// </remarks>
internal sealed partial class BootTimelineWriter : BackgroundService, IBootObserver
{
    private const int QueueLength = 8_192;

    private readonly Channel<BootObservation> _queue;
    private readonly RecentAddresses _seen = new(capacity: 65_536);
    private readonly Timeline _timeline;
    private readonly Discoveries _discoveries;
    private readonly IAddressResolver _owners;
    private readonly RecentOtherServers _others;
    private readonly StoreTime _time;
    private readonly ILogger _logger;
    private long _dropped;

    public BootTimelineWriter(
        Timeline timeline, Discoveries discoveries, IAddressResolver owners, RecentOtherServers others, StoreTime time,
        ILogger<BootTimelineWriter> logger)
    {
        (_timeline, _discoveries, _owners, _others, _time, _logger) = (timeline, discoveries, owners, others, time, logger);
        _queue = Channel.CreateBounded<BootObservation>(
            new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
    }

    /// <inheritdoc/>
    public void Observe(BootObservation observation) => _queue.Writer.TryWrite(observation);

    /// <summary>Takes no more: what is queued is written, and then the service ends.</summary>
    internal void Complete() => _queue.Writer.TryComplete();

    /// <summary>Writes what is queued now: for a host on a network in memory, which runs no background service.</summary>
    internal async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (_queue.Reader.TryRead(out var observation)) await WriteAsync(observation, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var observation in _queue.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped) LogDropped(dropped);
                await WriteAsync(observation, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops, or is disposed of.
        }
    }

    // Evidence only explains: whatever fails here (a full disk, no descriptor for the neighbour table), the host goes on and the next line
    // tries again.
    private async ValueTask WriteAsync(BootObservation observation, CancellationToken stoppingToken)
    {
        try
        {
            var other = _others.Note(observation);
            if (ObservedEvidence.Of(observation) is not { } evidence) return;
            if (Owner(observation) is { } address)
            {
                var at = _time.Of(observation.At);
                await _timeline.ObserveAsync(
                    new Observation(at, address, evidence.Kind, evidence.ToText()), stoppingToken).ConfigureAwait(false);
                if (other is not null)
                {
                    var seen = new BootEvidence.OtherServer(other.ToString(), Offered: null);
                    await _timeline.ObserveAsync(new Observation(at, address, seen.Kind, seen.ToText()), stoppingToken)
                        .ConfigureAwait(false);
                }

                if (UsedAddress(observation) is { } used)
                    await _discoveries.ObserveAsync(address, used, at, stoppingToken).ConfigureAwait(false);
            }
            else if (evidence is BootEvidence.OtherServer or BootEvidence.OtherRouter)
            {
                LogOfTheLink(evidence.ToText());
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            LogNotWritten(exception);
        }
    }

    /// <summary>The address that a client uses; null for one that it was only offered, or was refused.</summary>
    private static IPAddress? UsedAddress(BootObservation observation) => observation switch
    {
        BootObservation.DhcpExchange { Answered: "ACK" or "REPLY" } exchange => exchange.Client,
        BootObservation.ScriptServed or BootObservation.FileTransfer or BootObservation.LineLogged => observation.Client,
        _ => null,
    };

    private MacAddress? Owner(BootObservation observation)
    {
        if (observation is BootObservation.OtherRouterSeen) return null; // its hardware address is no machine's
        if (observation.Hardware is { } hardware)
        {
            if (hardware.ToMacAddress() is { } mac && observation.Client is { } client) _seen.Remember(client, mac);
            return hardware.ToMacAddress();
        }

        return observation.Client is { } from ? _seen.Find(from) ?? _owners.OwnerOf(from)?.ToMacAddress() : null;
    }

    [LoggerMessage(140, LogLevel.Warning, "{Count} observations of the wire were dropped: more came than could be written")]
    private partial void LogDropped(long count);

    [LoggerMessage(141, LogLevel.Warning, "On the link: {Seen}")]
    private partial void LogOfTheLink(string seen);

    [LoggerMessage(142, LogLevel.Error, "An observation of the wire could not be written")]
    private partial void LogNotWritten(Exception exception);
}
