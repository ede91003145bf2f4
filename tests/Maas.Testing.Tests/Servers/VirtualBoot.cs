using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Tftp;
using Maas.Testing.Virtual;

namespace Maas.Testing.Tests.Servers;

/// <summary>Maas.Boot's DHCP and TFTP servers on a network in memory.</summary>
internal sealed class VirtualBoot : IBootObserver, IAsyncDisposable
{
    public static readonly IPAddress Server = IPAddress.Parse("10.0.0.1");

    private readonly CancellationTokenSource _stop = new();
    private readonly List<SimulatedMachine> _machines = [];
    private Task _run = Task.CompletedTask;

    private VirtualBoot(VirtualNetwork network) => Network = network;

    public VirtualNetwork Network { get; }

    public VirtualHost Host { get; private set; } = null!; // set before it is returned

    public List<BootObservation> Observations { get; } = [];

    public static async Task<VirtualBoot> StartAsync(
        VirtualNetwork network,
        IBootPolicy? policy = null,
        Action<BootServerOptions>? configure = null)
    {
        var boot = new VirtualBoot(network) { Host = network.AddHost("boot", Server) };
        var subnet = new DhcpSubnet { Network = IPNetwork.Parse("10.0.0.0/16"), Ranges = [AddressRange.Parse("10.0.1.1-10.0.200.250")] };
        var options = new BootServerOptions
        {
            Dhcp = new DhcpServerOptions { ListenOn = boot.Host.EndPoint(67) },
            Tftp = new TftpServerOptions { Listen = boot.Host.EndPoint(69) },
        };
        configure?.Invoke(options);
        boot._run = new BootServer(options, boot.Host.Attach(new BootServices
        {
            Policy = policy ?? new KernelPolicy(),
            Files = new InMemoryBootFiles("snponly.efi", "undionly.kpxe", "linux", "initrd.gz"),
            Addresses = await LeaseAllocator.OpenAsync([subnet], new InMemoryLeaseStore(), timeProvider: network.TimeProvider),
            Observer = boot,
        })).RunAsync(boot._stop.Token);
        return boot;
    }

    public SimulatedMachine Add(int number, LinkConditions? link = null, SimulatedFirmware firmware = SimulatedFirmware.UefiPxe)
    {
        var machine = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = new HardwareAddress(HardwareAddress.Ethernet, [0x52, 0x54, 0, 0, (byte)(number >> 8), (byte)number]),
            Firmware = firmware,
            Network = new SimulatedNetwork { Virtual = Network, Link = link ?? LinkConditions.Lan },
            DiskFolder = null,
        });
        _machines.Add(machine);
        return machine;
    }

    /// <summary>Boots machines until all are at rest.</summary>
    public Task<SettledState[]> BootAsync(params IReadOnlyList<SimulatedMachine> machines) => Network.RunAsync(() =>
        Task.WhenAll(machines.Select(m =>
        {
            m.TurnOn();
            return m.WhenAtRestAsync();
        })));

    public static async Task<List<string>> StoryAsync(SimulatedMachine machine)
    {
        await machine.DisposeAsync();
        return await machine.WatchAsync().Select(e => $"{e.SincePowerOn:c} {e}").ToListAsync();
    }

    public void Observe(BootObservation observation)
    {
        lock (Observations) Observations.Add(observation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines) await machine.DisposeAsync();
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }
}

/// <summary>Boots a kernel on each machine.</summary>
internal sealed class KernelPolicy(Func<BootRequest, CancellationToken, ValueTask>? think = null) : IBootPolicy
{
    public async ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken)
    {
        if (think is not null) await think(question, cancellationToken);
        return new BootInstruction.Kernel("linux", ["initrd.gz"], "quiet");
    }
}
