using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Core.Nodes;
using Maas.Hosting;
using Maas.Testing;

var address = IPAddress.Parse("127.77.0.1");
var data = Directory.CreateTempSubdirectory("maas-");
var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls($"http://{address}:5240");
builder.Services.AddMaasServer(maas =>
{
    maas.DataDirectory = data.FullName;
    maas.Networks["loopback"] = new MaasNetworkOptions
    {
        Loopback = new LoopbackBoot(address, DhcpPort: 6767, TftpPort: 6969, IPNetwork.Parse("127.77.0.0/24")),
        Range = AddressRange.Parse("127.77.0.100-127.77.0.200"),
    };
    maas.Ephemeral.Own = new CustomEnvironment("kernel", "initrd");
}).AddApi();

// The simulated machine downloads these files and does not run them, so any content will do.
data.CreateSubdirectory("boot");
foreach (var file in new[] { "snponly.efi", "kernel", "initrd" })
    await File.WriteAllTextAsync(Path.Combine(data.FullName, "boot", file), "boot file");

await using var app = builder.Build();
app.MapMaas();
await app.StartAsync();

await using var machine = new SimulatedMachine(new SimulatedMachineOptions
{
    Mac = HardwareAddress.Parse("52:54:00:12:34:56"),
    Firmware = SimulatedFirmware.UefiPxe,
    Network = new SimulatedNetwork { DhcpServers = [new IPEndPoint(address, 6767)], Relay = address, TftpPort = 6969 },
});
machine.TurnOn();
await machine.WhenAtRestAsync(CancellationToken.None);

foreach (var known in await app.Services.GetRequiredService<Machines>().ListAsync())
    Console.WriteLine($"{known.Hostname} ({known.Id}) is {known.Status}");
