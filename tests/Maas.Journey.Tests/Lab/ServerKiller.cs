using VmLab.Journeys;

namespace Maas.Journey.Tests.Lab;

/// <summary>Kills the rack's server (SIGKILL) and starts it again, now or when a machine prints something.</summary>
internal sealed class ServerKiller(LabRack rack, RackedMachine racked, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private int _seen;

    public int Kills { get; private set; }

    /// <summary>When the machine prints it, after what was waited for before.</summary>
    public async Task KillWhenAsync(string printed, CancellationToken cancellationToken)
    {
        var match = await racked.Machine.Console.WaitForAsync(printed, Patience, _seen, cancellationToken);
        _seen += match.Index + match.Length;
        await KillAsync(printed, cancellationToken);
    }

    /// <summary>Now.</summary>
    public async Task KillAsync(string when, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        await rack.Server.KillAsync();
        await rack.Server.StartAsync(cancellationToken);
        Kills++;
        output.WriteLine($"{racked.Machine.Name,-6} killed at '{when}', serving again after "
            + $"{TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s");
    }
}
