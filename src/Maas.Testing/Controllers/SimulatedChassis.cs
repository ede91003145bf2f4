namespace Maas.Testing.Controllers;

/// <summary>
/// The machine behind a simulated management controller: a power switch and a boot choice, with the faults that real ones have. One
/// chassis may be shared by an IPMI and a Redfish controller.
/// </summary>
public sealed class SimulatedChassis(TimeProvider? timeProvider = null)
{
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly List<string> _commands = [];
    private bool _isOn;
    private bool? _switchingTo;
    private int _version;
    private ITimer? _timer;

    /// <summary>
    /// Called when the machine turns on or off; use it to switch a <see cref="SimulatedMachine"/>. A machine that is on is turned off and
    /// on again by <c>cycle</c> and <c>reset</c>.
    /// </summary>
    public Action<bool>? PowerSwitched { get; init; }

    /// <summary>
    /// Whether the machine is on, for one that turns itself off, such as a <see cref="SimulatedMachine"/>; null for what was last
    /// commanded.
    /// </summary>
    public Func<bool>? IsMachineOn { get; init; }

    /// <summary>How long the machine takes to turn on or off; none.</summary>
    public TimeSpan SwitchDelay { get; set; }

    /// <summary>How long the operating system takes to shut down; none.</summary>
    public TimeSpan ShutdownDelay { get; set; }

    /// <summary>How many of the next commands are accepted and do nothing; 0.</summary>
    public int CommandsToIgnore { get; set; }

    /// <summary>Where the machine boots from the next time; null for as its firmware is set up.</summary>
    public SimulatedBootChoice? BootChoice { get; set; }

    /// <summary>The power commands that arrived, in order: <c>on</c>, <c>off</c>, <c>shutdown</c>, <c>cycle</c>, <c>reset</c>.</summary>
    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (_lock) return [.. _commands];
        }
    }

    /// <summary>Whether the machine is on.</summary>
    public bool IsOn
    {
        get
        {
            lock (_lock) return Current();
        }
    }

    /// <summary>What the machine switches to while it takes its time; null when it is not switching.</summary>
    internal bool? SwitchingTo
    {
        get
        {
            lock (_lock) return _switchingTo;
        }
    }

    /// <summary>Carries out a power command; an unknown one is an exception.</summary>
    public void Switch(string command)
    {
        bool state, isRestart;
        lock (_lock)
        {
            _commands.Add(command);
            (state, var delay) = command switch
            {
                "on" => (true, SwitchDelay),
                "off" => (false, SwitchDelay),
                "shutdown" => (false, ShutdownDelay),
                "cycle" => (true, SwitchDelay),
                "reset" => (Current(), TimeSpan.Zero),
                _ => throw new ArgumentException($"'{command}' is no power command.", nameof(command)),
            };
            if (CommandsToIgnore > 0)
            {
                CommandsToIgnore--;
                return;
            }

            _isOn = Current();
            isRestart = _isOn && command is "cycle" or "reset";
            _version++;
            _timer?.Dispose();
            _timer = null;
            _switchingTo = delay > TimeSpan.Zero ? state : null;
            if (_switchingTo is not null)
            {
                var version = _version;
                _timer = _timeProvider.CreateTimer(_ => Complete(version, state, isRestart), null, delay, Timeout.InfiniteTimeSpan);
                return;
            }

            _isOn = state;
        }

        Tell(state, isRestart);
    }

    // The machine has taken its time, unless another command came since.
    private void Complete(int version, bool state, bool isRestart)
    {
        lock (_lock)
        {
            if (version != _version) return;
            (_isOn, _switchingTo) = (state, null);
        }

        Tell(state, isRestart);
    }

    private void Tell(bool state, bool isRestart)
    {
        if (isRestart) PowerSwitched?.Invoke(false);
        PowerSwitched?.Invoke(state);
    }

    private bool Current() => _switchingTo is null && IsMachineOn is { } reads ? reads() : _isOn;
}

/// <summary>Where a simulated machine boots from.</summary>
/// <param name="Device">The device, such as <c>pxe</c>, <c>disk</c>, <c>cdrom</c>, <c>setup</c> or <c>http</c>.</param>
/// <param name="IsUefi">Whether UEFI boots.</param>
/// <param name="IsPersistent">Whether the choice is for all boots, not the next one only.</param>
/// <param name="Url">What is booted by HTTP, or what the virtual optical drive has; null for neither.</param>
public sealed record SimulatedBootChoice(string Device, bool IsUefi = false, bool IsPersistent = false, string? Url = null);
