using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// The address source of one of several servers on the same links: all keep their leases in one <see cref="ISharedLeaseStore"/>, each
/// answers under its own server identifier, and no address is assigned twice.
/// </summary>
/// <remarks>
/// <para>
/// The store decides each lease before it is acknowledged; leases that come while it writes are written together. A new client gets an
/// address of this server's reserve, which the store has assigned to it beforehand, so that two servers do not offer the same address.
/// </para>
/// <para>
/// While the store is slow or away, the server answers by itself within <see cref="SharedLeaseOptions.AnswerTime"/>: it renews leases that
/// it knows, for as long as the store keeps them for their clients; leases reserved addresses; and leases its reserve to new clients. What
/// it granted is written when the store is back. Everything else is not answered, so that another server may.
/// </para>
/// <para>Safe for use from several threads.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var addresses = await SharedLeaseAllocator.OpenAsync([subnet], store);
/// var server = new DhcpServer(new DhcpServerOptions { Interfaces = { "eth0" } }, new BootServices { Addresses = addresses });
/// </code>
/// </example>
public sealed partial class SharedLeaseAllocator : IAddressSource, IAsyncDisposable
{
    private readonly ISharedLeaseStore _store;
    private readonly SharedLeaseOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly TimeProvider _clock;
    private readonly LeaseHolds _holds;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _synchronizing = new(1, 1); // what is learnt and claimed is taken over in its order
    private readonly CancellationTokenSource _stop = new();

    private SharedLeaseAllocator(
        LeaseAllocator leases, LeaseHolds holds, ISharedLeaseStore store, SharedLeaseOptions options, TimeProvider timeProvider,
        TimeProvider clock, ILogger logger)
    {
        (Leases, _holds, _store, _options) = (leases, holds, store, options);
        (_timeProvider, _clock, _logger) = (timeProvider, clock, logger);
    }

    /// <summary>The leases as this server knows them, its subnets and its reservations.</summary>
    public LeaseAllocator Leases { get; }

    /// <summary>Whether the store is slow or away, so that the server answers by itself.</summary>
    public bool IsStoreAway => _holds.IsAlone;

    /// <summary>How many leases were granted without the store, and wait to be written to it.</summary>
    public int Unwritten
    {
        get
        {
            lock (_writes) return _unwritten.Count;
        }
    }

    /// <summary>Reads the store, and is then ready to lease.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <param name="store">Where all servers keep their leases; not disposed of.</param>
    /// <param name="rules">How long offers and quarantines hold; <see langword="null"/> for the defaults.</param>
    /// <param name="options">How it answers without the store; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The host's clock; <see langword="null"/> for the system's.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The subnets contradict themselves; the message tells where.</exception>
    public static async Task<SharedLeaseAllocator> OpenAsync(
        IReadOnlyList<DhcpSubnet> subnets, ISharedLeaseStore store, LeaseOptions? rules = null, SharedLeaseOptions? options = null,
        TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        timeProvider ??= TimeProvider.System;
        options ??= new SharedLeaseOptions();
        var holds = new LeaseHolds(new Guid(RandomNumberGenerator.GetBytes(16))); // a host that starts again is another server
        var changes = await store.ReadAsync(holds.Server, 0, cancellationToken).ConfigureAwait(false);
        foreach (var entry in changes.Leases) holds.Set(entry);
        var clock = store.GetClock(timeProvider);
        var leases = LeaseAllocator.OpenShared(subnets, holds, rules ?? new LeaseOptions(), clock);
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<SharedLeaseAllocator>();
        var allocator = new SharedLeaseAllocator(leases, holds, store, options, timeProvider, clock, logger)
        {
            _position = changes.Position,
        };
        await allocator.ClaimAsync(cancellationToken).ConfigureAwait(false);
        allocator.Start();
        return allocator;
    }

    /// <summary>Serves other subnets from now on, in place of those before. Leases stay as they are.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <returns>The leases that are only kept until they end.</returns>
    /// <exception cref="ArgumentException">The subnets contradict themselves; nothing has changed then.</exception>
    public IReadOnlyList<Lease> ReplaceSubnets(IReadOnlyList<DhcpSubnet> subnets) => Leases.ReplaceSubnets(subnets);

    /// <inheritdoc/>
    public ValueTask<AddressResult> AskAsync(AddressRequest question, CancellationToken cancellationToken)
    {
        var result = Leases.Ask(question, out var changed);
        if (changed is { } lease) return WriteAsync(question, result, lease);
        return result.IsExhausted && !_holds.IsAlone ? AskAgainAsync(question, result) : new ValueTask<AddressResult>(result);
    }

    /// <summary>Ends, and gives back the reserve, if the store answers in time.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        _queue.Writer.TryComplete();
        Task claim;
        lock (_claiming) claim = _claim;
        await Task.WhenAll(_writing, _following, claim).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(_options.AnswerTime, _timeProvider);
        try
        {
            // What was granted without the store is in the reserve, or the client's: it stays so.
            if (!_holds.IsAlone && Unwritten == 0) await _store.ReleaseAsync(_holds.Server, timeout.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever a store throws, the reserve is free later
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotReleased(failure.Message);
        }

        if (_holds.IsAlone) SharedLeaseMetrics.IsAway(false);
        _stop.Dispose();
        _synchronizing.Dispose();
    }

    private async ValueTask<AddressResult> WriteAsync(AddressRequest question, AddressResult result, Lease lease)
    {
        var outcome = _holds.IsAlone ? LeaseWriteResult.Unknown : await EnqueueAsync(lease).ConfigureAwait(false);
        if (outcome == LeaseWriteResult.Written) return result;
        if (outcome == LeaseWriteResult.Conflicts)
        {
            SharedLeaseMetrics.Conflict();
            LogConflict(lease.Address, lease.Hardware);
            return result.Kind == AddressResultKind.Grant ? AddressResult.Refuse("another server has leased the address") : result;
        }

        if (result.Kind == AddressResultKind.Grant)
        {
            result = Leases.AnswerAlone(question, result, ref lease);
            if (result.Kind != AddressResultKind.Grant)
            {
                SharedLeaseMetrics.NotGranted();
                return result;
            }

            SharedLeaseMetrics.GrantedAlone();
        }

        lock (_writes) _unwritten[lease.IPv4] = lease;
        return result;
    }

    private async ValueTask<AddressResult> AskAgainAsync(AddressRequest question, AddressResult exhausted)
    {
        // Others that waited for the same claim may have taken all of it; then there is another one.
        var began = _timeProvider.GetTimestamp();
        for (var attempt = 0; attempt < MostClaims && _timeProvider.GetElapsedTime(began) < _options.AnswerTime; attempt++)
        {
            var mayBeMore = await ClaimInTimeAsync().ConfigureAwait(false);
            // Also where nothing was claimed: another claim may have ended after the reserve was found empty.
            var again = Leases.Ask(question, out var changed, isAgain: true);
            if (changed is { } lease) return await WriteAsync(question, again, lease).ConfigureAwait(false);
            if (!again.IsExhausted) return again;
            if (!mayBeMore || _holds.IsAlone) break;
        }

        return exhausted;
    }

    [LoggerMessage(
        110, LogLevel.Error,
        "The lease store does not answer ({Failure}): leases are renewed for {Time} at most, and new clients get addresses of the reserve")]
    private partial void LogAway(string failure, TimeSpan time);

    [LoggerMessage(111, LogLevel.Warning, "The lease store answers again; {Count} leases were granted without it and are written now")]
    private partial void LogBack(int count);

    [LoggerMessage(112, LogLevel.Debug, "Address {Address} is not leased to {Mac}: another server has leased it")]
    private partial void LogConflict(IPAddress address, HardwareAddress mac);

    [LoggerMessage(
        113, LogLevel.Error, "Address {Address} was leased to {Mac} without the lease store, which has another client at it: {Other}")]
    private partial void LogNotReconciled(IPAddress address, HardwareAddress mac, HardwareAddress other);

    [LoggerMessage(114, LogLevel.Warning, "The reserve of addresses was not given back and is free later: {Reason}")]
    private partial void LogNotReleased(string reason);
}
