using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Hosting;
using Maas.Power;
using Maas.Testing;
using Maas.Testing.Api;

namespace Tour;

/// <summary>
/// The server of the tour: everything <c>samples/MaasServer</c> runs, on loopback and with a store that is thrown away; and a machine that
/// can reach it.
/// </summary>
internal sealed class TourServer : IAsyncDisposable
{
    // Linux lets anyone use all of 127.0.0.0/8, so the simulated machine really has the address that it was leased.
    private static readonly IPAddress Address = IPAddress.Parse("127.77.0.1");

    private readonly WebApplication _application;
    private readonly DirectoryInfo _data;
    private readonly SimulatedRack _rack;

    private TourServer(
        WebApplication application,
        DirectoryInfo data,
        SimulatedRack rack,
        SimulatedMachine machine,
        ApiTestClient client) =>
        (_application, _data, _rack, Machine, Client) = (application, data, rack, machine, client);

    /// <summary>The machine, off and unknown to the server.</summary>
    public SimulatedMachine Machine { get; }

    /// <summary>The administrator's client.</summary>
    public ApiTestClient Client { get; }

    public static async Task<TourServer> StartAsync(CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("maas-tour");
        var (http, dhcp, tftp) = (FreePort(), FreePort(), FreePort());
        var rack = new SimulatedRack();
        var machine = rack.Add(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse("52:54:00:12:04:26"),
            Firmware = SimulatedFirmware.UefiPxe,
            Uuid = Guid.Parse("4c4c4544-0042-3110-8052-b4c04f384432"),
            Network = new SimulatedNetwork { DhcpServers = [new IPEndPoint(Address, dhcp)], Relay = Address, TftpPort = tftp },
        });

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://{Address}:{http}");
        builder.Services.AddSingleton<IPowerDriver>(new SimulatedRackPower(rack));
        builder.Services.AddMaasServer(maas =>
        {
            maas.DataDirectory = data.FullName;
            maas.Networks["loopback"] = new MaasNetworkOptions
            {
                Loopback = new LoopbackBoot(Address, dhcp, tftp, IPNetwork.Parse("127.77.0.0/24")),
                Range = AddressRange.Parse("127.77.0.100-127.77.0.200"),
            };
            maas.Ephemeral.Own = new CustomEnvironment("kernel", "initrd");
        }).AddApi();
        data.CreateSubdirectory("boot");
        // A simulated machine fetches these and runs nothing: any bytes will do. samples/VmLab boots the real ones.
        foreach (var (name, length) in new[] { ("snponly.efi", 200_000), ("kernel", 8_000_000), ("initrd", 20_000_000) })
            await File.WriteAllBytesAsync(
                Path.Combine(data.FullName, "boot", name), RandomNumberGenerator.GetBytes(length), cancellationToken);
        var application = builder.Build();
        application.MapMaas();
        await application.StartAsync(cancellationToken);

        var key = await File.ReadAllTextAsync(Path.Combine(data.FullName, "admin.apikey"), cancellationToken);
        return new TourServer(
            application, data, rack, machine, new ApiTestClient(new HttpClientHandler(), new Uri($"http://{Address}:{http}/MAAS/"), key));
    }

    public async ValueTask DisposeAsync()
    {
        await _rack.DisposeAsync();
        Client.Dispose();
        await _application.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(Address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port; // bound above
    }
}
