using System.Globalization;
using System.Threading.Channels;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Hosting.Policy;
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
    private readonly IAddressResolver _owners;
    private readonly ILogger _logger;
    private long _dropped;

    public BootTimelineWriter(Timeline timeline, IAddressResolver owners, ILogger<BootTimelineWriter> logger)
    {
        (_timeline, _owners, _logger) = (timeline, owners, logger);
        _queue = Channel.CreateBounded<BootObservation>(
            new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
    }

    /// <inheritdoc/>
    public void Observe(BootObservation observation) => _queue.Writer.TryWrite(observation);

    /// <summary>Takes no more: what is queued is written, and then the service ends.</summary>
    internal void Complete() => _queue.Writer.TryComplete();

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
            if (Owner(observation) is { } address)
                await _timeline.ObserveAsync(
                    new Observation(observation.At, address, KindOf(observation), Words(observation)), stoppingToken).ConfigureAwait(false);
            else if (observation is BootObservation.OtherServerSeen or BootObservation.OtherRouterSeen)
                LogOfTheLink(Words(observation));
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            LogNotWritten(exception);
        }
    }

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

    private static string KindOf(BootObservation observation) => observation switch
    {
        BootObservation.FileTransfer transfer => transfer.Transport,
        BootObservation.ScriptServed => "script",
        BootObservation.LineLogged => Observation.Syslog,
        _ => "dhcp",
    };

    /// <summary>The observation as a sentence.</summary>
    internal static string Words(BootObservation observation) => observation switch
    {
        BootObservation.DhcpExchange { Answered: { } answered } dhcp =>
            string.Create(CultureInfo.InvariantCulture,
            $"{dhcp.Asked} answered with {answered}{About(dhcp)} in {dhcp.Took.TotalMilliseconds:0.0} ms ({dhcp.Rule}; xid {dhcp.Xid:x8})"),
        BootObservation.DhcpExchange dhcp =>
            string.Create(CultureInfo.InvariantCulture, $"{dhcp.Asked} not answered ({dhcp.Rule}; xid {dhcp.Xid:x8})"),
        BootObservation.OtherServerSeen other =>
            $"another DHCP server, {other.Server?.ToString() ?? $"{other.Identifier}"}, offered {other.Client?.ToString() ?? "something"}",
        BootObservation.OtherRouterSeen router => $"another router, {router.Router}, advertises itself on {router.Link}{Claims(router)}",
        BootObservation.LimitReached limit => $"turned away, the first of those beyond a bound: {limit.Limit}",
        BootObservation.ScriptServed script => $"{script.Client} fetched {script.Name}: {script.Instruction}",
        BootObservation.FileTransfer transfer =>
            string.Create(CultureInfo.InvariantCulture,
            $"{transfer.Client} fetched {transfer.Name}, {transfer.Bytes} bytes in {transfer.Took.TotalSeconds:0.00} s: {transfer.Outcome}{(transfer.Detail.Length > 0 ? $" ({transfer.Detail})" : "")}"),
        BootObservation.LineLogged { Line: var line } => line.Program is { } program ? $"{program}: {line.Text}" : line.Text,
        _ => observation.GetType().Name,
    };

    private static string Claims(BootObservation.OtherRouterSeen router) =>
        (router.ManagedAddresses ? ", sends hosts to DHCPv6 for addresses" : "") +
        (router.OtherConfiguration ? ", sends hosts to DHCPv6 for the rest" : "")
        + (router.RouterLifetime > TimeSpan.Zero
        ? string.Create(CultureInfo.InvariantCulture, $", is the default router for {router.RouterLifetime.TotalSeconds:0} s") : "");

    private static string About(BootObservation.DhcpExchange dhcp) =>
        (dhcp.Client is null ? "" : $" {dhcp.Client}") + (dhcp.BootFile is null ? "" : $", boot file {dhcp.BootFile}");

    [LoggerMessage(140, LogLevel.Warning, "{Count} observations of the wire were dropped: more came than could be written")]
    private partial void LogDropped(long count);

    [LoggerMessage(141, LogLevel.Warning, "On the link: {Seen}")]
    private partial void LogOfTheLink(string seen);

    [LoggerMessage(142, LogLevel.Error, "An observation of the wire could not be written")]
    private partial void LogNotWritten(Exception exception);
}
