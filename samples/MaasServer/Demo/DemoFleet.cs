using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Core;
using Maas.Dashboard.Access;
using Maas.Hosting;
using Maas.Testing;
using Maas.Testing.Hardware;

namespace MaasServer.Demo;

/// <summary>
/// Simulated machines that boot from this server over loopback, and the temporary folder of its state: <c>--demo N</c>. No root, no port
/// below 1024; everything is deleted at the end.
/// </summary>
internal sealed class DemoFleet : IAsyncDisposable
{
    // Linux and Windows let anyone use all of 127.0.0.0/8, so a simulated machine really has the address that it was leased.
    private static readonly IPAddress S_address = IPAddress.Loopback;
    private static readonly IPNetwork S_network = IPNetwork.Parse("127.0.0.0/16");

    private static readonly (string Vendor, string Product, int Processors, int Memory, long Disk)[] S_models =
    [
        ("Contoso", "Rack 1U", 8, 32_768, 480), ("Contoso", "Rack 2U", 32, 131_072, 1_920), ("Fabrikam", "Edge", 4, 8_192, 128),
        ("Northwind", "Storage", 16, 65_536, 3_840),
    ];

    private static readonly SimulatedFirmware[] S_firmware =
        [SimulatedFirmware.UefiPxe, SimulatedFirmware.UefiHttp, SimulatedFirmware.BiosPxe, SimulatedFirmware.BiosIpxe];

    private readonly DirectoryInfo _data;
    private readonly int _dhcpPort = FreePort(), _tftpPort = FreePort();

    private string? _keyFile;

    private DemoFleet(DirectoryInfo data, int count)
    {
        (_data, Broken) = (data, MacOf(count / 2));
        for (var number = 0; number < count; number++) Rack.Add(OptionsOf(number));
    }

    /// <summary>The machines, off.</summary>
    public SimulatedRack Rack { get; } = new();

    /// <summary>The machine whose disk is failing, which its tests find.</summary>
    public HardwareAddress Broken { get; }

    /// <summary>Makes the folder and the machines.</summary>
    public static async Task<DemoFleet> CreateAsync(int count)
    {
        var fleet = new DemoFleet(Directory.CreateTempSubdirectory("maas-demo-"), count);
        var boot = fleet._data.CreateSubdirectory("boot").FullName;
        // A simulated machine fetches these and runs nothing: any bytes will do.
        foreach (var (name, length) in ((string, int)[])[("snponly.efi", 200_000), ("ipxe.efi", 1_000_000),
            ("undionly.kpxe", 70_000), ("kernel", 8_000_000), ("initrd", 20_000_000)])
        {
            await File.WriteAllBytesAsync(Path.Combine(boot, name), RandomNumberGenerator.GetBytes(length));
        }

        return fleet;
    }

    /// <summary>Sets where the state is, and the network on loopback.</summary>
    public void Complete(MaasOptions maas)
    {
        maas.DataDirectory = _data.FullName;
        _keyFile = maas.AdministratorKeyFile;
        maas.Ephemeral.Own = new CustomEnvironment("kernel", "initrd");
        maas.Networks.Clear();
        maas.Networks["loopback"] = new MaasNetworkOptions
        {
            Loopback = new LoopbackBoot(S_address, _dhcpPort, _tftpPort, S_network),
            Range = AddressRange.Parse("127.0.77.1-127.0.80.254"),
        };
    }

    /// <summary>Says where the dashboard is, and acts on the machines until the host is stopped.</summary>
    public async Task LiveAsync(WebApplication app)
    {
        var dashboard = app.Urls.First() + "/MAAS/";
        Console.WriteLine($"""
            {Rack.Machines.Count} simulated machines boot, enlist and are commissioned; some are deployed, and one fails its tests.

              Sign in (this link works once): {dashboard}{app.Services.GetRequiredService<DashboardSignInLinks>().Create("admin")}
              The API and the dashboard:      {dashboard}
              The administrator's API key:    {_keyFile ?? Path.Combine(_data.FullName, "admin.apikey")}

            Ctrl-C ends the demonstration and deletes everything.
            """);
        var story = new DemoStory(this, app.Services.GetRequiredService<MaasCore>());
        try
        {
            await story.RunAsync(app.Lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The user has seen enough.
        }

        await app.WaitForShutdownAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Rack.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private static HardwareAddress MacOf(int number) =>
        HardwareAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"52:54:00:de:{number >> 8:x2}:{number & 0xff:x2}"));

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(S_address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port; // bound above
    }

    private SimulatedMachineOptions OptionsOf(int number)
    {
        var (vendor, product, processors, memory, disk) = S_models[number % S_models.Length];
        var mac = MacOf(number);
        return new SimulatedMachineOptions
        {
            Mac = mac,
            Firmware = S_firmware[number % S_firmware.Length],
            Uuid = new Guid(number, 0x4d41, 0x4153, [.. "demofeet"u8]), // the same in each run
            DiskFolder = null,
            Hardware = new SimulatedHardware
            {
                Vendor = vendor,
                Product = product,
                Processors = processors,
                MemoryMebibytes = memory,
                Disks = [new SimulatedDiskModel("sda", disk << 30, Serial: $"DEMO{number:d4}", Model: vendor + " SSD")],
            },
            Network = new SimulatedNetwork
            {
                DhcpServers = [new IPEndPoint(S_address, _dhcpPort)],
                Relay = S_address,
                TftpPort = _tftpPort,
            },
            RunScript = mac == Broken ? FailDiskTest : null,
        };
    }

    private static SimulatedScriptResult? FailDiskTest(SimulatedScript script) =>
        script.Name == "20-maas-disk-read"
            ? new SimulatedScriptResult(1, "sda: read error at byte 214748364800 of 515396075520: Input/output error\n")
            : null;
}
