using System.Net;
using System.Security.Cryptography;
using System.Text;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Diagnosis;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;
using Maas.Dashboard.Access;
using Maas.Install.Recipes;
using Maas.Install.Templates;
using Maas.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Dashboard.Tests;

/// <summary>The dashboard on a loopback port over a store in a temporary directory, with an administrator and a user.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    public const string Password = "correct horse";

    private readonly WebApplication _app;
    private readonly SqliteMaasStore _store;
    private readonly string _directory;

    private DashboardHost(WebApplication app, MaasCore core, SqliteMaasStore store, string directory)
    {
        (_app, Core, _store, _directory) = (app, core, store, directory);
        Origin = app.Urls.First();
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public MaasCore Core { get; }

    public DashboardSignInLinks Links => _app.Services.GetRequiredService<DashboardSignInLinks>();

    public IServiceProvider Services => _app.Services;

    /// <summary><c>http://127.0.0.1:PORT</c>.</summary>
    public string Origin { get; }

    public User Admin { get; private set; } = null!; // set when it starts

    public static async Task<DashboardHost> StartAsync(
        string pathBase = "", Action<IEndpointConventionBuilder>? conventions = null, IMachineConsoles? consoles = null,
        IBootSourceReader? bootSources = null, IMachineSensors? sensors = null, IBootPreview? bootPreview = null)
    {
        var directory = Directory.CreateTempSubdirectory("maas-dashboard-").FullName;
        var store = new SqliteMaasStore(Path.Combine(directory, "maas.db"));
        var core = await MaasCore.OpenAsync(
            store,
            services: new MaasCoreServices
            {
                Tables = TemplateLibrary.Tables,
                BootSources = bootSources,
                Recipes = new RecipeCatalog([DebianInstaller.Create("bookworm", "linux", "initrd.gz")]),
            },
            cancellationToken: Cancellation);
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(core).AddMaasDashboard().AddAuthorization().AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddSingleton(core.Records).AddSingleton(core.SshKeys)
            .AddMaasInstall(DebianInstaller.Create("bookworm", "linux", "initrd.gz"));
        if (consoles is not null) builder.Services.AddSingleton(consoles);
        if (sensors is not null) builder.Services.AddSingleton(sensors);
        if (bootPreview is not null) builder.Services.AddSingleton(bootPreview);
        var app = builder.Build();
        app.UsePathBase(pathBase);
        app.UseRouting();
        app.UseAuthorization();
        var mapped = app.MapMaasDashboard();
        conventions?.Invoke(mapped);
        await app.StartAsync(Cancellation);
        var host = new DashboardHost(app, core, store, directory);
        host.Admin = await host.AddUserAsync("admin", isAdministrator: true);
        await host.AddUserAsync("bob");
        return host;
    }

    public HttpClient NewClient() => new(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false })
    {
        BaseAddress = new Uri(Origin),
    };

    public async Task<User> AddUserAsync(string name, bool isAdministrator = false) =>
        ((CreateUserResult.Created)await Core.Users.CreateAsync(
            name, $"{name}@example.com", new Maas.Core.Secret(Password), isAdministrator, Cancellation)).User;

    public async Task<Machine> AddMachineAsync(string mac, string? hostname = null) =>
        ((CreateResult.Created)await Core.Machines.CreateAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse(mac)], Hostname = hostname }, "admin", Cancellation)).Machine;

    /// <summary>
    /// Machines named <c>node-000000</c> and so on, many in a transaction. One of ten is Ready, the others are New; one of a hundred has
    /// the tag <c>rare</c>.
    /// </summary>
    public async Task AddMachinesAsync(int count, int first = 0)
    {
        foreach (var some in Enumerable.Range(first, count).Chunk(500))
            (await _store.Machines.SaveAsync([.. some.Select(NewChange)], Cancellation)).Should().BeOfType<SaveResult.Saved>();
    }

    private static MachineChange NewChange(int number)
    {
        Span<char> id = stackalloc char[6];
        for (var (place, left) = (5, number); place >= 0; place--, left /= 24) id[place] = "34678abcdefghkmnpqrstwxy"[left % 24];
        var at = DateTimeOffset.UnixEpoch.AddSeconds(number);
        return new MachineChange
        {
            At = at,
            Machine = new Machine
            {
                Id = SystemId.Parse(id),
                Hostname = $"node-{number:d6}",
                Status = number % 10 == 0 ? MachineStatus.Ready : MachineStatus.New,
                StatusSince = at,
                Created = at,
                MacAddresses = [MacAddress.Parse($"52:54:00:{number >> 16 & 255:x2}:{number >> 8 & 255:x2}:{number & 255:x2}")],
                Tags = number % 100 == 0 ? ["rare"] : [],
            },
        };
    }

    /// <summary>A machine that is commissioned.</summary>
    public async Task<Machine> AddReadyMachineAsync(string mac, string hostname, params IReadOnlyList<string> disks)
    {
        var machine = await AddMachineAsync(mac, hostname);
        await DoAsync(machine.Id, new MachineCommand.Accept());
        foreach (var pending in await Core.ScriptResults.PendingAsync(machine.Id, Cancellation))
        {
            var output = Encoding.UTF8.GetBytes(pending.Result.Name == BuiltinScripts.Inventory ? InventoryOf(mac, disks) : "fine\n");
            await Core.ScriptResults.ReportAsync(
                machine.Id,
                new ScriptReport { ResultId = pending.Result.Id, ExitStatus = 0, Output = new ScriptOutput(output, output, default) },
                Cancellation);
        }

        await ReportAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
        return await SettleAsync(machine.Id);
    }

    /// <summary>An image that can be deployed.</summary>
    public async Task AddImageAsync(string name, string fileType = "ddgz")
    {
        var bytes = Encoding.ASCII.GetBytes($"the image {name}");
        var created = (UploadResult.Taken)await Core.BootResources.CreateAsync(
            new NewBootResource
            {
                Name = name,
                Architecture = "amd64",
                FileType = fileType,
                Size = bytes.Length,
                Sha256 = Convert.ToHexString(SHA256.HashData(bytes)),
            },
            Cancellation);
        var file = created.Resource.Sets[^1].File;
        await Core.BootResources.AppendAsync(created.Resource.Id, file.Id, new MemoryStream(bytes), Cancellation);
    }

    /// <summary>Gives a machine a command as the administrator.</summary>
    public async Task<Machine> DoAsync(SystemId id, MachineCommand command) =>
        (await Core.Machines.ExecuteAsync(id, command, new MachineActor("admin", true), Cancellation))
            .Should().BeOfType<CommandResult.Done>().Subject.Machine;

    /// <summary>Takes what a machine reports.</summary>
    public async Task<Machine> ReportAsync(SystemId id, MachineReport report) =>
        (await Core.Machines.ReportAsync(id, report, Cancellation)).Should().BeOfType<CommandResult.Done>().Subject.Machine;

    /// <summary>Lets the power queue do all that is due.</summary>
    public async Task<Machine> SettleAsync(SystemId id)
    {
        while (await Core.PowerQueue.PassAsync(Cancellation) > 0)
        {
            // Each action may be followed by another.
        }

        return (await Core.Machines.GetAsync(id, Cancellation))!;
    }

    private static string InventoryOf(string mac, IReadOnlyList<string> disks) => string.Join('\n',
    [
        "maas-inventory\t1",
        "system\tmachine=x86_64\tfirmware=uefi",
        "cpu\tcount=2\tcores=2\tsockets=1\tmax_mhz=2400\tmodel=QEMU Virtual CPU",
        "memory\tkib=2097152",
        $"identity\tvendor=QEMU\tproduct=Standard PC\tserial={mac}\tuuid={new Guid(SHA256.HashData(Encoding.ASCII.GetBytes(mac))[..16])}",
        .. (disks.Count == 0 ? ["vda"] : disks).Select(disk =>
            $"disk\tname={disk}\tsize=21474836480\tblock=512\trotational={(disk.StartsWith("ssd", StringComparison.Ordinal) ? 0 : 1)}"
            + $"\tremovable=0\tro=0\tbus=virtio\tserial=serial-{disk}\tmodel=Disk"),
        $"nic\tname=eth0\tmac={mac}\tspeed=1000\tlink=1\tmtu=1500\tdriver=virtio_net\tpci=0000:00:03.0\tvendor=1af4\tproduct=1000",
        "end",
        "",
    ]);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await Core.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
