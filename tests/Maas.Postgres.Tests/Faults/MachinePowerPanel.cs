using System.Collections.Concurrent;
using Maas.FaultHost;

namespace Maas.Postgres.Tests.Faults;

/// <summary>The power of all machines, outside of every host.</summary>
internal sealed class MachinePowerPanel
{
    private readonly ConcurrentDictionary<string, (bool IsOn, int Boots)> _machines = new();

    /// <summary>How many requests there were.</summary>
    public int Requests => Volatile.Read(ref _requests);

    private int _requests;

    public bool IsOn(string id) => _machines.GetValueOrDefault(id).IsOn;

    /// <summary>How often the machine was turned on when it was off.</summary>
    public int BootsOf(string id) => _machines.GetValueOrDefault(id).Boots;

    public Task RunAsync(string folder, CancellationToken cancellationToken) =>
        LineSocket.ServeAsync(Path.Combine(folder, "power.sock"), line => Task.FromResult(Answer(line)), cancellationToken);

    private string Answer(string line)
    {
        Interlocked.Increment(ref _requests);
        var words = line.Split(' ');
        var machine = _machines.AddOrUpdate(
            words[1],
            _ => (words[0] == "on", words[0] == "on" ? 1 : 0),
            (_, known) => words[0] switch
            {
                "on" => (true, known.IsOn ? known.Boots : known.Boots + 1),
                "off" => (false, known.Boots),
                _ => known,
            });
        return machine.IsOn ? "on" : "off";
    }
}
