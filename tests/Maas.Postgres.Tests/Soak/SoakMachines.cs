using System.Collections.Concurrent;
using System.Globalization;
using Maas.Boot;
using Maas.FaultHost;
using Maas.Testing;
using Maas.Testing.Hardware;

namespace Maas.Postgres.Tests.Soak;

/// <summary>
/// Simulated machines that live on a host, again and again: they enlist, are commissioned, deployed and released; now and then they are
/// deleted and enlist anew. Their power is here, outside of the host.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="stop">Ends everything, in the middle of a life too.</param>
internal sealed class SoakMachines(SoakProcess host, CancellationToken stop) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250), LongestStep = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongestFailure = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, SimulatedMachine> _byId = new();
    private readonly List<SimulatedMachine> _all = [];
    private int _lives;
    private int _failures;

    /// <summary>Lives that have ended.</summary>
    public int Lives => Volatile.Read(ref _lives);

    /// <summary>Lives that ended wrongly.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>Why the last one did.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Answers the host's requests of power.</summary>
    public Task ServePowerAsync(CancellationToken cancellationToken) =>
        LineSocket.ServeAsync(Path.Combine(host.Folder, "power.sock"), SwitchAsync, cancellationToken);

    /// <summary>A machine's lives, until cancelled or until there were so many.</summary>
    /// <param name="number">The machine.</param>
    /// <param name="count">How many lives.</param>
    /// <param name="cancellationToken">Ends it between two lives.</param>
    public async Task LiveAsync(int number, int count, CancellationToken cancellationToken)
    {
        var mac = string.Create(CultureInfo.InvariantCulture, $"52:54:00:50:{number >> 8:x2}:{number & 0xff:x2}");
        var machine = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse(mac),
            Firmware = number % 2 == 0 ? SimulatedFirmware.UefiPxe : SimulatedFirmware.UefiHttp,
            Hardware = new SimulatedHardware
            {
                Disks = [new SimulatedDiskModel("sda", 64L << 30, Serial: string.Create(CultureInfo.InvariantCulture, $"S{number}"))],
            },
            Network = new SimulatedNetwork { DhcpServers = [host.Dhcp], Relay = host.Dhcp.Address, TftpPort = host.TftpPort },
            DiskFolder = null,
        });
        lock (_all) _all.Add(machine);
        string? id = null;
        for (var life = 0; life < count && !cancellationToken.IsCancellationRequested; life++)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                id ??= await EnlistAsync(machine, mac);
                await DoAsync(id, "deploy-image", "Deployed");
                await machine.WhenAtRestAsync(stop).WaitAsync(LongestStep, stop);
                await DoAsync(id, "erase", "Ready");
                if (life % 8 == 7)
                {
                    await machine.TurnOffAsync();
                    await AskAsync($"delete {id}");
                    (_, id) = (_byId.TryRemove(id, out _), null);
                }
            }
            catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
            {
                LastFailure = $"{mac} {id}: {failure.Message}";
                Interlocked.Increment(ref _failures);
                await machine.TurnOffAsync();
                if (id is not null) await AskAsync($"delete {id}");
                id = null;
            }

            Interlocked.Increment(ref _lives);
        }
    }

    /// <summary>Asks the host until it answers.</summary>
    /// <exception cref="IOException">It has ended, or fails in the same way for a minute.</exception>
    public async Task<string> AskAsync(string request)
    {
        using var ticks = new PeriodicTimer(Look);
        var (last, since) = ("", TimeProvider.System.GetTimestamp());
        while (true)
        {
            var (text, failure) = await host.AskAsync(request, stop);
            if (text is not null) return text;
            if (failure != last) (last, since) = (failure, TimeProvider.System.GetTimestamp());
            else if (TimeProvider.System.GetElapsedTime(since) >= LongestFailure)
                throw new IOException($"The host fails for a minute: {request}: {failure}");
            await ticks.WaitForNextTickAsync(stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _all) await machine.DisposeAsync();
    }

    private async Task<string> EnlistAsync(SimulatedMachine machine, string mac)
    {
        await machine.TurnOffAsync();
        await machine.BootAsync().WaitAsync(LongestStep, stop);
        if (await AskAsync($"find {mac}") is not { Length: > 0 } id) throw new InvalidOperationException("It has not enlisted.");
        _byId[id] = machine;
        await AskAsync($"switched {id}");
        await DoAsync(id, "accept", "Ready");
        return id;
    }

    private async Task DoAsync(string id, string request, string goal)
    {
        await AskAsync($"{request} {id}");
        var began = TimeProvider.System.GetTimestamp();
        using var ticks = new PeriodicTimer(Look);
        for (string status; (status = await AskAsync($"status {id}")) != goal || IsOn(id, goal);)
        {
            if (status is "Gone" || status.StartsWith("Failed", StringComparison.Ordinal))
                throw new InvalidOperationException($"{request} ended as {status}.");
            if (TimeProvider.System.GetElapsedTime(began) > LongestStep) throw new TimeoutException($"{request} stays {status}.");
            await ticks.WaitForNextTickAsync(stop);
        }
    }

    // Ready is a status that a machine has before it is switched off.
    private bool IsOn(string id, string goal) => goal == "Ready" && _byId[id].IsOn;

    private async Task<string> SwitchAsync(string line)
    {
        var words = line.Split(' ');
        if (!_byId.TryGetValue(words[1], out var machine)) return "off";
        if (words[0] == "on") machine.TurnOn("switched on by its server");
        else if (words[0] == "off") await machine.TurnOffAsync("switched off by its server");
        return machine.IsOn ? "on" : "off";
    }
}
