using System.CommandLine;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Postgres;

var device = new Option<string>("--interface") { Description = "The network interface to serve.", Required = true };
var network = new Option<string>("--subnet") { Description = "The subnet.", Required = true };
var range = new Option<string>("--range") { Description = "The addresses to lease.", Required = true };
var database = new Option<string>("--database") { Description = "The connection string.", Required = true };
var split = new Option<int?>("--server") { Description = "The load is split between two servers, of which this is one: 0 or 1." };
var command = new RootCommand("A DHCP server with its leases in PostgreSQL.") { device, network, range, database, split };
command.SetAction(async (arguments, cancellationToken) =>
{
    var subnet = new DhcpSubnet
    {
        Network = IPNetwork.Parse(arguments.GetRequiredValue(network)),
        Ranges = [AddressRange.Parse(arguments.GetRequiredValue(range))],
    };
    await using var store = new PostgresLeaseStore(new PostgresStoreOptions { ConnectionString = arguments.GetRequiredValue(database) });
    await using var addresses = await SharedLeaseAllocator.OpenAsync([subnet], store.Leases, cancellationToken: cancellationToken);
    var options = new DhcpServerOptions { Interfaces = { arguments.GetRequiredValue(device) }, AllowOtherServers = true };
    if (arguments.GetValue(split) is { } server) options.LoadSplit = new DhcpLoadSplitOptions { Server = server };
    await new DhcpServer(options, new BootServices { Addresses = addresses }).RunAsync(cancellationToken);
});
return await command.Parse(args).InvokeAsync();
