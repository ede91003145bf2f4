using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;

var device = new Option<string>("--interface") { Description = "the network interface to serve, such as eth0", Required = true };
var network = new Option<IPNetwork>("--subnet")
{
    Description = "the subnet, such as 10.0.0.0/24",
    Required = true,
    CustomParser = r => Read(r, t => IPNetwork.Parse(t))
};
var range = new Option<AddressRange>("--range")
{
    Description = "the addresses to lease, such as 10.0.0.100-10.0.0.199",
    Required = true,
    CustomParser = r => Read(r, t => AddressRange.Parse(t))
};
var leases = new Option<string>("--leases") { Description = "the file that leases are kept in", Required = true };

var command = new RootCommand("Leases addresses on one interface.") { device, network, range, leases };
command.SetAction(async (arguments, cancellationToken) =>
{
    var subnet = new DhcpSubnet { Network = arguments.GetValue(network), Ranges = [arguments.GetValue(range)] };
    await using var journal = LeaseJournal.Open(arguments.GetRequiredValue(leases));
    var addresses = await LeaseAllocator.OpenAsync([subnet], journal, cancellationToken: cancellationToken);
    var server = new DhcpServer(
        new DhcpServerOptions { Interfaces = { arguments.GetRequiredValue(device) } }, new BootServices { Addresses = addresses });

    var running = server.RunAsync(cancellationToken);
    Console.WriteLine($"DHCP on {string.Join(", ", await server.Listening)}; Ctrl+C stops");
    await running;
});
return await command.Parse(args).InvokeAsync();

static T? Read<T>(ArgumentResult argument, Func<string, T> parse)
{
    try
    {
        return parse(argument.Tokens[0].Value);
    }
    catch (FormatException e)
    {
        argument.AddError(e.Message);
        return default;
    }
}
