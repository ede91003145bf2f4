using Maas.Boot;
using Maas.Testing.CloudInit;
using Maas.Testing.Events;
using Maas.Testing.Hardware;
using Maas.Testing.Network;
using Maas.Testing.Virtual;

namespace Maas.Testing;

/// <summary>
/// A machine that is not there and really speaks the protocols: its firmware asks for an address and a boot program as the real one does,
/// its boot program fetches and obeys the script, its ephemeral environment enlists, is commissioned, writes and erases disks, and
/// the system on its disk reports as cloud-init does. It needs sockets, or a <see cref="VirtualNetwork"/>; nothing is run, and no root is
/// needed.
/// </summary>
/// <example><code>
/// await using var machine = new SimulatedMachine(new SimulatedMachineOptions
/// {
///     Mac = HardwareAddress.Parse("52:54:00:00:00:01"),
///     Firmware = SimulatedFirmware.UefiPxe,
///     Network = new SimulatedNetwork { DhcpServers = [new IPEndPoint(IPAddress.Loopback, 6767)], TftpPort = 6969 },
/// });
/// machine.TurnOn();
/// SettledState state = await machine.WhenAtRestAsync(cancellationToken);   // Off: it has enlisted
/// </code></example>
public sealed class SimulatedMachine : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly MachineLog _log;
    private readonly TimeProvider _time;
    private readonly MachineLink _link;
    private Session? _session;

    /// <summary>Makes a machine; it is off.</summary>
    /// <param name="options">What it is and how it is connected.</param>
    /// <param name="timeProvider">Its clock; by default its virtual network's, or the system's.</param>
    /// <exception cref="ArgumentException">Its firmware is one of Arm boards, and its hardware's architecture is not.</exception>
    public SimulatedMachine(SimulatedMachineOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if ((options.Firmware, options.Hardware.Architecture) is
            (SimulatedFirmware.UBoot, not ("arm64" or "armhf")) or (SimulatedFirmware.RaspberryPi, not "arm64"))
            throw new ArgumentException(
                $"{options.Firmware} does not boot {options.Hardware.Architecture}; set Hardware.Architecture to arm64.", nameof(options));
        Options = options;
        _time = timeProvider ?? options.Network.Virtual?.TimeProvider ?? TimeProvider.System;
        _link = options.Network.LinkOf(options.Mac);
        _log = new MachineLog(_time, Completions);
        Disks = [.. options.Hardware.Disks.Select(d => new SimulatedDisk(d, options.DiskFolder))];
    }

    /// <summary>What the machine is.</summary>
    public SimulatedMachineOptions Options { get; }

    /// <summary>The address of the interface it boots from.</summary>
    public HardwareAddress Mac => Options.Mac;

    /// <summary>Its disks, in the kernel's order.</summary>
    public IReadOnlyList<SimulatedDisk> Disks { get; }

    /// <summary>The system on the disk as cloud-init last set it up; <see langword="null"/> before that.</summary>
    public SimulatedSystem? System { get; internal set; }

    /// <summary>Whether it is on.</summary>
    public bool IsOn
    {
        get
        {
            lock (_lock) return _session is { IsOn: true };
        }
    }

    /// <summary>Everything that happened since the machine was made, and then what happens, until the machine is disposed of.</summary>
    public IAsyncEnumerable<MachineEvent> WatchAsync(CancellationToken cancellationToken = default) => _log.WatchAsync(cancellationToken);

    /// <summary>Presses the power button; a machine that is on stays as it is. Returns at once: the machine boots by itself.</summary>
    public void TurnOn(string reason = "turned on")
    {
        lock (_lock)
        {
            if (_session is { IsOn: true }) return;
            _log.Power(isOn: true, reason);
            _session = new Session(this, _session);
        }
    }

    /// <summary>Turns the machine on and waits until nothing more happens by itself.</summary>
    /// <returns>How it came to rest.</returns>
    public Task<SettledState> BootAsync()
    {
        TurnOn();
        return WhenAtRestAsync();
    }

    /// <summary>Pulls the plug; a machine that is off stays as it is. Returns when nothing of it runs any more.</summary>
    public async Task TurnOffAsync(string reason = "turned off")
    {
        Session? session;
        lock (_lock) session = _session;
        if (session is { HasEnded: false }) await _link.InvokeAsync(() => session.PullPlugAsync(reason)).ConfigureAwait(false);
    }

    /// <summary>Waits until nothing more happens by itself. A machine that was never turned on is off.</summary>
    public Task<SettledState> WhenAtRestAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock) return _session is null
            ? Task.FromResult<SettledState>(new SettledState.Off("never turned on"))
            : _session.AtRest.WaitAsync(cancellationToken);
    }

    /// <summary>Pulls the plug, ends the event streams and removes the disks' content.</summary>
    public async ValueTask DisposeAsync()
    {
        await TurnOffAsync("taken away").ConfigureAwait(false);
        _log.End();
        lock (_lock)
        {
            _session?.Dispose();
            _session = null;
        }

        foreach (var disk in Disks) disk.Dispose();
    }

    // On a network in memory, its loop runs what waits.
    private TaskCreationOptions Completions =>
        _link.IsOnLoop ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;

    // From power-on to power-off.
    private sealed class Session : IDisposable
    {
        private readonly CancellationTokenSource _plug = new();
        private readonly TaskCompletionSource<SettledState> _atRest;
        private readonly SimulatedMachine _machine;
        private readonly Task _run;
        private int _isOff;

        public Session(SimulatedMachine machine, Session? previous)
        {
            _machine = machine;
            _atRest = new TaskCompletionSource<SettledState>(machine.Completions);
            _run = machine._link.TurnOn(() => RunAsync(previous));
        }

        public Task<SettledState> AtRest => _atRest.Task;

        public bool IsOn => Volatile.Read(ref _isOff) == 0;

        public bool HasEnded => !IsOn && _run.IsCompleted;

        public async Task PullPlugAsync(string reason)
        {
            GoOff(reason);
            if (_machine._link.IsOnLoop) _plug.Cancel();
            else await _plug.CancelAsync().ConfigureAwait(false);
            await _run.ConfigureAwait(false);
            _atRest.TrySetResult(new SettledState.Off(reason));
        }

        public void Dispose() => _plug.Dispose();

        private void GoOff(string reason)
        {
            if (Interlocked.Exchange(ref _isOff, 1) == 0) _machine._log.Power(isOn: false, reason);
        }

        private async Task RunAsync(Session? previous)
        {
            try
            {
                // A plug put in again at once: what ran before has not quite ended.
                if (previous is not null) await previous._run.ConfigureAwait(false);
                previous?.Dispose();
                var cycle = new PowerCycle(_machine, _machine._log, _machine._time, state => _atRest.TrySetResult(state));
                var state = await cycle.RunAsync(_plug.Token).ConfigureAwait(false);
                if (state is SettledState.Off off) GoOff(off.Reason);
                _atRest.TrySetResult(state);
            }
            catch (OperationCanceledException) when (_plug.IsCancellationRequested)
            {
                // The plug was pulled.
            }
            catch (Exception e)
            {
                // Not the servers' doing: a fault of this program, or of its host (no sockets left).
                _machine._log.Said("simulator", e.Message);
                _atRest.TrySetException(e);
            }
        }
    }
}
