using System.Net;
using System.Security.Cryptography;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;
using Maas.Boot.Scripts;
using Maas.Boot.Tftp;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Hosting.Evidence;
using Maas.Hosting.Link;
using Maas.Hosting.Policy;
using Maas.Hosting.Tests.Policy;
using Maas.Install;
using Maas.Install.Recipes;
using Maas.Install.Templates;
using Maas.Testing;
using Maas.Testing.Hardware;
using Maas.Testing.Virtual;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Hosting.Tests.Evidence;

/// <summary>
/// Boot's servers, the API and the policy of a host on a network in memory with virtual time: what the servers observe goes through the
/// host's own writer into the timeline of a machine.
/// </summary>
internal sealed class VirtualMaas : IAsyncDisposable, IEphemeralEnvironment, IAddressResolver, IMachinePower
{
    public const string Mac = "52:54:00:12:34:57";
    public static readonly IPAddress Address = IPAddress.Parse("10.0.0.1");

    private static readonly RecipeCatalog Recipes = new([DebianInstaller.Create("bookworm", "install/linux", "install/initrd.gz")]);

    private readonly CancellationTokenSource _stop = new();
    private readonly ServedLinks _links = new();
    private readonly List<SimulatedMachine> _machines = [];
    private readonly Dictionary<IPAddress, HardwareAddress> _owners = [];
    private readonly RecentOtherServers _others = new();
    private readonly MaasOptions _options = new() { DataDirectory = "/nowhere", HttpPort = 80 };
    private WebApplication _web = null!; // set before it is returned, as the next ones
    private BootTimelineWriter _writer = null!;
    private Task _boot = Task.CompletedTask;

    private LeaseAllocator _addresses = null!;

    private VirtualMaas() => Network = new VirtualNetwork(seed: 7) { StallTimeout = TimeSpan.FromSeconds(30) };

    public VirtualNetwork Network { get; }

    public VirtualHost Host { get; private set; } = null!;

    public MaasCore Core { get; private set; } = null!;

    /// <summary>Which requests over HTTP reach no server; may be changed at any time.</summary>
    public Func<Uri, bool> Blocks { get; set; } = _ => false;

    /// <summary>Changes answers over HTTP.</summary>
    public Action<HttpResponseMessage> Changes { get; set; } = _ => { };

    /// <summary>The architectures of the ephemeral environment.</summary>
    public IReadOnlyList<string> Architectures { get; private init; } = ["amd64"];

    /// <summary>Whether the ephemeral environment is ready.</summary>
    public bool HasEnvironment { get; set; } = true;

    /// <summary>
    /// What the machines' controllers answer to an order that they do not carry out; <see langword="null"/> to carry it out.
    /// </summary>
    public Func<PowerAction, MachinePowerResult?> Refuses { get; set; } = _ => null;

    /// <summary>What a controller says beside turning a machine on.</summary>
    public string? PowerNote { get; set; }

    /// <summary>Whether orders switch the simulated machines; otherwise a test does.</summary>
    public bool SwitchesMachines { get; init; }

    EphemeralFileNames? IEphemeralEnvironment.FilesFor(string? architecture) =>
        HasEnvironment && (architecture is null || Architectures.Contains(architecture))
            ? new("ephemeral/kernel", "ephemeral/initrd")
            : null;

    public static async Task<VirtualMaas> StartAsync(
        Action<DhcpServerOptions>? dhcp = null, string architecture = "amd64", LinkConditions? link = null,
        string range = "10.0.1.1-10.0.200.250", string? missingFile = null, bool switches = false)
    {
        var maas = new VirtualMaas { Architectures = [architecture], SwitchesMachines = switches };
        maas.Host = maas.Network.AddHost("maas", Address);
        maas.Host.Link = link ?? LinkConditions.Lan;
        maas.Core = await MaasCore.OpenAsync(
            new InMemoryMaasStore(), null, new MaasCoreServices
            {
                TimeProvider = maas.Network.TimeProvider, Power = maas, Recipes = Recipes, Tables = TemplateLibrary.Tables,
            });
        maas._links.Set(new ServedLink("lab", new MaasNetworkOptions(), new BootNetwork(Address, IPNetwork.Parse("10.0.0.0/16")), null));
        await maas.StartWriterAsync();
        var observer = new Observer(maas);
        var policy = new MachineBootPolicy(
            maas.Core.Machines, maas.Core.Devices, maas.Core.Tags, maas.Core.BootTokens, maas, maas, maas._options, maas._links,
            new WebAddress(maas._options), maas.Core.ReceivedBootFiles, new LogLines<MachineBootPolicy>([]), Recipes);
        string[] names =
        [
            "snponly.efi", "ipxe.efi", "undionly.kpxe", "ephemeral/kernel", "ephemeral/initrd", "start4.elf", "u-boot.bin", "install/linux",
            "install/initrd.gz",
        ];
        var files = new InMemoryBootFiles(names.Where(name => name != missingFile))
        {
            ["config.txt"] = "arm_64bit=1\nkernel=u-boot.bin\n"u8.ToArray(),
        };
        await maas.ServeHttpAsync(policy, files, observer);
        maas._addresses = await LeaseAllocator.OpenAsync(
            [SubnetOf("10.0.0.0/16", range)], new InMemoryLeaseStore(), timeProvider: maas.Network.TimeProvider);
        maas.ServeBoot(policy, files, observer, maas._addresses, dhcp);
        return maas;
    }

    /// <summary>Adds a machine that the server knows, and commissions; it is off.</summary>
    public async Task<(SimulatedMachine Simulated, Machine Machine)> AddAsync(
        LinkConditions? link = null, Func<SimulatedMachineOptions, SimulatedMachineOptions>? change = null, string? architecture = null,
        string mac = Mac, PowerSettings? power = null)
    {
        var simulated = Add(link, change, mac);
        var created = (CreateResult.Created)await Core.Machines.EnlistAsync(new NewMachine
        {
            MacAddresses = [MacAddress.Parse(mac)],
            Architecture = architecture ?? Machine.DefaultArchitecture,
            Power = power ?? new PowerSettings("ipmi", new Dictionary<string, string>()),
        });
        await Core.Machines.ExecuteAsync(created.Machine.Id, new MachineCommand.Accept());
        return (simulated, await SettleAsync(created.Machine.Id));
    }

    public SimulatedMachine Add(
        LinkConditions? link = null, Func<SimulatedMachineOptions, SimulatedMachineOptions>? change = null, string mac = Mac)
    {
        var options = new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse(mac),
            Firmware = SimulatedFirmware.UefiPxe,
            Hardware = new SimulatedHardware { Disks = [new SimulatedDiskModel("vda", 16L << 30, "S1")] },
            Network = new SimulatedNetwork { Virtual = Network, Link = link ?? LinkConditions.Lan },
            // A file is not of the network: its clock would not wait for it.
            DiskFolder = null,
        };
        var machine = new SimulatedMachine(change?.Invoke(options) ?? options);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>Commissions a machine, which is off afterwards.</summary>
    public async Task CommissionAsync(SimulatedMachine simulated, SystemId id)
    {
        await Network.RunAsync(simulated.BootAsync);
        (await SettleAsync(id)).Status.Should().Be(MachineStatus.Ready);
    }

    /// <summary>Begins to deploy an image onto a Ready machine.</summary>
    public async Task<Machine> DeployReadyAsync(SystemId id, bool handOver = false)
    {
        await AddImageAsync("custom/one", "ddraw", RandomNumberGenerator.GetBytes(1_000_000));
        return await DoAsync(id, new MachineCommand.Deploy("bob") { OsSystem = "custom", DistroSeries = "one", HandOver = handOver });
    }

    public async Task AddImageAsync(string name, string fileType, byte[] image)
    {
        var created = (UploadResult.Taken)await Core.BootResources.CreateAsync(new NewBootResource
        {
            Name = name, Architecture = Architectures[0], FileType = fileType, Size = image.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(image)),
        });
        await Core.BootResources.AppendAsync(created.Resource.Id, created.Resource.Sets[^1].File.Id, new MemoryStream(image));
    }

    /// <summary>Gives a command, which must not be refused, and carries out what it orders of the power.</summary>
    public async Task<Machine> DoAsync(SystemId id, MachineCommand command)
    {
        var result = await Core.Machines.ExecuteAsync(id, command);
        result.Should().BeOfType<CommandResult.Done>((result as CommandResult.Refused)?.Reason ?? "");
        return await SettleAsync(id);
    }

    /// <summary>Turns the machine on, and lets a time pass.</summary>
    public async Task<Diagnosed> BootAsync(SimulatedMachine simulated, Machine machine, TimeSpan time)
    {
        simulated.TurnOn();
        await Network.RunForAsync(time);
        return await PassAsync(machine.Id);
    }

    /// <summary>
    /// Lets the workers of a host pass: the status message shows the cause, and the controller of a machine that waits is asked for its
    /// power. Then explains.
    /// </summary>
    public async Task<Diagnosed> PassAsync(SystemId id)
    {
        for (var pass = 0; pass < 3; pass++)
        {
            await ExplainAsync(id);
            await Core.DiagnosisUpdates.PassAsync();
            await SettleAsync(id);
        }

        return await ExplainAsync(id);
    }

    /// <summary>
    /// Lets a time pass in steps, in each of which the workers of a host pass; ends as soon as the machine is as it should be.
    /// </summary>
    public async Task<Diagnosed> RunAsync(SystemId id, TimeSpan time, TimeSpan step, Func<Diagnosed, bool> isReached)
    {
        for (var end = Network.Elapsed + time; ;)
        {
            await Network.RunForAsync(step);
            await ExplainAsync(id);
            await Core.DiagnosisUpdates.PassAsync();
            await SettleAsync(id);
            await Core.Deadlines.PassAsync();
            var now = await ExplainAsync(id);
            if (isReached(now) || Network.Elapsed >= end) return now;
        }
    }

    /// <summary>Serves another subnet from now on.</summary>
    public void Renumber(string network, string range) => _addresses.ReplaceSubnets([SubnetOf(network, range)]);

    /// <summary>What a server observes that is not on the network in memory.</summary>
    public void Observe(BootObservation observation) => _writer.Observe(observation);

    /// <summary>The address that a machine has leased.</summary>
    public IPAddress AddressOf(string mac)
    {
        lock (_owners) return _owners.Last(each => each.Value == HardwareAddress.Parse(mac)).Key;
    }

    /// <summary>The diagnosis, with everything that was observed up to now.</summary>
    public async Task<Diagnosed> ExplainAsync(SystemId id)
    {
        await StopWriterAsync();
        await StartWriterAsync();
        var machine = (await Core.Machines.GetAsync(id))!; // it exists
        return new Diagnosed(machine, await Core.Diagnosis.ExplainAsync(machine), await Core.Timeline.ReadAsync(id));
    }

    public async Task<Machine> SettleAsync(SystemId id)
    {
        while (await Core.PowerQueue.PassAsync() > 0)
        {
            // Each action may be followed by another.
        }

        return (await Core.Machines.GetAsync(id))!; // it exists
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines) await machine.DisposeAsync();
        await _stop.CancelAsync();
        await _boot;
        await StopWriterAsync();
        await _web.DisposeAsync();
        await Core.DisposeAsync();
        _links.Dispose();
        _stop.Dispose();
    }

    ValueTask<AddressEvidence> IAddressResolver.FindEvidenceAsync(
        HardwareAddress client, IPAddress address, CancellationToken cancellationToken) =>
        new(((IAddressResolver)this).OwnerOf(address) == client ? AddressEvidence.Client : AddressEvidence.None);

    HardwareAddress? IAddressResolver.OwnerOf(IPAddress address)
    {
        lock (_owners) return _owners.TryGetValue(address, out var owner) ? owner : null;
    }

    Task<MachinePowerResult> IMachinePower.TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken)
    {
        if (Refuses(PowerAction.TurnOn) is { } refused) return Task.FromResult(refused);
        if (SwitchesMachines) MachineOf(target)?.TurnOn();
        return Task.FromResult<MachinePowerResult>(new MachinePowerResult.Done(MachinePowerState.On) { Note = PowerNote });
    }

    async Task<MachinePowerResult> IMachinePower.TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken)
    {
        if (Refuses(PowerAction.TurnOff) is { } refused) return refused;
        if (SwitchesMachines && MachineOf(target) is { } machine) await Network.RunAsync(() => machine.TurnOffAsync(), cancellationToken);
        return new MachinePowerResult.Done(MachinePowerState.Off);
    }

    Task<MachinePowerResult> IMachinePower.QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult(Refuses(PowerAction.Query) ?? new MachinePowerResult.Done(
            MachineOf(target)?.IsOn is false ? MachinePowerState.Off : MachinePowerState.On));

    private SimulatedMachine? MachineOf(MachinePowerTarget target) =>
        _machines.LastOrDefault(machine => target.MacAddresses.Any(mac => mac.ToString() == machine.Mac.ToString()));

    private static DhcpSubnet SubnetOf(string network, string range) =>
        new() { Network = IPNetwork.Parse(network), Ranges = [AddressRange.Parse(range)] };

    private Task StartWriterAsync()
    {
        _writer = new BootTimelineWriter(
            Core.Timeline, Core.Discoveries, this, _others, new StoreTime(Network.TimeProvider, Core.TimeProvider),
            NullLogger<BootTimelineWriter>.Instance);
        return _writer.StartAsync(CancellationToken.None);
    }

    // Its queue is empty when it has ended.
    private async Task StopWriterAsync()
    {
        _writer.Complete();
        if (_writer.ExecuteTask is { } writes) await writes;
        _writer.Dispose();
    }

    private void ServeBoot(
        IBootPolicy policy, IBootFiles files, IBootObserver observer, LeaseAllocator addresses,
        Action<DhcpServerOptions>? configure)
    {
        var dhcp = new DhcpServerOptions { ListenOn = Host.EndPoint(67), HttpBase = new Uri($"http://{Address}/MAAS/boot/") };
        configure?.Invoke(dhcp);
        var options = new BootServerOptions { Dhcp = dhcp, Tftp = new TftpServerOptions { Listen = Host.EndPoint(69) } };
        _boot = new BootServer(options, Host.Attach(new BootServices
        {
            Policy = policy, Files = files, Observer = observer, Addresses = dhcp.Mode is DhcpMode.Proxy ? null : addresses,
        })).RunAsync(_stop.Token);
    }

    private async Task ServeHttpAsync(IBootPolicy policy, IBootFiles files, IBootObserver observer)
    {
        var templates = new TemplateLibrary(
            Core.Records, BuiltInTemplates.All, _ => new Dictionary<string, object?>(), Network.TimeProvider);
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(Network.TimeProvider).AddSingleton(Core).AddSingleton(observer)
            .AddSingleton(new BootFileSource(policy, files, observer, Network.TimeProvider)).AddMaasApi(_ => { })
            .AddSingleton<IAnswerFiles>(
                new AnswerFileWriter(Recipes, templates, Core.SshKeys, Network.TimeProvider, configs: Core.NodeConfigs));
        _web = builder.Build();
        _web.Use(async (context, next) =>
        {
            if (IPAddress.TryParse(context.Request.Headers["X-Forwarded-For"], out var client)) context.Connection.RemoteIpAddress = client;
            context.Connection.LocalIpAddress = Address;
            await next(context);
        });
        _web.UseRouting();
        _web.MapMaasBoot();
        _web.MapMaasApi();
        await _web.StartAsync(TestContext.Current.CancellationToken);
        Host.ServeHttp(new Path(this) { InnerHandler = _web.GetTestServer().CreateHandler() });
    }

    // What is between the machines and the web server.
    private sealed class Path(VirtualMaas maas) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (maas.Blocks(request.RequestUri!)) // a request has one
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
            var response = await base.SendAsync(request, cancellationToken);
            maas.Changes(response);
            return response;
        }
    }

    // A lease is what shows who has an address here.
    private sealed class Observer(VirtualMaas maas) : IBootObserver
    {
        public void Observe(BootObservation observation)
        {
            if (observation is BootObservation.DhcpExchange { Answered: "ACK", Client: { } client, Hardware: { } hardware })
                lock (maas._owners) maas._owners[client] = hardware;
            maas._writer.Observe(observation);
        }
    }
}
