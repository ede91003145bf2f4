using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;
using Maas.Boot.Tftp;
using Maas.Startup;

// The smallest host of Maas.Boot: DHCP and TFTP on loopback. measure.sh publishes it and waits for the line that tells that both listen.
var subnet = new DhcpSubnet { Network = IPNetwork.Parse("10.0.0.0/24"), Ranges = [AddressRange.Parse("10.0.0.100-10.0.0.199")] };
var services = new BootServices
{
    Policy = new LocalDisk(),
    Files = new DirectoryBootFiles(AppContext.BaseDirectory),
    Addresses = await LeaseAllocator.OpenAsync([subnet], new InMemoryLeaseStore()),
};
var dhcp = new DhcpServer(
    new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, int.Parse(args[0])), BootServicePort = 0 }, services);
var tftp = new TftpServer(new TftpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, int.Parse(args[0]) + 1) }, services);
var running = Task.WhenAll(dhcp.RunAsync(), tftp.RunAsync());
await Task.WhenAll(dhcp.Listening, tftp.Listening);
Console.WriteLine("ready");
await running;
