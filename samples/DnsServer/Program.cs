using System.CommandLine;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dns;

var hosts = new Argument<FileInfo>("HOSTS")
{
    Description = "The machines as in /etc/hosts: an address and a name a line. It is read again when it has changed."
};
var listen = new Option<string>("--listen")
{
    Description = "ADDR:PORT to listen on, UDP and TCP.",
    DefaultValueFactory = _ => "0.0.0.0:53"
};
var domain = new Option<string>("--domain") { Description = "The machines' domain.", DefaultValueFactory = _ => "maas" };
var networks = new Option<string[]>("--network") { Description = "A network whose addresses have names, such as 10.0.0.0/24." };
var forwarders = new Option<string[]>("--forward") { Description = "A resolver for other names, such as 9.9.9.9." };

var command = new RootCommand("Serves the names of a hosts file, forward and reverse, and forwards the rest.")
{
    hosts, listen, domain, networks, forwarders
};
command.SetAction(async (parsed, cancellationToken) =>
{
    var options = new DnsServerOptions
    {
        Listen = IPEndPoint.Parse(parsed.GetRequiredValue(listen)),
        Domain = parsed.GetRequiredValue(domain)
    };
    foreach (var network in parsed.GetValue(networks) ?? []) options.Networks.Add(IPNetwork.Parse(network));
    foreach (var resolver in parsed.GetValue(forwarders) ?? []) options.Forwarders.Add(new IPEndPoint(IPAddress.Parse(resolver), 53));
    var server = new DnsServer(options, new BootServices { Hosts = new HostsFile(parsed.GetRequiredValue(hosts).FullName) });
    var running = server.RunAsync(cancellationToken);
    if (await Task.WhenAny(server.Listening, running) != running)
        Console.WriteLine($"DNS on {(await server.Listening)[0]}; Ctrl-C ends it.");
    await running;
});
return await command.Parse(args).InvokeAsync();
