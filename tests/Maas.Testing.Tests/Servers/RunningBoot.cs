using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;
using Maas.Boot.Scripts;

namespace Maas.Testing.Tests.Servers;

/// <summary>
/// Maas.Boot's DHCP server on a free loopback port, leasing addresses of the loopback network, with its TFTP server beside it.
/// </summary>
internal sealed class RunningBoot : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _journal = Path.Combine(Path.GetTempPath(), $"maas-leases-{Guid.CreateVersion7():N}");
    private LeaseJournal? _leases;
    private RunningTftp? _tftp;
    private Task _run = Task.CompletedTask;

    public SimulatedNetwork Network { get; private set; } = new();

    public static async Task<RunningBoot> StartAsync(IBootPolicy policy, IBootFiles files, Uri? httpBase = null)
    {
        var running = new RunningBoot();
        running._leases = LeaseJournal.Open(running._journal);
        var subnet = new DhcpSubnet { Network = IPNetwork.Parse("127.0.0.0/8"), Ranges = [AddressRange.Parse("127.77.0.10-127.77.3.250")] };
        var addresses = await LeaseAllocator.OpenAsync([subnet], running._leases);
        var dhcp = new DhcpServer(
            new DhcpServerOptions
            {
                ListenOn = new IPEndPoint(IPAddress.Loopback, 0),
                ServerAddress = IPAddress.Loopback,
                HttpBase = httpBase
            },
            new BootServices { Addresses = addresses, Policy = policy });
        running._tftp = new RunningTftp(new BootFileSource(policy, files));
        running._run = dhcp.RunAsync(running._stop.Token);
        running.Network = new SimulatedNetwork { DhcpServers = await dhcp.Listening, TftpPort = running._tftp.EndPoint.Port };
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ContinueWith(_ => { }, TaskScheduler.Default);
        if (_tftp is not null) await _tftp.DisposeAsync();
        if (_leases is not null) await _leases.DisposeAsync();
        _stop.Dispose();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_journal) + "*")) File.Delete(file);
    }
}
