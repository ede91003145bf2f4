using System.CommandLine;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Files;
using Maas.Boot.RouterAdvertisement;

var directory = new Argument<DirectoryInfo>("DIR")
{
    Description = "holds the boot programs (snponly.efi: Debian's package ipxe), the kernel and the initial ram disk"
};
var device = new Option<string>("--interface") { Description = "the network interface to serve, such as eth0", Required = true };
var network = new Option<IPNetwork>("--subnet")
{
    Description = "the subnet, such as fd00:77::/64",
    Required = true,
    CustomParser = r => IPNetwork.Parse(r.Tokens[0].Value)
};
var range = new Option<AddressRange6>("--range")
{
    Description = "the addresses to lease, such as fd00:77::1000-fd00:77::1fff",
    Required = true,
    CustomParser = r => AddressRange6.Parse(r.Tokens[0].Value)
};
var leases = new Option<string>("--leases") { Description = "the file that leases are kept in", DefaultValueFactory = _ => "dhcp6.leases" };
var http = new Option<Uri?>("--http")
{
    Description =
        "where a web server of your own serves DIR, with a script ipxe/52-54-00-12-34-56 for each machine, such as http://[::]:8080/ ([::] "
            + "is this server): UEFI boots by HTTP, too",
    CustomParser = r => new Uri(r.Tokens[0].Value)
};
var kernel = new Option<string?>("--kernel") { Description = "the kernel's name in DIR; without it, machines are switched off again" };
var append = new Option<string>("--append") { Description = "the kernel's command line", DefaultValueFactory = _ => "" };

var command = new RootCommand("Boots every UEFI machine on a link over IPv6: router advertisements, DHCPv6, and TFTP.")
{
    directory, device, network, range, leases, http, kernel, append
};
command.SetAction(async (arguments, cancellationToken) =>
{
    var subnet = new Dhcp6Subnet { Network = arguments.GetValue(network), Ranges = [arguments.GetValue(range)] };
    var options = new BootServerOptions
    {
        Interface = arguments.GetRequiredValue(device),
        Dhcp = null,
        Dhcp6 = new() { HttpBase = arguments.GetValue(http) },
        RouterAdvertisement = new() { Prefixes = { new AdvertisedPrefix { Network = subnet.Network } } },
    };
    await using var journal = LeaseJournal6.Open(arguments.GetRequiredValue(leases));
    var addresses = await LeaseAllocator6.OpenAsync([subnet], journal, cancellationToken: cancellationToken);
    var policy = new Everybody(arguments.GetValue(kernel) is { } name
        ? new BootInstruction.Kernel(name, [], arguments.GetRequiredValue(append))
        : new BootInstruction.PowerOff());
    await new BootServer(
        options,
        new BootServices
        {
            Policy = policy,
            Files = new DirectoryBootFiles(arguments.GetRequiredValue(directory).FullName),
            Observer = policy,
            Addresses6 = addresses,
        }).RunAsync(cancellationToken);
});
return await command.Parse(args).InvokeAsync();

internal sealed class Everybody(BootInstruction instruction) : IBootPolicy, IBootObserver
{
    public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) => new(instruction);

    public void Observe(BootObservation observation) => Console.WriteLine(observation);
}
