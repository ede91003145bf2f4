using System.CommandLine;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;

var directory = new Argument<DirectoryInfo>("DIR")
{
    Description = "holds the boot programs (undionly.kpxe, snponly.efi: Debian's package ipxe), the kernel and the initial ram disk"
};
var device = new Option<string>("--interface") { Description = "the network interface to serve, such as eth0", Required = true };
var network = new Option<IPNetwork?>("--subnet")
{
    Description = "lease addresses on this subnet; without it, another DHCP server does",
    CustomParser = r => IPNetwork.Parse(r.Tokens[0].Value)
};
var range = new Option<AddressRange>("--range")
{
    Description = "the addresses to lease, such as 10.0.0.100-10.0.0.199",
    CustomParser = r => AddressRange.Parse(r.Tokens[0].Value)
};
var leases = new Option<string>("--leases") { Description = "the file that leases are kept in", DefaultValueFactory = _ => "pxe.leases" };
var kernel = new Option<string>("--kernel") { Description = "the kernel's name in DIR", DefaultValueFactory = _ => "linux" };
var disks = new Option<string[]>("--initrd")
{
    Description = "an initial ram disk's name in DIR; may be repeated",
    DefaultValueFactory = _ => ["initrd.gz"]
};
var append = new Option<string>("--append") { Description = "the kernel's command line", DefaultValueFactory = _ => "" };

var command = new RootCommand("Boots every machine on a link, BIOS or UEFI, from a directory, with or without another DHCP server.")
{
    directory, device, network, range, leases, kernel, disks, append
};
command.Validators.Add(result =>
{
    if (result.GetResult(network) is not null && result.GetResult(range) is null)
        result.AddError("--subnet needs --range: the addresses to lease.");
});
command.SetAction(async (arguments, cancellationToken) =>
{
    var policy =
        new Everybody(new BootInstruction.Kernel(
            arguments.GetRequiredValue(kernel), arguments.GetRequiredValue(disks), arguments.GetRequiredValue(append)));
    var options = new BootServerOptions { Interface = arguments.GetRequiredValue(device) };
    options.Dhcp!.Mode = arguments.GetValue(network) is null ? DhcpMode.Proxy : DhcpMode.Full;
    await using var journal = LeaseJournal.Open(arguments.GetRequiredValue(leases));
    var subnets = arguments.GetValue(network) is { } n ? (DhcpSubnet[])[new() { Network = n, Ranges = [arguments.GetValue(range)] }] : [];
    var addresses = subnets.Length == 0 ? null : await LeaseAllocator.OpenAsync(subnets, journal, cancellationToken: cancellationToken);
    await new BootServer(
        options,
        new BootServices
        {
            Policy = policy,
            Files = new DirectoryBootFiles(arguments.GetRequiredValue(directory).FullName),
            Addresses = addresses,
            Observer = policy,
        }).RunAsync(cancellationToken);
});
return await command.Parse(args).InvokeAsync();

internal sealed class Everybody(BootInstruction instruction) : IBootPolicy, IBootObserver
{
    public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) => new(instruction);

    public void Observe(BootObservation observation) => Console.WriteLine(observation);
}
