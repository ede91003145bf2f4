using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Stores;
using Maas.Hosting.Testing;
using Maas.Power;
using Maas.Sqlite;
using Maas.Testing;
using Maas.Testing.Hardware;
using Maas.Testing.Virtual;
using Microsoft.Extensions.DependencyInjection;

namespace FleetLoad;

/// <summary>
/// Simulated machines on a network in memory, each of which lives once: it enlists, is commissioned, deployed, released with a quick
/// erasure, and is Ready. The servers, the API and the store are the real ones.
/// </summary>
internal sealed class Fleet : IBootObserver, IAsyncDisposable
{
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(20), Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly PowerSettings Switched = new(SimulatedRackPower.PowerType, new Dictionary<string, string>());

    private readonly FleetPlan _plan;
    private readonly DirectoryInfo _images = Directory.CreateTempSubdirectory("maas-fleet-");
    private readonly SimulatedRack _rack;
    private readonly ConcurrentDictionary<IPAddress, HardwareAddress> _holders = new();
    private readonly List<VirtualMaas> _hosts = [];
    private readonly List<VirtualSite> _sites = [];
    private readonly IMaasStore _store;
    private int _completed, _sharedAddresses;
    private long _datagrams, _started;
    private TimeSpan _processor;

    private Fleet(FleetPlan plan)
    {
        _plan = plan;
        _store = plan.UsesInMemoryStore
            ? new InMemoryMaasStore()
            : new SqliteMaasStore(new SqliteStoreOptions { DataSource = plan.File ?? SqliteStoreOptions.InMemory, SpareBytes = 0 });
        Network = new VirtualNetwork(plan.Seed)
        {
            StallTimeout = TimeSpan.FromMinutes(2), DatagramSent = _ => _datagrams++,
        };
        _rack = new SimulatedRack(Network.TimeProvider);
    }

    public VirtualNetwork Network { get; }

    /// <summary>Runs a fleet, and tells what it cost.</summary>
    public static async Task<FleetResult> RunAsync(FleetPlan plan, CancellationToken cancellationToken)
    {
        await using var fleet = new Fleet(plan);
        await fleet.PrepareAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (fleet._store is SqliteMaasStore started) await StorePlans.ForgetAsync(started, cancellationToken);
        (fleet._started, fleet._processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var allocated = GC.GetTotalAllocatedBytes();
        await fleet.Network.RunAsync(() => fleet.LiveAsync(stop.Token), cancellationToken);
        var result = new FleetResult(
            plan, fleet._completed, fleet._sharedAddresses, Stopwatch.GetElapsedTime(fleet._started),
            Environment.CpuUsage.TotalTime - fleet._processor,
            GC.GetTotalAllocatedBytes() - allocated, GC.GetTotalMemory(forceFullCollection: true),
            Process.GetCurrentProcess().PeakWorkingSet64, fleet.Network.Elapsed, fleet._datagrams,
            fleet._hosts.Sum(host => host.Requests), await fleet._hosts[0].Core.Machines.GetLastChangeAsync(cancellationToken),
            plan.File is null ? 0 : new FileInfo(plan.File).Length,
            fleet._store is SqliteMaasStore sqlite && plan.File is null ? await StorePlans.ListScansAsync(sqlite, cancellationToken) : []);
        return result;
    }

    // Two machines of one address: what no number of hosts may lead to.
    void IBootObserver.Observe(BootObservation observation)
    {
        if (observation is BootObservation.DhcpExchange { Answered: "ACK", Client: { } client, Hardware: { } hardware }
            && _holders.GetOrAdd(client, hardware) != hardware)
            Interlocked.Increment(ref _sharedAddresses);
    }

    public async ValueTask DisposeAsync()
    {
        await _rack.DisposeAsync();
        foreach (var host in _hosts) await host.DisposeAsync();
        await _store.DisposeAsync();
        _images.Delete(recursive: true);
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        for (var number = 0; number < _plan.Hosts; number++)
            _hosts.Add(await VirtualMaas.StartAsync(
                new VirtualMaasOptions
                {
                    Network = Network, Name = $"site-{number}", Subnet = SubnetOf(number),
                    Store = new SharedStore(_store, isFirst: number == 0), Configure = Configure,
                },
                cancellationToken));
        for (var number = 0; number < _plan.Sites; number++)
        {
            var site = number < _hosts.Count
                ? _hosts[number].Sites[0]
                : await _hosts[number % _hosts.Count].AddSiteAsync($"site-{number}", SubnetOf(number));
            // A boot token that one host issues is redeemed at another.
            var (boot, api) = (_hosts[number % _hosts.Count], _hosts[(number + 1) % _hosts.Count]);
            site.Host.ServeHttp(new TwoHosts(boot.CreateHandler(), api.CreateHandler()));
            _sites.Add(site);
        }

        await _hosts[0].AddImageAsync("custom/fleet", cancellationToken: cancellationToken);
    }

    private static IPNetwork SubnetOf(int site) => IPNetwork.Parse($"10.{site + 1}.0.0/16");

    // Every host reaches the switches and the images. Of what the servers saw, leases are counted, and nothing is written.
    private void Configure(IMaasBuilder maas) => maas.Services
        .Configure<MaasCoreOptions>(core => (core.MostNewMachines, core.SecretKeyFile) = (_plan.Machines + 1, null))
        .AddSingleton<IImageContent>(new DirectoryImageContent(_images.FullName))
        .AddSingleton<IPowerDriver>(new SimulatedRackPower(_rack))
        .AddSingleton<IBootObserver>(this);

    // What a machine costs is to stay the same while the store grows.
    private void ReportProgress() => Console.Error.WriteLine(
        $"{_completed:N0} of {_plan.Machines:N0}: {Stopwatch.GetElapsedTime(_started).TotalSeconds:F0} s, "
        + $"{(Environment.CpuUsage.TotalTime - _processor).TotalMilliseconds / _completed:F1} ms CPU a machine, "
        + $"{Environment.WorkingSet >> 20:N0} MiB");

    private MaasCore CoreOf(int site) => _hosts[site % _hosts.Count].Core;

    // What follows runs on the network: each await comes back to its loop.
    private async Task LiveAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var workers = Task.WhenAll(_hosts.Select(host => SwitchPowerAsync(host.Core, ended.Token)));
        var next = 0;
        var lanes = Enumerable.Range(0, Math.Min(_plan.AtOnce, _plan.Machines)).Select(async lane =>
        {
            await Task.Delay(Stagger * lane, Network.TimeProvider, stop);
            while (next < _plan.Machines)
            {
                await LiveOnceAsync(next++, stop);
                if (++_completed % Math.Max(1_000, _plan.Machines / 20) == 0) ReportProgress();
            }
        });
        await Task.WhenAll(lanes.ToList());
        ended.Cancel();
        await workers;
    }

    // The work of the hosts that the measurement needs: one second and more may pass between an order and its power action.
    private async Task SwitchPowerAsync(MaasCore core, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            while (await Outside(() => core.PowerQueue.PassAsync(CancellationToken.None)) > 0)
            {
                // what is due may be more than a pass
            }

            await Task.Delay(TimeSpan.FromSeconds(1), Network.TimeProvider, CancellationToken.None);
        }
    }

    private async Task LiveOnceAsync(int number, CancellationToken stop)
    {
        var site = number % _plan.Sites;
        var core = CoreOf(site);
        var mac = MacAddress.From([0x52, 0x54, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        var simulated = _rack.Add(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse(mac.ToString()),
            Firmware = SimulatedFirmware.UefiPxe,
            Hardware = new SimulatedHardware { Disks = [new SimulatedDiskModel("sda", 64L << 30, Serial: $"F{number}")] },
            Network = new SimulatedNetwork { Virtual = Network, Segment = _sites[site].Host.Segment },
            DiskFolder = null,
        });
        await simulated.BootAsync(); // it enlists
        var machine = await Outside(() => core.Machines.FindByMacAsync(mac, stop))
            ?? throw new InvalidOperationException($"{mac} has not enlisted.");
        await Outside(() => core.Machines.EditAsync(machine.Id, _hosts[0].Administrator, edited => edited with { Power = Switched }, stop));
        await DoAsync(new MachineCommand.Accept(), MachineStatus.Ready);
        await DoAsync(new MachineCommand.Deploy("admin") { OsSystem = "custom", DistroSeries = "fleet" }, MachineStatus.Deployed);
        await simulated.WhenAtRestAsync(stop); // cloud-init goes on reporting
        await DoAsync(new MachineCommand.Release { Erase = EraseMode.Quick }, MachineStatus.Ready);
        await _rack.RemoveAsync(simulated.Mac);

        async Task DoAsync(MachineCommand command, MachineStatus goal)
        {
            var result = await Outside(() => core.Machines.ExecuteAsync(machine.Id, command, _hosts[0].Administrator, stop));
            if (result is not CommandResult.Done) throw new InvalidOperationException($"{mac}: {command} was answered {result}.");
            var begun = Network.Elapsed;
            while (true)
            {
                if (Network.Elapsed - begun > Longest)
                    throw new TimeoutException($"{mac}: {command} took longer than {Longest}. {await StoryAsync(simulated)}");
                await Task.Delay(Look, Network.TimeProvider, stop);
                var now = await Outside(() => core.Machines.GetAsync(machine.Id, stop));
                // Its power is the last thing that changes.
                var power = goal == MachineStatus.Deployed ? MachinePowerState.On : MachinePowerState.Off;
                if (now?.Status == goal && now.PowerState == power) return;
                if (now is null || now.Status.ToString().StartsWith("Failed", StringComparison.Ordinal))
                    throw new InvalidOperationException($"{mac}: {command} ended as {now?.Status}: {now?.StatusMessage}");
            }
        }
    }

    // What the machine itself saw last.
    private static async Task<string> StoryAsync(SimulatedMachine machine)
    {
        await machine.DisposeAsync();
        var story = await machine.WatchAsync().Select(each => $"{each}").ToListAsync();
        return string.Join("; ", story.TakeLast(12));
    }

    private Task<T> Outside<T>(Func<Task<T>> work) => Network.OutsideAsync(work);
}
