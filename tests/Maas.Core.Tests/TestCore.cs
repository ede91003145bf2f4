using System.Security.Cryptography;
using System.Text;
using Maas.Core.Accounts;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;
using Maas.Core.Stores;
using Maas.Sqlite;
using Maas.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Core.Tests;

/// <summary>
/// A core over a store of its own, in memory or in a file, with a clock that the test advances and power that answers as the test says.
/// </summary>
public sealed class TestCore : IAsyncDisposable
{
    public static readonly byte[] ImageBytes = Encoding.ASCII.GetBytes("an image of a disk");
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-core-").FullName;

    private TestCore() { }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public TestPower Power { get; } = new();

    public MaasCore Core { get; private set; } = null!;

    public MaasCoreOptions Options { get; private set; } = null!;

    public Machines Machines => Core.Machines;

    public IMaasStore Store { get; private set; } = null!;

    public string DataSource => Path.Combine(_directory, "maas.db");

    private Action<MaasCoreOptions> Configure { get; init; } = _ => { };

    private ISshKeySource? KeySource { get; init; }

    private IInstallRecipes? Recipes { get; init; }

    /// <summary>Reads sources of images; used from the next <see cref="ReopenAsync"/> on.</summary>
    public IBootSourceReader? BootSources { get; set; }

    private IReadOnlyList<ScriptDefinition> Scripts { get; init; } = [];

    private Func<IMaasStore> CreateStore { get; set; } = () => throw new InvalidOperationException();

    /// <summary>Over a store in memory, which is the same one after <see cref="ReopenAsync"/>.</summary>
    public static async Task<TestCore> OpenAsync(
        Action<MaasCoreOptions>? configure = null, ISshKeySource? keySource = null, Func<IMaasStore, IMaasStore>? wrap = null,
        IInstallRecipes? recipes = null, params IReadOnlyList<ScriptDefinition> scripts)
    {
        var store = wrap?.Invoke(new InMemoryMaasStore()) ?? new InMemoryMaasStore();
        var core = new TestCore
        {
            Configure = configure ?? (_ => { }), CreateStore = () => store, KeySource = keySource, Scripts = scripts,
            Recipes = recipes,
        };
        await core.ReopenAsync();
        return core;
    }

    /// <summary>Over a store in a file, for tests of what is written to it.</summary>
    public static async Task<TestCore> OpenInFileAsync(
        Action<MaasCoreOptions>? configure = null, Action<SqliteStoreOptions>? configureStore = null)
    {
        var core = new TestCore { Configure = configure ?? (_ => { }) };
        core.CreateStore = () =>
        {
            var options = new SqliteStoreOptions { DataSource = core.DataSource };
            configureStore?.Invoke(options);
            return new SqliteMaasStore(options, core.Clock);
        };
        await core.ReopenAsync();
        return core;
    }

    /// <summary>What a crash and a new start do, as far as the store is concerned.</summary>
    public async Task ReopenAsync()
    {
        if (Core is not null) await Core.DisposeAsync();
        Options = new MaasCoreOptions { ImageDirectory = Path.Combine(_directory, "images") };
        Configure(Options);
        Store = CreateStore();
        Core = await MaasCore.OpenAsync(Store, Options, new MaasCoreServices
        {
            TimeProvider = Clock, Power = Power, SshKeySource = KeySource, Scripts = Scripts, Recipes = Recipes,
            BootSources = BootSources,
        });
    }

    /// <summary>The same over another store, such as a copy.</summary>
    public Task ReopenOverAsync(Func<IMaasStore> create)
    {
        CreateStore = create;
        return ReopenAsync();
    }

    public async Task<Machine> EnlistAsync(string mac = "52:54:00:00:00:01", string powerType = "ipmi")
    {
        var result = await Machines.EnlistAsync(new NewMachine
        {
            MacAddresses = [MacAddress.Parse(mac)],
            Power = new PowerSettings(powerType, new Dictionary<string, string> { ["power_pass"] = "hunter2" }),
        });
        return result.Should().BeOfType<CreateResult.Created>().Subject.Machine;
    }

    public async Task<Machine> DoAsync(SystemId id, MachineInput input)
    {
        var result = await TellAsync(id, input);
        return result.Should().BeOfType<CommandResult.Done>($"{input} is allowed, not {result}").Subject.Machine;
    }

    /// <summary>A command of the system's, or a report of the machine's.</summary>
    public Task<CommandResult> TellAsync(SystemId id, MachineInput input) => input is MachineReport report
        ? Machines.ReportAsync(id, report)
        : Machines.ExecuteAsync(id, (MachineCommand)input);

    /// <summary>Lets the power worker do all that is due.</summary>
    public async Task<Machine> SettleAsync(SystemId id)
    {
        while (await Core.PowerQueue.PassAsync() > 0)
        {
            // Each action may be followed by another.
        }

        return await GetAsync(id);
    }

    public async Task<Machine> GetAsync(SystemId id) => (await Machines.GetAsync(id))!;

    public async Task<Machine> ReadyAsync(string mac = "52:54:00:00:00:01", string powerType = "ipmi", int cpus = 2, int memoryMiB = 2048)
    {
        var machine = await EnlistAsync(mac, powerType);
        await DoAsync(machine.Id, new MachineCommand.Accept());
        await SettleAsync(machine.Id);
        await RunScriptsAsync(machine.Id, Inventories.Small(mac, cpus, memoryMiB));
        await DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
        return await SettleAsync(machine.Id);
    }

    public async Task RunScriptsAsync(SystemId id, string inventory)
    {
        foreach (var pending in await Core.ScriptResults.PendingAsync(id))
        {
            var output = Encoding.UTF8.GetBytes(pending.Result.Name == BuiltinScripts.Inventory ? inventory : "fine\n");
            await Core.ScriptResults.ReportAsync(id, new ScriptReport
            {
                ResultId = pending.Result.Id,
                ExitStatus = 0,
                Output = new ScriptOutput(output, output, default),
            });
        }
    }

    public async Task<BootResource> UploadAsync(string name = "custom/debian-12", byte[]? bytes = null, string fileType = "ddgz")
    {
        bytes ??= ImageBytes;
        var created = await Core.BootResources.CreateAsync(new NewBootResource
        {
            Name = name,
            Architecture = "amd64",
            FileType = fileType,
            Size = bytes.Length,
            Sha256 = Convert.ToHexString(SHA256.HashData(bytes)),
        });
        var resource = created.Should().BeOfType<UploadResult.Taken>().Subject.Resource;
        var file = resource.Sets[^1].File;
        if (file.IsComplete) return resource;
        var taken = await Core.BootResources.AppendAsync(resource.Id, file.Id, new MemoryStream(bytes));
        return taken.Should().BeOfType<UploadResult.Taken>().Subject.Resource;
    }

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
