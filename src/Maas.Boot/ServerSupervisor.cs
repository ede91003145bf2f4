using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot;

/// <summary>
/// Runs one server for as long as its <see cref="BootServer"/> runs: when it fails, the supervisor reports it and starts a new one, after a
/// pause that doubles up to half a minute. A change of the network ends the pause early, because what failed for want of an interface or an
/// address may work now.
/// </summary>
/// <param name="name">The server's name, for people.</param>
/// <param name="make">Makes a server and returns what runs it.</param>
/// <param name="place">Where it serves.</param>
/// <param name="onFailure">What a failure leads to.</param>
/// <param name="observer">Receives failures; <see langword="null"/> for no observer.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where it logs.</param>
internal sealed partial class ServerSupervisor(
    string name, Func<Func<CancellationToken, Task>> make, ServerBinding place, ServerFailureAction onFailure, SafeObserver? observer,
    TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30),
        Steady = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger;
    private Func<CancellationToken, Task>? _made = make(); // at once: what is wrong with the options is an error of the composition
    private volatile ServerHealth _health = new(name, IsRunning: false, Failure: null, timeProvider.GetUtcNow());
    private long _began;

    /// <summary>How the server does now.</summary>
    public ServerHealth Health =>
        _health is { IsRunning: true, Failure: not null } recovering && timeProvider.GetElapsedTime(Volatile.Read(ref _began)) >= Steady
        ? recovering with { Failure = null }
        : _health;

    /// <summary>Runs the server until cancelled.</summary>
    /// <exception cref="Exception">The server's failure, when a failure stops all.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            var failure = await RunOnceAsync(cancellationToken).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested) return;
            if (timeProvider.GetElapsedTime(_began) >= Steady) pause = FirstPause;
            Report(failure, pause);
            await WaitAsync(pause, cancellationToken).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested) return;
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<Exception> RunOnceAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _began, timeProvider.GetTimestamp());
        try
        {
            place.Check();
            var run = Interlocked.Exchange(ref _made, null) ?? make();
            _health = _health with { IsRunning = true, Since = timeProvider.GetUtcNow() };
            await ServerLoops.RunAsync([run, place.WatchAsync], cancellationToken).ConfigureAwait(false);
            return new InvalidOperationException("It ended without an error.");
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested || onFailure == ServerFailureAction.Restart)
        {
            return e;
        }
    }

    private void Report(Exception failure, TimeSpan pause)
    {
        var isNews = _health.Failure != failure.Message;
        _health = new ServerHealth(name, IsRunning: false, failure.Message, timeProvider.GetUtcNow());
        observer?.Observe(new BootObservation.ServerFailed(timeProvider.GetUtcNow(), name, failure.Message, pause));
        if (!isNews) LogFailsStill(name, pause.TotalSeconds, failure.Message);
        else if (IsExpected(failure)) LogFailed(name, pause.TotalSeconds, failure.Message);
        else LogFailedUnexpectedly(name, pause.TotalSeconds, failure);
    }

    // The message says what the matter is; a stack trace would hide it.
    private static bool IsExpected(Exception failure) =>
        failure is SocketException or DhcpServerConflictException or InterfaceChangedException or ArgumentException or IOException
            or PlatformNotSupportedException or NetworkInformationException;

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        // At least the first pause: an address that comes and goes makes no busy loop.
        await Task.Delay(FirstPause, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pause > FirstPause && !cancellationToken.IsCancellationRequested)
            await NetworkNotification.WaitAsync(pause - FirstPause, timeProvider, cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(100, LogLevel.Warning, "The {Server} server failed and is started again in {Seconds} s: {Reason}")]
    private partial void LogFailed(string server, double seconds, string reason);

    [LoggerMessage(101, LogLevel.Error, "The {Server} server failed and is started again in {Seconds} s")]
    private partial void LogFailedUnexpectedly(string server, double seconds, Exception reason);

    [LoggerMessage(
        102, LogLevel.Debug, "The {Server} server failed again for the same reason and is started again in {Seconds} s: {Reason}")]
    private partial void LogFailsStill(string server, double seconds, string reason);
}

/// <summary>
/// The address that servers use on an interface, when the application names one; without it, they look for one themselves.
/// </summary>
/// <param name="Interface">The interface.</param>
/// <param name="Address">The address that it must have while a server runs.</param>
/// <param name="Time">The clock.</param>
internal sealed record ServerBinding(string? Interface, IPAddress? Address, TimeProvider Time)
{
    /// <summary>Checks that the interface has the address.</summary>
    /// <exception cref="InterfaceChangedException">It is not there, or has others.</exception>
    public void Check()
    {
        if (Interface is null || Address is null) return;
        var state = InterfaceState.Read(Interface) ?? throw new InterfaceChangedException($"There is no interface {Interface}.");
        if (state.Addresses is { } addresses && !addresses.Contains(Address))
            throw new InterfaceChangedException(
                $"The interface {Interface} does not have the address {Address}; "
                + $"it has {(addresses.Count == 0 ? "none" : string.Join(", ", addresses))}.");
    }

    /// <summary>Watches that it keeps it.</summary>
    /// <exception cref="InterfaceChangedException">It was removed, created again, or lost the address.</exception>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var watch = Interface is null || Address is null ? null : new InterfaceWatch(Interface, Time, Address);
        await (watch?.RunAsync(cancellationToken) ?? Task.Delay(Timeout.InfiniteTimeSpan, Time, cancellationToken)).ConfigureAwait(false);
    }
}
