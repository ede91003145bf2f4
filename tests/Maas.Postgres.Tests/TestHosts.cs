using System.Globalization;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Postgres.Tests;

/// <summary>Several hosts of one MAAS, in one process: each has a core, connections and a power driver of its own.</summary>
internal sealed class TestHosts : IAsyncDisposable
{
    private readonly System.Collections.Concurrent.ConcurrentBag<string> _directories = [];
    private int _started;

    /// <summary>How long a host waits for its power actions when it stops.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Reads sources of images into a directory, on hosts that are added from then on.</summary>
    public Func<string, Maas.Core.Images.IBootSourceReader>? BootSources { get; set; }

    private TestHosts(PostgresServer server, PostgresStoreOptions options) => (Server, Options) = (server, options);

    public PostgresServer Server { get; }

    public PostgresStoreOptions Options { get; }

    public List<MaasCore> Cores { get; } = [];

    public List<PostgresMaasStore> Stores { get; } = [];

    public List<CountingPower> Powers { get; } = [];

    public static async Task<TestHosts> OpenAsync(int count, PostgresServer? server = null, PostgresStoreOptions? options = null)
    {
        server ??= await PostgresServer.GetSharedAsync();
        var hosts = new TestHosts(server, options ?? server.NewOptions());
        // At once, as after a power failure of a site.
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => hosts.AddAsync()));
        return hosts;
    }

    /// <summary>Adds a host.</summary>
    /// <param name="clock">Its clock.</param>
    public async Task<MaasCore> AddAsync(TimeProvider? clock = null)
    {
        var store = new PostgresMaasStore(Options, null, clock ?? TimeProvider.System);
        var power = new CountingPower();
        var images = BootSources is null ? null : Directory.CreateTempSubdirectory("maas-images-").FullName;
        if (images is not null) _directories.Add(images);
        var number = Interlocked.Increment(ref _started);
        var core = await MaasCore.OpenAsync(
            store,
            new MaasCoreOptions
            {
                ControllerHostname = string.Create(CultureInfo.InvariantCulture, $"host-{number}"), DrainTimeout = DrainTimeout,
                ImageDirectory = images,
            },
            new MaasCoreServices { Power = power, BootSources = images is null ? null : BootSources!(images) }, // set when there is one
            TestContext.Current.CancellationToken);
        lock (Stores)
        {
            Stores.Add(store);
            Powers.Add(power);
            Cores.Add(core);
        }

        return core;
    }

    /// <summary>Saves a machine as a store does, with what must be unique.</summary>
    public async Task<Machine> CreateAsync(
        int number, MachineStatus status, Func<Machine, Machine>? change = null, params MachineEffect[] effects)
    {
        var machine = new Machine
        {
            Id = IdOf(number),
            Hostname = string.Create(CultureInfo.InvariantCulture, $"machine-{number}"),
            MacAddresses = [MacAddress.Parse(string.Create(
                CultureInfo.InvariantCulture, $"52:54:00:{number >> 16 & 0xff:x2}:{number >> 8 & 0xff:x2}:{number & 0xff:x2}"))],
            Status = status,
            StatusSince = Now,
            Created = Now,
            Updated = Now,
            CpuCount = 2,
            MemoryMiB = 2048,
        };
        var result = await Stores[number % Stores.Count].Machines.SaveAsync(
            [new MachineChange { Machine = change?.Invoke(machine) ?? machine, At = Now, Effects = effects }], default);
        return result.Should().BeOfType<SaveResult.Saved>().Subject.Machines[0];
    }

    public static SystemId IdOf(int number)
    {
        const string Alphabet = "34678abcdefghkmnpqrstwxy";
        Span<char> text = stackalloc char[6];
        for (var place = text.Length - 1; place >= 0; place--, number /= Alphabet.Length) text[place] = Alphabet[number % Alphabet.Length];
        return SystemId.Parse(text);
    }

    /// <summary>The time of the database.</summary>
    public DateTimeOffset Now => Stores[0].GetClock(TimeProvider.System).GetUtcNow();

    public async ValueTask DisposeAsync()
    {
        foreach (var core in Cores) await core.DisposeAsync();
        foreach (var directory in _directories) Directory.Delete(directory, recursive: true);
    }
}

/// <summary>Power that counts what it was asked.</summary>
internal sealed class CountingPower : IMachinePower
{
    private int _asked;

    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What an action waits for.</summary>
    public Func<CancellationToken, Task> Waits { get; set; } = _ => Task.CompletedTask;

    public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        CountAsync(MachinePowerState.On, cancellationToken);

    public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        CountAsync(MachinePowerState.Off, cancellationToken);

    public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        CountAsync(MachinePowerState.Off, cancellationToken);

    private async Task<MachinePowerResult> CountAsync(MachinePowerState state, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        await Waits(cancellationToken);
        return new MachinePowerResult.Done(state);
    }
}

/// <summary>A clock that is wrong.</summary>
/// <param name="shift">By how much.</param>
internal sealed class ShiftedClock(TimeSpan shift) : TimeProvider
{
    public TimeSpan Shift { get; set; } = shift;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
}
