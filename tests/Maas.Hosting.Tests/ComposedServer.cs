using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests;

/// <summary>The whole composition on loopback, as a host would run it, over a store that is thrown away.</summary>
internal sealed class ComposedServer : IAsyncDisposable
{
    private static readonly IPAddress S_address = IPAddress.Parse("127.78.0.1");

    private readonly WebApplication _application;
    private readonly DirectoryInfo _data;

    private ComposedServer(WebApplication application, DirectoryInfo data, int http, int dhcp, int tftp, int dns, int syslog)
    {
        (_application, _data) = (application, data);
        Base = new Uri($"http://{S_address}:{http}/MAAS/");
        (Dhcp, TftpPort, DnsPort, SyslogPort) = (new IPEndPoint(S_address, dhcp), tftp, dns, syslog);
    }

    /// <summary>The base of API, metadata and boot files.</summary>
    public Uri Base { get; }

    public IPEndPoint Dhcp { get; }

    public int TftpPort { get; }

    public int DnsPort { get; }

    public int SyslogPort { get; }

    public string ApiKey => File.ReadAllText(Path.Combine(_data.FullName, "admin.apikey")).Trim();

    public T Get<T>()
        where T : notnull => _application.Services.GetRequiredService<T>();

    /// <summary>Starts it in a mode; <see langword="null"/> for the API alone.</summary>
    public static async Task<ComposedServer> StartAsync(
        DhcpMode? mode, ILoggerProvider? log = null, Action<IServiceCollection>? configure = null)
    {
        var data = Directory.CreateTempSubdirectory("maas-composed");
        var (http, dhcp, tftp, dns, syslog) = (FreePort(), FreePort(), FreePort(), FreePort(), FreePort());
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        if (log is not null) builder.Logging.AddProvider(log);
        builder.WebHost.UseUrls($"http://{S_address}:{http}");
        builder.Services.AddMaasServer(maas =>
        {
            maas.DataDirectory = data.FullName;
            maas.ImagePeers.Address = new Uri($"http://{S_address}:{http}/MAAS");
            maas.Ephemeral.Own = new CustomEnvironment("kernel", "initrd");
            if (mode is null) return;
            maas.Networks["test"] = new MaasNetworkOptions
            {
                Mode = mode.Value,
                Loopback = new LoopbackBoot(S_address, dhcp, tftp, IPNetwork.Parse("127.78.0.0/24")) { DnsPort = dns, SyslogPort = syslog },
                Range = AddressRange.Parse("127.78.0.100-127.78.0.200"),
            };
        }).AddApi();
        configure?.Invoke(builder.Services);
        Directory.CreateDirectory(Path.Combine(data.FullName, "boot"));
        // Before the start: what is there when the server lists the folder is served at once.
        foreach (var name in (string[])["snponly.efi", "kernel", "initrd"])
            await File.WriteAllBytesAsync(Path.Combine(data.FullName, "boot", name), RandomNumberGenerator.GetBytes(1_000_000));
        var application = builder.Build();
        application.MapMaas();
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new ComposedServer(application, data, http, dhcp, tftp, dns, syslog);
    }

    /// <summary>A UEFI machine that nobody knows boots from it by DHCP, TFTP and HTTP, to its end.</summary>
    public async Task<Machine> EnlistAsync(string mac, CancellationToken cancellationToken)
    {
        await using var simulated = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse(mac),
            Firmware = SimulatedFirmware.UefiPxe,
            Network = new SimulatedNetwork { DhcpServers = [Dhcp], Relay = Dhcp.Address, TftpPort = TftpPort },
        });
        simulated.TurnOn();
        await simulated.WhenAtRestAsync(cancellationToken);
        return (await Get<Machines>().FindByMacAsync(MacAddress.Parse(mac), cancellationToken))!; // it enlisted
    }

    /// <summary>Stops it as a signal does.</summary>
    public Task StopAsync() => _application.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(S_address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port; // bound above
    }
}
