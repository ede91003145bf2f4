using System.Collections.Concurrent;
using System.Diagnostics;
using Maas.FaultHost;

namespace Maas.Postgres.Tests.Faults;

/// <summary>A request that turned a machine on or off.</summary>
/// <param name="Host">The host that made it.</param>
/// <param name="At">Its timestamp.</param>
/// <param name="IsOn">Whether it turned the machine on.</param>
/// <param name="Repeats">Whether the request before it was the same.</param>
internal sealed record PowerRequest(string Host, long At, bool IsOn, bool Repeats);

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

    /// <summary>Does what a host asks for, and answers it when <see cref="Release"/> is called.</summary>
    /// <returns>Ends with the first request that is not answered.</returns>
    public Task HoldAsync(string host)
    {
        var hold = new Hold(host);
        _hold = hold;
        return hold.Begins.Task;
    }

    public void Release() => _hold?.Ends.TrySetResult();

    public Task RunAsync(string folder, CancellationToken cancellationToken) =>
        LineSocket.ServeAsync(Path.Combine(folder, "power.sock"), AnswerAsync, cancellationToken);

    private async Task<string> AnswerAsync(string line)
    {
        var words = line.Split(' ');
        var answer = _machines.GetOrAdd(words[1], _ => new Outlet()).Switch(words[0], words[2]);
        if (words[0] != "query" && _hold is { } hold && hold.Host == words[2])
        {
            hold.Begins.TrySetResult();
            await hold.Ends.Task;
        }

        return answer;
    }

    private sealed record Hold(string Host)
    {
        public TaskCompletionSource Begins { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

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

        public string Switch(string action, string host)
        {
            lock (_lock)
            {
                if (action != "query")
                {
                    var turnsOn = action == "on";
                    _requests.Add(new PowerRequest(
                        host, Stopwatch.GetTimestamp(), turnsOn, _requests.Count > 0 && _requests[^1].IsOn == turnsOn));
                    if (turnsOn && !IsOn) Boots++;
                    IsOn = turnsOn;
                }

                return IsOn ? "on" : "off";
            }
        }
    }
}
