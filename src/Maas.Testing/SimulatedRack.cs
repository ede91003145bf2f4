using System.Collections.Concurrent;
using System.Threading.Channels;
using Maas.Boot;
using Maas.Testing.Events;

namespace Maas.Testing;

/// <summary>A room of simulated machines with a switch for each: the power control of tests and demonstrations.</summary>
/// <example>
/// A power driver over a rack is three lines a method, because a rack is asked by MAC address:
/// <code>
/// if (!rack.TryTurnOn(mac)) return new PowerResult.Failed(PowerFailure.Unreachable, "no such machine");
/// </code>
/// </example>
public sealed class SimulatedRack(TimeProvider? timeProvider = null) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<HardwareAddress, LinkedListNode<SimulatedMachine>> _machines = new();
    private readonly Lock _lock = new();
    private readonly LinkedList<SimulatedMachine> _inOrder = [];

    /// <summary>The machines that are in the rack now, in the order in which they were added.</summary>
    public IReadOnlyCollection<SimulatedMachine> Machines
    {
        get
        {
            lock (_lock) return [.. _inOrder];
        }
    }

    /// <summary>The machine of a MAC address; <see langword="null"/> when the rack has no such machine.</summary>
    public SimulatedMachine? this[HardwareAddress mac] => _machines.GetValueOrDefault(mac)?.Value;

    /// <summary>Puts a machine into the rack, off.</summary>
    /// <exception cref="ArgumentException">There is one with this MAC address.</exception>
    public SimulatedMachine Add(SimulatedMachineOptions options)
    {
        var machine = new LinkedListNode<SimulatedMachine>(new SimulatedMachine(options, timeProvider));
        lock (_lock)
        {
            if (!_machines.TryAdd(options.Mac, machine))
                throw new ArgumentException($"There is a machine {options.Mac} already.", nameof(options));
            _inOrder.AddLast(machine);
        }

        return machine.Value;
    }

    /// <summary>Takes a machine out of the rack, and disposes of it.</summary>
    /// <returns><see langword="false"/> when no machine has this address.</returns>
    public async Task<bool> RemoveAsync(HardwareAddress mac)
    {
        LinkedListNode<SimulatedMachine>? machine;
        lock (_lock)
        {
            if (!_machines.TryRemove(mac, out machine)) return false;
            _inOrder.Remove(machine);
        }

        await machine.Value.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Turns a machine on.</summary>
    /// <returns><see langword="false"/> when no machine has this address.</returns>
    public bool TryTurnOn(HardwareAddress mac)
    {
        if (this[mac] is not { } machine) return false;
        machine.TurnOn("switched on by the rack");
        return true;
    }

    /// <summary>Turns a machine off and waits until it is.</summary>
    /// <returns><see langword="false"/> when no machine has this address.</returns>
    public async Task<bool> TryTurnOffAsync(HardwareAddress mac)
    {
        if (this[mac] is not { } machine) return false;
        await machine.TurnOffAsync("switched off by the rack").ConfigureAwait(false);
        return true;
    }

    /// <summary>Whether a machine is on; <see langword="null"/> when no machine has this address.</summary>
    public bool? IsOn(HardwareAddress mac) => this[mac]?.IsOn;

    /// <summary>What happened and happens at all machines that are in the rack now, each with its machine.</summary>
    public async IAsyncEnumerable<(SimulatedMachine Machine, MachineEvent Event)> WatchAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken =
        default)
    {
        var together = Channel.CreateUnbounded<(SimulatedMachine, MachineEvent)>(new UnboundedChannelOptions { SingleReader = true });
        var followers = Task.WhenAll(Machines.Select(FollowAsync));
        _ = followers.ContinueWith(
            done => together.Writer.TryComplete(done.Exception?.InnerException),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        await foreach (var happened in together.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return happened;

        async Task FollowAsync(SimulatedMachine machine)
        {
            await foreach (var happened in machine.WatchAsync(cancellationToken).ConfigureAwait(false))
                together.Writer.TryWrite((machine, happened));
        }
    }

    /// <summary>Disposes of all machines.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var machine in Machines) await machine.DisposeAsync().ConfigureAwait(false);
    }
}
