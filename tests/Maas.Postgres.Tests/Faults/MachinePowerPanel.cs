using System.Collections.Concurrent;
using System.Diagnostics;
using Maas.FaultHost;

namespace Maas.Postgres.Tests.Faults;

/// <summary>A request that turned a machine on or off.</summary>
/// <param name="Host">The host that made it.</param>
/// <param name="At">Its timestamp.</param>
/// <param name="IsOn">Whether it turned the machine on.</param>
/// <param name="Repeats">Whether the request before it was the same.</param>
/// <param name="IsHeld">Whether its answer had to wait for <see cref="MachinePowerPanel.Release"/>.</param>
internal sealed record PowerRequest(string Host, long At, bool IsOn, bool Repeats, bool IsHeld);

/// <summary>The power of all machines, outside of every host.</summary>
internal sealed class MachinePowerPanel
{
    private readonly ConcurrentDictionary<string, Outlet> _machines = new();
    private volatile Hold? _hold;

    public bool IsOn(string id) => _machines.GetValueOrDefault(id)?.IsOn ?? false;

    /// <summary>How often the machine was turned on when it was off.</summary>
    public int BootsOf(string id) => _machines.GetValueOrDefault(id)?.Boots ?? 0;

    /// <summary>The requests that turned a machine on or off, in their order.</summary>
    public IReadOnlyList<PowerRequest> RequestsOf(string id) => _machines.GetValueOrDefault(id)?.Requests ?? [];

    /// <summary>Does what hosts ask for, and answers some of them when <see cref="Release"/> is called.</summary>
    /// <param name="applies">Which answers wait, by the host, the machine's id, and whether it is turned on.</param>
    /// <returns>The host of the first request that is not answered.</returns>
    public Task<string> HoldAsync(Func<string, string, bool, bool> applies)
    {
        var hold = new Hold(applies);
        _hold = hold;
        return hold.Begins.Task;
    }

    public void Release()
    {
        var hold = _hold;
        _hold = null;
        hold?.Ends.TrySetResult();
    }

    public Task RunAsync(string folder, CancellationToken cancellationToken) =>
        LineSocket.ServeAsync(Path.Combine(folder, "power.sock"), AnswerAsync, cancellationToken);

    private async Task<string> AnswerAsync(string line)
    {
        var words = line.Split(' ');
        var (action, id, host) = (words[0], words[1], words[2]);
        var outlet = _machines.GetOrAdd(id, _ => new Outlet());
        if (action == "query") return outlet.State;
        var hold = _hold is { } held && held.Applies(host, id, action == "on") ? held : null;
        var answer = outlet.Switch(action == "on", host, hold is not null);
        if (hold is null) return answer;
        hold.Begins.TrySetResult(host);
        await hold.Ends.Task;
        return answer;
    }

    private sealed record Hold(Func<string, string, bool, bool> Applies)
    {
        public TaskCompletionSource<string> Begins { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ends { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Outlet
    {
        private readonly Lock _lock = new();
        private readonly List<PowerRequest> _requests = [];

        public bool IsOn { get; private set; }

        public int Boots { get; private set; }

        public IReadOnlyList<PowerRequest> Requests
        {
            get
            {
                lock (_lock) return [.. _requests];
            }
        }

        public string State => IsOn ? "on" : "off";

        public string Switch(bool turnsOn, string host, bool isHeld)
        {
            lock (_lock)
            {
                var repeats = _requests.Count > 0 && _requests[^1].IsOn == turnsOn;
                _requests.Add(new PowerRequest(host, Stopwatch.GetTimestamp(), turnsOn, repeats, isHeld));
                if (turnsOn && !IsOn) Boots++;
                IsOn = turnsOn;
                return State;
            }
        }
    }
}
