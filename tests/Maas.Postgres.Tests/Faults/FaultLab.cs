using System.Globalization;
using System.Security.Cryptography;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Core.Tests;

namespace Maas.Postgres.Tests.Faults;

/// <summary>
/// Three hosts, one whose clock is a day ahead and one whose is a day behind, and machines that live a whole life by them: commissioned,
/// deployed, released. A machine asks any host that answers, as clients behind a load balancer do.
/// </summary>
internal sealed class FaultLab : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-faults-").FullName;
    private readonly CancellationTokenSource _end = new();
    private readonly PostgresStoreOptions _options;
    private int _turn;

    private FaultLab(PostgresServer server)
    {
        (Server, _options) = (server, server.NewOptions(2));
        _options.RetryDuration = TimeSpan.FromMinutes(1);
        Hosts = [.. new[] { 0, 1, -1 }.Select((days, at) => new HostProcess($"host-{at}", _folder, _options, days))];
        Readers = [.. Hosts.Select((_, at) => new FeedReader(Hosts, at))];
    }

    public PostgresServer Server { get; }

    public IReadOnlyList<HostProcess> Hosts { get; }

    public MachinePowerPanel Power { get; } = new();

    /// <summary>Readers of the change feed: one begins at each host.</summary>
    public IReadOnlyList<FeedReader> Readers { get; }

    /// <summary>Where machines wait before they do what takes them to the next status; when they come for the first time.</summary>
    public IReadOnlyDictionary<MachineStatus, PhaseGate> Gates { get; } = new[]
    {
        MachineStatus.New, MachineStatus.Commissioning, MachineStatus.Ready, MachineStatus.Deploying, MachineStatus.Deployed,
    }.ToDictionary(status => status, _ => new PhaseGate());

    /// <summary>Where machines of the later waves, 1 and 2, wait before their deployment.</summary>
    public IReadOnlyList<PhaseGate> Waves { get; } = [new PhaseGate(), new PhaseGate()];

    public static async Task<FaultLab> StartAsync(CancellationToken cancellationToken)
    {
        var lab = new FaultLab(await PostgresServer.StartNewAsync());
        _ = lab.Power.RunAsync(lab._folder, lab._end.Token);
        await lab.PrepareAsync(cancellationToken);
        foreach (var host in lab.Hosts) await host.StartAsync(cancellationToken);
        foreach (var reader in lab.Readers) _ = reader.RunAsync(lab._end.Token);
        return lab;
    }

    /// <summary>Returns when so many machines have a status.</summary>
    public async Task HaveAsync(MachineStatus status, int count, CancellationToken cancellationToken)
    {
        var sql = string.Create(
            CultureInfo.InvariantCulture, $"SELECT count(*) FROM {_options.Schema}.machines WHERE status = {(int)status}");
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((long)(await Server.ExecuteAsync(sql))! < count) await ticks.WaitForNextTickAsync(cancellationToken); // it counts
    }

    /// <summary>Returns the host that leads.</summary>
    /// <param name="other">A host that does not lead any more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<HostProcess> LeaderAsync(HostProcess? other, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            var name = await Server.GetLeaderAsync(_options.Schema);
            if (Hosts.FirstOrDefault(host => host.Name == name) is { } leader && leader != other) return leader;
        }
        while (await ticks.WaitForNextTickAsync(cancellationToken));
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>A machine's life.</summary>
    /// <param name="number">The machine.</param>
    /// <param name="wave">0, or the wave that it waits for in Ready.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Its id.</returns>
    public async Task<string> LiveAsync(int number, int wave, CancellationToken cancellationToken)
    {
        var mac = string.Create(CultureInfo.InvariantCulture, $"52:54:00:00:{number >> 8:x2}:{number & 0xff:x2}");
        var id = await AskAsync($"enlist {mac}", cancellationToken);
        var wasDeployed = false;
        HashSet<MachineStatus> passed = [];
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        do
        {
            var status = Enum.Parse<MachineStatus>(await AskAsync($"status {id}", cancellationToken));
            wasDeployed |= status is MachineStatus.Deployed;
            if (status is MachineStatus.Ready && wasDeployed && !Power.IsOn(id)) return id;
            if (RequestsOf(status, id, mac, wasDeployed) is not { Length: > 0 } requests) continue;
            var isFirst = passed.Add(status);
            if (isFirst) await Gates[status].PassAsync(cancellationToken);
            if (isFirst && wave > 0 && status is MachineStatus.Ready) await Waves[wave - 1].PassAsync(cancellationToken);
            foreach (var request in requests) await AskAsync(request, cancellationToken);
            if (isFirst) Gates[status].Act();
        }
        while (await ticks.WaitForNextTickAsync(cancellationToken));
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>A host of this process, to look at the result.</summary>
    public async Task<PostgresMaasStore> OpenStoreAsync(CancellationToken cancellationToken)
    {
        var store = new PostgresMaasStore(_options);
        await store.OpenAsync(new StoreLimits(), cancellationToken);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Hosts) await host.DisposeAsync();
        await _end.CancelAsync();
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // What a machine or its operator does in a status. A request that is repeated after a fault changes nothing.
    private string[] RequestsOf(MachineStatus status, string id, string mac, bool wasDeployed) => status switch
    {
        MachineStatus.New => [$"accept {id}"],
        MachineStatus.Commissioning when Power.IsOn(id) => [$"scripts {id} {mac}", $"ok {id}"],
        MachineStatus.Ready when !wasDeployed && !Power.IsOn(id) => [$"deploy {id}"],
        MachineStatus.Deploying when Power.IsOn(id) => [$"netboot-off {id}", $"user-data {id}"],
        MachineStatus.Deployed => [$"release {id}"],
        _ => [],
    };

    private async Task<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            if (await Hosts[Interlocked.Increment(ref _turn) % Hosts.Count].AskAsync(line, cancellationToken) is { } answer) return answer;
        }
        while (await ticks.WaitForNextTickAsync(cancellationToken));
        throw new OperationCanceledException(cancellationToken);
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "inventory"), Inventories.Small("{mac}"), cancellationToken);
        var bytes = "an image of a disk"u8.ToArray();
        await using var core = await MaasCore.OpenAsync(
            new PostgresMaasStore(_options), new MaasCoreOptions
            {
                ControllerHostname = "test", ImageDirectory = Path.Combine(_folder, "images"),
            },
            null, cancellationToken);
        var created = await core.BootResources.CreateAsync(
            new NewBootResource
            {
                Name = "custom/debian-12", Architecture = "amd64", FileType = "ddgz", Size = bytes.Length,
                Sha256 = Convert.ToHexString(SHA256.HashData(bytes)),
            },
            cancellationToken);
        var resource = created.Should().BeOfType<UploadResult.Taken>().Subject.Resource;
        await core.BootResources.AppendAsync(resource.Id, resource.Sets[^1].File.Id, new MemoryStream(bytes), cancellationToken);
    }
}
