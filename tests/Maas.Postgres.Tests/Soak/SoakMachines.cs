using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Maas.Boot;
using Maas.FaultHost;
using Maas.Testing;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Hardware;

namespace Maas.Postgres.Tests.Soak;

/// <summary>
/// Simulated machines that live on hosts of one link, again and again: they enlist, are commissioned, deployed and released; now and then
/// they are deleted and enlist anew. Their power is here, outside of the hosts.
/// </summary>
/// <param name="hosts">The hosts; an operator asks any that answers.</param>
/// <param name="stop">Ends everything, in the middle of a life too.</param>
internal sealed class SoakMachines(IReadOnlyList<SoakProcess> hosts, CancellationToken stop) : IAsyncDisposable
{
    private const int LinesKept = 12;
    private const int MostRounds = 20; // each of several requests
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, SimulatedMachine> _byId = new();
    private readonly ConcurrentDictionary<int, SimulatedMachine> _machines = new();
    private readonly ConcurrentQueue<(IPAddress Address, HardwareAddress Machine)> _leased = new();
    private readonly ConcurrentDictionary<HardwareAddress, ConcurrentQueue<string>> _said = new();
    private readonly List<Task> _watching = [];
    private int _turn;
    private int _steps;
    private int _restarts;
    private int _lives;
    private int _failures;

    /// <summary>How long a step of a life may take; 90 s.</summary>
    public TimeSpan LongestStep { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long hosts may fail to do one thing; a minute.</summary>
    public TimeSpan LongestFailure { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Steps of lives that have ended: enlisted, Ready, Deployed, Ready.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>How often a machine that found nothing to boot was switched off and on.</summary>
    public int Restarts => Volatile.Read(ref _restarts);

    /// <summary>Lives that have ended.</summary>
    public int Lives => Volatile.Read(ref _lives);

    /// <summary>Lives that ended wrongly.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>Why the last one did.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Every address that a machine was given, in no order.</summary>
    public IReadOnlyCollection<(IPAddress Address, HardwareAddress Machine)> Leased => _leased;

    /// <summary>Answers the hosts' requests of power.</summary>
    public Task ServePowerAsync(CancellationToken cancellationToken) => Task.WhenAll(hosts.Select(
        host => LineSocket.ServeAsync(Path.Combine(host.Folder, "power.sock"), SwitchAsync, cancellationToken)));

    /// <summary>A machine's lives, until cancelled or until there were so many.</summary>
    /// <param name="number">The machine.</param>
    /// <param name="count">How many lives.</param>
    /// <param name="cancellationToken">Ends it between two lives.</param>
    public async Task LiveAsync(int number, int count, CancellationToken cancellationToken)
    {
        string? id = null;
        for (var life = 0; life < count && !cancellationToken.IsCancellationRequested; life++)
        {
            stop.ThrowIfCancellationRequested();
            id = await LiveAsync(number, id);
            if (id is not null && life % 8 == 7)
            {
                await MachineOf(number).TurnOffAsync();
                await AskAsync($"delete {id}");
                (_, id) = (_byId.TryRemove(id, out _), null);
            }

            Interlocked.Increment(ref _lives);
        }
    }

    /// <summary>One life of a machine, which is deleted when it ends wrongly.</summary>
    /// <param name="number">The machine.</param>
    /// <param name="id">Its id, where it has enlisted before.</param>
    /// <returns>Its id; <see langword="null"/> when its life ended wrongly.</returns>
    public async Task<string?> LiveAsync(int number, string? id)
    {
        var machine = MachineOf(number);
        try
        {
            id ??= await EnlistAsync(machine);
            await DoAsync(id, "deploy-image", "Deployed");
            await machine.WhenAtRestAsync(stop).WaitAsync(LongestStep, stop);
            await DoAsync(id, "erase", "Ready");
            return id;
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
        {
            LastFailure = $"{machine.Mac} {id}: {failure.Message} It said: {string.Join(" | ", _said[machine.Mac].TakeLast(6))}";
            Interlocked.Increment(ref _failures);
            TestContext.Current.TestOutputHelper?.WriteLine(LastFailure);
            await machine.TurnOffAsync();
            if (id is not null) await AskAsync($"delete {id}");
            return null;
        }
    }

    /// <summary>An installed machine asks for an address, as often as it takes.</summary>
    /// <param name="number">The machine.</param>
    /// <returns>The address.</returns>
    /// <exception cref="InvalidOperationException">No host gave it one in several minutes.</exception>
    public async Task<IPAddress> LeaseAsync(int number)
    {
        var (mac, log) = (MacOf(number), new MachineLog(TimeProvider.System));
        var profile = DhcpClientProfile.Dhclient(string.Create(CultureInfo.InvariantCulture, $"machine-{number}"));
        for (var round = 0; round < MostRounds; round++)
        {
            if (await new DhcpClient(Network, mac, log, TimeProvider.System).AcquireAsync(profile, stop) is not { } lease) continue;
            if (hosts.Count > 1) _leased.Enqueue((lease.Address, mac));
            return lease.Address;
        }

        throw new InvalidOperationException($"No host gives machine {number} an address.");
    }

    /// <summary>Asks the hosts in turn until one answers.</summary>
    /// <exception cref="IOException">The only one has ended, or all fail for <see cref="LongestFailure"/>.</exception>
    public async Task<string> AskAsync(string request)
    {
        using var ticks = new PeriodicTimer(Look);
        var (last, since) = ("", TimeProvider.System.GetTimestamp());
        while (true)
        {
            var host = hosts[Interlocked.Increment(ref _turn) % hosts.Count];
            var (text, failure) = await AskAsync(host, request);
            if (text is not null) return text;
            if (failure != last && hosts.Count == 1) since = TimeProvider.System.GetTimestamp();
            last = failure;
            if (TimeProvider.System.GetElapsedTime(since) >= LongestFailure)
                throw new IOException($"The hosts fail for {LongestFailure}: {request}: {failure}");
            await ticks.WaitForNextTickAsync(stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines.Values) await machine.DisposeAsync();
        await Task.WhenAll(_watching);
    }

    // Of several hosts one may have been killed; when there is one only, nothing answers any more.
    private async Task<(string? Text, string Failure)> AskAsync(SoakProcess host, string request)
    {
        try
        {
            return await host.AskAsync(request, stop);
        }
        catch (IOException ended) when (hosts.Count > 1)
        {
            return (null, ended.Message);
        }
    }

    private SimulatedNetwork Network => new()
    {
        DhcpServers = [.. hosts.Select(host => host.Dhcp)], Relay = hosts[0].Dhcp.Address, TftpPort = hosts[0].TftpPort,
    };

    private static HardwareAddress MacOf(int number) => HardwareAddress.Parse(
        string.Create(CultureInfo.InvariantCulture, $"52:54:00:50:{number >> 8:x2}:{number & 0xff:x2}"));

    private SimulatedMachine MachineOf(int number) => _machines.GetOrAdd(number, _ =>
    {
        var machine = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = MacOf(number),
            Firmware = number % 2 == 0 ? SimulatedFirmware.UefiPxe : SimulatedFirmware.UefiHttp,
            Hardware = new SimulatedHardware
            {
                Disks = [new SimulatedDiskModel("sda", 64L << 30, Serial: string.Create(CultureInfo.InvariantCulture, $"S{number}"))],
            },
            Network = Network,
            DiskFolder = null,
        });
        lock (_watching) _watching.Add(WatchAsync(machine));
        return machine;
    });

    private async Task WatchAsync(SimulatedMachine machine)
    {
        await foreach (var happened in machine.WatchAsync(CancellationToken.None))
        {
            var said = _said.GetOrAdd(machine.Mac, _ => new ConcurrentQueue<string>());
            said.Enqueue($"{happened}");
            if (said.Count > LinesKept) said.TryDequeue(out _);
            if (happened is MachineEvent.Dhcp { Address: { } address } && hosts.Count > 1) _leased.Enqueue((address, machine.Mac));
        }
    }

    private async Task<string> EnlistAsync(SimulatedMachine machine)
    {
        await machine.TurnOffAsync();
        machine.TurnOn();
        while (await machine.WhenAtRestAsync(stop).WaitAsync(LongestStep, stop) is SettledState.Stuck) await RestartAsync(machine);
        if (await AskAsync($"find {machine.Mac}") is not { Length: > 0 } id) throw new InvalidOperationException("It has not enlisted.");
        _byId[id] = machine;
        await AskAsync($"switched {id}");
        Interlocked.Increment(ref _steps);
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
            if (_byId[id] is { IsOn: true } machine && machine.WhenAtRestAsync(stop) is { IsCompletedSuccessfully: true } rest
                && await rest is SettledState.Stuck) await RestartAsync(machine);
            await ticks.WaitForNextTickAsync(stop);
        }

        Interlocked.Increment(ref _steps);
    }

    // Firmware that found nothing to boot begins again, as real one does.
    private async Task RestartAsync(SimulatedMachine machine)
    {
        Interlocked.Increment(ref _restarts);
        await machine.TurnOffAsync("nothing to boot");
        machine.TurnOn("begins again");
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
