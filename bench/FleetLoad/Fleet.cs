using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Stores;
using Maas.Sqlite;
using Maas.Testing;
using Maas.Testing.Hardware;
using Maas.Testing.Virtual;

namespace FleetLoad;

/// <summary>
/// Simulated machines on a network in memory, each of which lives once: it enlists, is commissioned, deployed, released with a quick
/// erasure, and is Ready. The servers, the API and the store are the real ones.
/// </summary>
internal sealed class Fleet : IBootObserver, IAsyncDisposable
{
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(20), Look = TimeSpan.FromSeconds(5);
    private static readonly PowerSettings Switched = new("fleet", new Dictionary<string, string>());

    private readonly FleetPlan _plan;
    private readonly DirectoryInfo _images = Directory.CreateTempSubdirectory("maas-fleet-");
    private readonly FleetPower _power = new();
    private readonly ConcurrentDictionary<IPAddress, HardwareAddress> _holders = new();
    private readonly List<FleetHost> _hosts = [];
    private readonly List<FleetSite> _sites = [];
    private readonly IMaasStore _store;
    private MachineActor _admin = null!; // set before it runs
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
    }

    public VirtualNetwork Network { get; }

    /// <summary>Runs a fleet, and tells what it cost.</summary>
    public static async Task<FleetResult> RunAsync(FleetPlan plan, CancellationToken cancellationToken)
    {
        await using var fleet = new Fleet(plan);
        await fleet.PrepareAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var servers = Task.WhenAll(fleet._sites.Select(site => site.RunAsync(stop.Token)));
        (fleet._started, fleet._processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var allocated = GC.GetTotalAllocatedBytes();
        await fleet.Network.RunAsync(() => fleet.LiveAsync(stop.Token), cancellationToken);
        var result = new FleetResult(
            plan, fleet._completed, fleet._sharedAddresses, Stopwatch.GetElapsedTime(fleet._started),
            Environment.CpuUsage.TotalTime - fleet._processor,
            GC.GetTotalAllocatedBytes() - allocated, GC.GetTotalMemory(forceFullCollection: true),
            Process.GetCurrentProcess().PeakWorkingSet64, fleet.Network.Elapsed, fleet._datagrams,
            fleet._hosts.Sum(host => host.Requests), await fleet._hosts[0].Core.Machines.GetLastChangeAsync(cancellationToken),
            plan.File is null ? 0 : new FileInfo(plan.File).Length);
        await stop.CancelAsync();
        await servers;
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
        foreach (var host in _hosts) await host.DisposeAsync();
        await _store.DisposeAsync();
        _images.Delete(recursive: true);
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        for (var number = 0; number < _plan.Hosts; number++)
            _hosts.Add(await FleetHost.StartAsync(
                new SharedStore(_store, isFirst: number == 0), Network, _power, _plan, _images.FullName));
        // A boot token that one host issues is redeemed at another.
        for (var number = 0; number < _plan.Sites; number++)
            _sites.Add(await FleetSite.CreateAsync(
                Network, number, CoreOf(number), _hosts[(number + 1) % _hosts.Count], observer: this));

        var core = _hosts[0].Core;
        var created = (CreateUserResult.Created)await core.Users.CreateAsync(
            "admin", "admin@example.com", new Secret("fleet"), isAdministrator: true, cancellationToken);
        _admin = MachineActor.Of(created.User);
        var image = RandomNumberGenerator.GetBytes(64 * 1024);
        var taken = (UploadResult.Taken)await core.BootResources.CreateAsync(
            new NewBootResource
            {
                Name = "custom/fleet", Architecture = "amd64", FileType = "ddraw", Size = image.Length,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(image)),
            },
            cancellationToken);
        await core.BootResources.AppendAsync(
            taken.Resource.Id, taken.Resource.Sets[^1].File.Id, new MemoryStream(image), cancellationToken);
    }

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
        var workers = Task.WhenAll(_hosts.Select(host => host.WorkAsync(Network, ended.Token)));
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

    private async Task LiveOnceAsync(int number, CancellationToken stop)
    {
        var site = number % _plan.Sites;
        var core = CoreOf(site);
        var mac = MacAddress.From([0x52, 0x54, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        await using var simulated = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse(mac.ToString()),
            Firmware = SimulatedFirmware.UefiPxe,
            Hardware = new SimulatedHardware { Disks = [new SimulatedDiskModel("sda", 64L << 30, Serial: $"F{number}")] },
            Network = new SimulatedNetwork { Virtual = Network, Segment = _sites[site].Segment },
            DiskFolder = null,
        });
        _power.Add(mac, simulated);
        await simulated.BootAsync(); // it enlists
        var machine = await Outside(() => core.Machines.FindByMacAsync(mac, stop))
            ?? throw new InvalidOperationException($"{mac} has not enlisted.");
        await Outside(() => core.Machines.EditAsync(machine.Id, _admin, edited => edited with { Power = Switched }, stop));
        await DoAsync(new MachineCommand.Accept(), MachineStatus.Ready);
        await DoAsync(new MachineCommand.Deploy("admin") { OsSystem = "custom", DistroSeries = "fleet" }, MachineStatus.Deployed);
        await simulated.WhenAtRestAsync(stop); // cloud-init goes on reporting
        await DoAsync(new MachineCommand.Release { Erase = EraseMode.Quick }, MachineStatus.Ready);
        _power.Remove(mac);

        async Task DoAsync(MachineCommand command, MachineStatus goal)
        {
            var result = await Outside(() => core.Machines.ExecuteAsync(machine.Id, command, _admin, stop));
            if (result is not CommandResult.Done) throw new InvalidOperationException($"{mac}: {command} was answered {result}.");
            while (true)
            {
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

    private Task<T> Outside<T>(Func<Task<T>> work) => Network.OutsideAsync(work);
}
