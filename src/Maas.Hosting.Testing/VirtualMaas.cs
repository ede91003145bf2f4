using System.Net;
using System.Security.Cryptography;
using Maas.Boot;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Hosting.Evidence;
using Maas.Hosting.Link;
using Maas.Hosting.Policy;
using Maas.Hosting.Testing.Http;
using Maas.Hosting.Testing.Images;
using Maas.Hosting.Testing.Network;
using Maas.Install.Recipes;
using Maas.Testing;
using Maas.Testing.Virtual;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Testing;

/// <summary>
/// A whole MAAS in one process, for tests: the services that <c>AddMaas()</c> composes, with their boot policy, API, metadata service and
/// install recipes, and the DHCP and TFTP servers of <c>Maas.Boot</c>, on a network in memory with simulated time. Machines are simulated
/// ones, which may fail. No port is opened, nothing waits, and the seed determines the run.
/// </summary>
/// <remarks>
/// <para>
/// The application's code runs in <see cref="RunAsync(Func{Task}, CancellationToken)"/>. It waits by
/// <see cref="VirtualNetwork.TimeProvider"/>. With the store in memory the methods of <see cref="Core"/> complete at once; with another
/// store, and for other work outside of the network, it uses <see cref="VirtualNetwork.OutsideAsync{T}"/>.
/// </para>
/// <para>
/// The background services of the packages do not run by themselves; what they do for machines (power, deadlines, diagnosis, tags, the
/// timeline) is done in a fixed order while the network runs. Webhooks, imports of images and DNS are not served.
/// </para>
/// </remarks>
/// <example><code>
/// await using var maas = await VirtualMaas.StartAsync(new VirtualMaasOptions { Seed = 42 });
/// var machine = maas.AddMachine();
/// await maas.AddImageAsync("custom/app");
/// await maas.CommissionAsync(machine);
/// var deployed = await maas.DeployAsync(machine, new DeployRequest { OsSystem = "custom", DistroSeries = "app" });
/// </code></example>
public sealed partial class VirtualMaas : IAsyncDisposable
{
    private const int HttpPort = 80;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("maas-virtual-");
    private readonly CancellationTokenSource _stop = new();
    private readonly VirtualAddresses _addresses = new();
    private readonly InProcessServer _server = new();
    private readonly InMemoryBootFiles _files = new(VirtualEnvironment.Kernel, VirtualEnvironment.InitialRamDisk);
    private readonly List<VirtualSite> _sites = [];
    private readonly List<Task> _serving = [];
    private readonly VirtualMaasOptions _options;
    private WebApplication _web = null!; // set before it is returned, as are the next ones
    private BootTimelineWriter _timeline = null!;
    private IMaasStore _store = null!;
    private long _requests;

    private VirtualMaas(VirtualMaasOptions options)
    {
        _options = options;
        Network = options.Network ?? new VirtualNetwork(options.Seed) { StallTimeout = Patience };
        Rack = new SimulatedRack(Network.TimeProvider);
    }

    /// <summary>The network, with its clock.</summary>
    public VirtualNetwork Network { get; }

    /// <summary>The machines, and the switches of their power.</summary>
    public SimulatedRack Rack { get; }

    /// <summary>The segments that are served, the first one first.</summary>
    public IReadOnlyList<VirtualSite> Sites => _sites;

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services => _web.Services;

    /// <summary>Machines, users, images and everything else.</summary>
    public MaasCore Core { get; private set; } = null!;

    /// <summary>An administrator, <c>admin</c>, who acts in the methods of this class.</summary>
    public MachineActor Administrator { get; private set; } = null!;

    /// <summary>How many HTTP requests were answered.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Starts a MAAS that serves one site.</summary>
    /// <param name="options">What it is made of; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ArgumentException">The subnet is no IPv4 network of 8 to 24 bits, or its address is taken.</exception>
    public static async Task<VirtualMaas> StartAsync(VirtualMaasOptions? options = null, CancellationToken cancellationToken = default)
    {
        var maas = new VirtualMaas(options ?? new());
        try
        {
            var host = maas.AddHost(maas._options.Name, maas._options.Subnet);
            await maas.StartWebAsync(host, cancellationToken).ConfigureAwait(false);
            await maas.AddSiteAsync(host, maas._options.Subnet).ConfigureAwait(false);
            return maas;
        }
        catch
        {
            await maas.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Serves a further site; not while the network runs.</summary>
    /// <param name="name">The name of its segment, and of the MAAS's host there.</param>
    /// <param name="subnet">Its IPv4 subnet, as of <see cref="VirtualMaasOptions.Subnet"/>.</param>
    /// <exception cref="ArgumentException">Another host has the name or the address, or the subnet does not fit.</exception>
    public Task<VirtualSite> AddSiteAsync(string name, IPNetwork subnet) => AddSiteAsync(AddHost(name, subnet), subnet);

    /// <summary>Sends requests to the API, as from the host itself: for <c>MaasClient</c> or any other client.</summary>
    public HttpMessageHandler CreateHandler() => _server.CreateHandler();

    /// <summary>Ends everything, and deletes what was kept on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        await Rack.DisposeAsync().ConfigureAwait(false);
        foreach (var controller in _controllers) await controller.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_serving).ConfigureAwait(false);
        // The core is a service of the host: it is disposed of with it.
        if (_web is not null) await _web.DisposeAsync().ConfigureAwait(false);
        if (_store is not null) await _store.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _data.Delete(recursive: true);
    }

    private VirtualHost AddHost(string name, IPNetwork subnet)
    {
        var host = Network.AddHost(name, name, VirtualSite.HostOf(subnet));
        host.Link = _options.Link;
        return host;
    }

    private async Task<VirtualSite> AddSiteAsync(VirtualHost host, IPNetwork subnet)
    {
        host.ServeHttp(CreateHandler(), HttpPort);
        var links = Services.GetRequiredService<ServedLinks>();
        links.Set(new ServedLink(host.Name, new MaasNetworkOptions(), new BootNetwork(host.Address, subnet), _addresses));
        var maas = Services.GetRequiredService<MaasOptions>();
        var web = Services.GetRequiredService<WebAddress>();
        var site = await VirtualSite.CreateAsync(
            host, subnet,
            new BootServices
            {
                Policy = Services.GetRequiredService<IBootPolicy>(),
                Files = Services.GetRequiredService<IBootFiles>(),
                Observer = Services.GetRequiredService<IBootObserver>(),
                TimeProvider = Network.TimeProvider,
                LoggerFactory = Services.GetRequiredService<ILoggerFactory>(),
            },
            new DhcpServerOptions { Programs = maas.Programs, HttpBase = web.BootFiles(host.Address.ToString()) },
            _addresses.Add).ConfigureAwait(false);
        _sites.Add(site);
        _serving.Add(site.RunAsync(_stop.Token));
        return site;
    }

    private async Task StartWebAsync(VirtualHost host, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        _store = _options.Store ?? new InMemoryMaasStore();
        builder.Services.AddSingleton<IServer>(_server)
            .AddSingleton(Network.TimeProvider)
            .AddSingleton(_store)
            .AddSingleton<IEphemeralEnvironment>(new VirtualEnvironment())
            .AddSingleton<IAddressResolver>(_addresses)
            .AddSingleton<IHardwareAddresses>(_addresses)
            .AddSingleton<IBootFiles>(_files)
            .AddSingleton<IImageContent, MemoryImageContent>();
        AddDrivers(builder.Services, host);
        Compose(builder.Services);
        _web = builder.Build();
        _web.Use(async (context, next) =>
        {
            Interlocked.Increment(ref _requests);
            if (IPAddress.TryParse(context.Request.Headers["X-Forwarded-For"], out var client)) context.Connection.RemoteIpAddress = client;
            context.Connection.LocalIpAddress = IPAddress.TryParse(context.Request.Host.Host, out var local) ? local : null;
            await next(context).ConfigureAwait(false);
        });
        _web.UseRouting();
        _web.MapMaas();
        await _web.StartAsync(cancellationToken).ConfigureAwait(false);
        Services.GetRequiredService<WebAddress>().Find();
        Core = Services.GetRequiredService<MaasCore>();
        _timeline = Services.GetRequiredService<BootTimelineWriter>();
        ServeFiles();
        Administrator = MachineActor.Of(await AdministratorAsync(cancellationToken).ConfigureAwait(false));
    }

    // The network's own loop does the work of the packages' background services: on threads of their own, the clock would not wait for it.
    private void Compose(IServiceCollection services)
    {
        var before = services.Where(service => service.ServiceType == typeof(IHostedService)).ToHashSet();
        var maas = services
            .AddMaas(options => (options.DataDirectory, options.HttpPort) = (_data.FullName, HttpPort))
            .AddBoot().AddPower().AddApi();
        foreach (var service in services.Where(service => service.ServiceType == typeof(IHostedService)).Except(before).ToList())
            services.Remove(service);
        _options.Configure?.Invoke(maas);
    }

    // A simulated machine reads a file's name, or counts its bytes: any will do.
    private void ServeFiles()
    {
        foreach (var file in VirtualEnvironment.BoardFiles) Serve(file);
        _files[VirtualEnvironment.BoardConfiguration] = "kernel=u-boot.bin\n"u8.ToArray();
        var programs = Services.GetRequiredService<MaasOptions>().Programs;
        foreach (var program in Enum.GetValues<BootArchitecture>().Select(firmware => programs[firmware]).OfType<string>()) Serve(program);
        foreach (var recipe in Services.GetService<RecipeCatalog>()?.All ?? [])
        {
            if (recipe.Boot is not InstallerBoot.Kernel kernel) continue;
            foreach (var name in (IEnumerable<string>)[kernel.File, .. kernel.InitialRamDisks]) Serve(name);
        }

        void Serve(string name) => _files[name] = new byte[20_000];
    }

    private async Task<User> AdministratorAsync(CancellationToken cancellationToken)
    {
        const string Name = "admin";
        if (await Core.Users.FindAsync(Name, cancellationToken).ConfigureAwait(false) is { } user) return user; // of another host
        var created = await Core.Users.CreateAsync(
            Name, "admin@example.com", new Secret(RandomNumberGenerator.GetHexString(32)), isAdministrator: true, cancellationToken)
            .ConfigureAwait(false);
        return created is CreateUserResult.Created { User: var made }
            ? made
            : throw new InvalidOperationException($"The administrator was not created: {created}");
    }
}
