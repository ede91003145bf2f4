using System.Globalization;
using System.Text.RegularExpressions;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Core.Topology;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Delivery;

/// <summary>
/// Delivers the changes of machines to an <see cref="IChangeDestination"/>: every change at least once, those of one machine in order. Made
/// by <see cref="MaasCore.CreateDelivery"/>.
/// </summary>
/// <remarks>
/// <para>The position is kept in the store by the name of the delivery. The first run begins with the changes that follow it; a later one
/// continues. After a crash, changes whose position was not yet stored are delivered again, with the same
/// <see cref="ChangeEvent.Id"/>. Of several hosts with one store, the one that leads delivers (<see cref="IMaasStore.LeadAsync"/>); for
/// the moment of a change of leader, two may: the position of the host that led before is not stored any more.</para>
/// <para>A change that the destination refuses delays the later changes of its machine alone. One that was refused
/// <see cref="ChangeDeliveryOptions.MostAttempts"/> times is given up: a warning is logged and written to the events of the machine,
/// <c>maas.delivery.dead_letters</c> counts it, and the later changes follow. A receiver notices the gap by the machine's version.</para>
/// </remarks>
public sealed partial class ChangeDelivery
{
    internal const string PositionPrefix = "maas.delivery.";
    private const string SourceSetting = "maas.delivery_source";
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly IMaasStore _store;
    private readonly Machines _machines;
    private readonly TopologyCache _topology;
    private readonly EventLog _events;
    private readonly ILogger _logger;
    private volatile ChangeDeliveryState _state = new();

    internal ChangeDelivery(
        string name, IChangeDestination destination, ChangeDeliveryOptions options, IMaasStore store, Machines machines,
        TopologyCache topology, EventLog events, TimeProvider timeProvider, ILogger<ChangeDelivery> logger)
    {
        if (!NameForm().IsMatch(name))
            throw new ArgumentException("A delivery has a name of 1 to 60 letters, digits and the characters _ and -.", nameof(name));
        (Name, Destination, Options, _store, _machines) = (name, destination, options, store, machines);
        (_topology, _events, TimeProvider, _logger) = (topology, events, timeProvider, logger);
    }

    /// <summary>The name, by which the position is stored.</summary>
    public string Name { get; }

    /// <summary>How it does.</summary>
    public ChangeDeliveryState State
    {
        get => _state;
        internal set => _state = value;
    }

    internal IChangeDestination Destination { get; }

    internal ChangeDeliveryOptions Options { get; }

    internal TimeProvider TimeProvider { get; }

    /// <summary>Delivers while this process leads the hosts of its store, until cancelled; then returns.</summary>
    /// <param name="cancellationToken">Ends it. Attempts under way are cancelled, and made again at the next start.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        DeliveryMetrics.Add(this);
        try
        {
            while (!cancellationToken.IsCancellationRequested) await TryLeadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            DeliveryMetrics.Remove(this);
            State = State with { Delivers = false };
        }
    }

    private async Task TryLeadAsync(CancellationToken cancellationToken)
    {
        StoreLeadership? leadership = null;
        try
        {
            leadership = await _store.LeadAsync(cancellationToken).ConfigureAwait(false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(leadership.Lost, cancellationToken);
            var position = await ReadPositionAsync(either.Token).ConfigureAwait(false);
            var source = await ReadSourceAsync(either.Token).ConfigureAwait(false);
            await new DeliverySession(this, source, position).RunAsync(leadership.Lost, either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (OperationCanceledException) when (leadership?.Lost.IsCancellationRequested is true)
        {
            // Another host leads.
        }
        catch (DeliveryMovedException)
        {
            LogMoved(Name);
            await Task.Delay(AfterFailure, TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception failure)
        {
            LogInterrupted(failure, Name);
            await Task.Delay(AfterFailure, TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        State = State with { Delivers = false };
    }

    internal IAsyncEnumerator<MachineChanged> Watch(long after, CancellationToken cancellationToken) =>
        _machines.WatchAsync(after: after, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    internal Task<long> GetLastChangeAsync(CancellationToken cancellationToken) => _machines.GetLastChangeAsync(cancellationToken);

    internal async Task<ChangeEvent> DescribeAsync(ChangeEvent change, CancellationToken cancellationToken)
    {
        if (change.Change is null || await _machines.GetAsync(change.Change.MachineId, cancellationToken).ConfigureAwait(false)
            is not { } machine) return change;
        var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
        return change with
        {
            Hostname = machine.Hostname,
            Zone = topology.ZoneOf(machine.ZoneId).Name,
            Pool = topology.PoolOf(machine.PoolId).Name,
        };
    }

    /// <summary>Stores the position, unless another host has stored one since this one stored or read it.</summary>
    /// <param name="stored">The position that this host stored or read last.</param>
    /// <param name="position">The position.</param>
    /// <param name="cancellationToken">Gives up before it is stored.</param>
    /// <returns>Whether it was stored.</returns>
    internal Task<bool> StorePositionAsync(long stored, long position, CancellationToken cancellationToken) =>
        _store.Settings.ReplaceAsync(PositionPrefix + Name, Text(stored), Text(position), cancellationToken);

    internal async Task GiveUpAsync(ChangeEvent change, int attempts, string reason, CancellationToken cancellationToken)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"Delivery '{Name}' gave up event {change.Id} ({change.Type}) after {attempts} attempts: {reason}");
        try
        {
            await _events.WriteAsync(
                change.Change?.MachineId, new EventNote(EventLevel.Warning, "Delivery failed", text), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (StoreFullException)
        {
            // the log has it, below
        }

        DeliveryMetrics.GivenUp(Name);
        LogGivenUp(Name, change.Id, change.Change?.MachineId.ToString() ?? "none", attempts, reason);
    }

    internal void ReportExpired(long after, long oldest) => LogExpired(Name, after, oldest);

    internal void ReportUnavailable(string reason, TimeSpan delay) => LogUnavailable(Name, reason, delay.TotalSeconds);

    internal void ReportAvailable() => LogAvailable(Name);

    internal void ReportThrown(Exception failure, string id) => LogThrown(failure, Name, id);

    private async Task<long> ReadPositionAsync(CancellationToken cancellationToken)
    {
        var text = await _store.Settings.GetAsync(PositionPrefix + Name, cancellationToken).ConfigureAwait(false);
        if (PositionOf(text) is { } position) return position;
        var last = await GetLastChangeAsync(cancellationToken).ConfigureAwait(false);
        // Of hosts that begin at once, one says where.
        return await _store.Settings.ReplaceAsync(PositionPrefix + Name, text, Text(last), cancellationToken).ConfigureAwait(false)
            ? last
            : throw new DeliveryMovedException();
    }

    private static string Text(long position) => position.ToString(CultureInfo.InvariantCulture);

    private static long? PositionOf(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && Text(position) == text ? position : null;

    private async Task<string> ReadSourceAsync(CancellationToken cancellationToken)
    {
        // The deliveries of a store begin together, and send one source.
        var json = await _store.Settings.GetAsync(SourceSetting, cancellationToken).ConfigureAwait(false)
            ?? await _store.Settings.GetOrAddAsync(SourceSetting, $"\"urn:uuid:{Guid.CreateVersion7()}\"", cancellationToken)
                .ConfigureAwait(false);
        return json.Trim('"');
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,60}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NameForm();

    [LoggerMessage(27, LogLevel.Error, "Delivery {Name} was interrupted; continuing from the stored position")]
    private partial void LogInterrupted(Exception failure, string name);

    [LoggerMessage(34, LogLevel.Warning,
        "Delivery {Name} was continued by another host while this one delivered; continuing from the position of that host")]
    private partial void LogMoved(string name);

    [LoggerMessage(28, LogLevel.Warning,
        "Delivery {Name} gave up event {EventId} of machine {SystemId} after {Attempts} attempts: {Reason}")]
    private partial void LogGivenUp(string name, string eventId, string systemId, int attempts, string reason);

    [LoggerMessage(29, LogLevel.Warning,
        "Delivery {Name} missed changes after {After}: the history begins after {Oldest}; the destination is informed")]
    private partial void LogExpired(string name, long after, long oldest);

    [LoggerMessage(30, LogLevel.Warning, "Destination of delivery {Name} is unavailable: {Reason}; next attempt in {Seconds:0} s")]
    private partial void LogUnavailable(string name, string reason, double seconds);

    [LoggerMessage(31, LogLevel.Information, "Destination of delivery {Name} is available again")]
    private partial void LogAvailable(string name);

    [LoggerMessage(32, LogLevel.Error, "Destination of delivery {Name} threw an exception for event {EventId}")]
    private partial void LogThrown(Exception failure, string name, string eventId);
}
