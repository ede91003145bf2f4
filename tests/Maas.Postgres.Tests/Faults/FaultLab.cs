using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<string, int> _reached = new();
    private readonly PostgresStoreOptions _options;
    private int _turn;

    private FaultLab(PostgresServer server)
    {
        (Server, _options) = (server, server.NewOptions(2));
        _options.RetryDuration = TimeSpan.FromMinutes(1);
        Hosts = [.. new[] { 0, 1, -1 }.Select((days, at) => new HostProcess($"host-{at}", _folder, _options, days))];
    }

    public PostgresServer Server { get; }

    public IReadOnlyList<HostProcess> Hosts { get; }

    public MachinePowerPanel Power { get; } = new();

    /// <summary>The changes that a reader has seen, which began at the first one.</summary>
    public ConcurrentQueue<MachineChanged> Seen { get; } = new();

    public static async Task<FaultLab> StartAsync(CancellationToken cancellationToken)
    {
        var lab = new FaultLab(await PostgresServer.StartNewAsync());
        _ = lab.Power.RunAsync(lab._folder, lab._end.Token);
        await lab.PrepareAsync(cancellationToken);
        foreach (var host in lab.Hosts) await host.StartAsync(cancellationToken);
        _ = lab.WatchAsync();
        return lab;
    }

    /// <summary>Returns when so many machines have had a status.</summary>
    public async Task ReachedAsync(MachineStatus status, int count, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (_reached.GetValueOrDefault($"{status}") < count) await ticks.WaitForNextTickAsync(cancellationToken);
    }

    /// <summary>Returns the host that leads.</summary>
    /// <param name="other">A host that does not lead any more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<HostProcess> LeaderAsync(HostProcess? other, CancellationToken cancellationToken)
    {
        var sql =
            $"""
            SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND granted
                AND (classid::bigint << 32) | objid::bigint = hashtextextended('maas.leader.{_options.Schema}', 0)
            """;
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            var name = await Server.ExecuteAsync(sql) as string;
            if (Hosts.FirstOrDefault(host => host.Name == name) is { } leader && leader != other) return leader;
        }
        while (await ticks.WaitForNextTickAsync(cancellationToken));
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>A machine's life.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> LiveAsync(int number, CancellationToken cancellationToken)
    {
        var mac = string.Create(CultureInfo.InvariantCulture, $"52:54:00:00:{number >> 8:x2}:{number & 0xff:x2}");
        var id = await AskAsync($"enlist {mac}", cancellationToken);
        var (last, wasDeployed) = ("", false);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
        do
        {
            var status = await AskAsync($"status {id}", cancellationToken);
            if (status != last) _reached.AddOrUpdate(status, 1, (_, count) => count + 1);
            last = status;
            wasDeployed |= status == "Deployed";
            if (status == "Ready" && wasDeployed && !Power.IsOn(id)) return id;
            foreach (var request in RequestsOf(status, id, mac, wasDeployed)) await AskAsync(request, cancellationToken);
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
    private string[] RequestsOf(string status, string id, string mac, bool wasDeployed) => status switch
    {
        "New" => [$"accept {id}"],
        "Commissioning" when Power.IsOn(id) => [$"scripts {id} {mac}", $"ok {id}"],
        "Ready" when !wasDeployed && !Power.IsOn(id) => [$"deploy {id}"],
        "Deploying" when Power.IsOn(id) => [$"netboot-off {id}", $"user-data {id}"],
        "Deployed" => [$"release {id}"],
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

    private async Task WatchAsync()
    {
        await using var store = await OpenStoreAsync(_end.Token);
        var last = 0L;
        while (!_end.IsCancellationRequested)
        {
            foreach (var change in await store.Machines.ReadChangesAsync(last, 100, _end.Token))
            {
                Seen.Enqueue(change);
                last = change.Number;
            }

            await store.Machines.WaitForChangeAsync(last, _end.Token);
        }
    }
}
