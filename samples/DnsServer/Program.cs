using System.CommandLine;
using System.Net;
using Maas.Boot.Dns;

var hosts = new Argument<FileInfo>("HOSTS") { Description = "The machines as in /etc/hosts: an address and a name a line. It is read again when it has changed." };
var listen = new Option<string>("--listen") { Description = "ADDR:PORT to answer on, by UDP and TCP.", DefaultValueFactory = _ => "0.0.0.0:53" };
var domain = new Option<string>("--domain") { Description = "The machines' domain.", DefaultValueFactory = _ => "maas" };
var networks = new Option<string[]>("--network") { Description = "A network whose addresses are named, such as 10.0.0.0/24; its clients may ask for other names too." };
var forwarders = new Option<string[]>("--forward") { Description = "A resolver for other names, such as 9.9.9.9." };

var command = new RootCommand("Names the machines of a hosts file, forward and reverse, and forwards the rest.") { hosts, listen, domain, networks, forwarders };
command.SetAction(async (parsed, cancellationToken) =>
{
    var options = new DnsServerOptions { Listen = IPEndPoint.Parse(parsed.GetRequiredValue(listen)), Domain = parsed.GetRequiredValue(domain) };
    foreach (var network in parsed.GetValue(networks) ?? []) options.Networks.Add(IPNetwork.Parse(network));
    foreach (var resolver in parsed.GetValue(forwarders) ?? []) options.Forwarders.Add(new IPEndPoint(IPAddress.Parse(resolver), 53));
    var server = new DnsServer(options, new HostsFile(parsed.GetRequiredValue(hosts).FullName));
    var running = server.RunAsync(cancellationToken);
    if (await Task.WhenAny(server.Listening, running) != running) Console.WriteLine($"DNS on {await server.Listening}; Ctrl-C ends it.");
    await running;
});
return await command.Parse(args).InvokeAsync();

internal sealed class HostsFile(string path) : IHostDirectory
{
    private (DateTime Written, ILookup<string, IPAddress> Hosts) _read = Read(path);

    public uint Serial => (uint)new DateTimeOffset(Current().Written).ToUnixTimeSeconds();
    public IReadOnlyList<IPAddress>? AddressesOf(string hostName) => Current().Hosts.Contains(hostName) ? [.. Current().Hosts[hostName]] : null;
    public string? HostAt(IPAddress address) => Current().Hosts.FirstOrDefault(host => host.Contains(address))?.Key;
    public IEnumerable<string> Hosts() => Current().Hosts.Select(host => host.Key);

    private (DateTime Written, ILookup<string, IPAddress> Hosts) Current() => File.GetLastWriteTimeUtc(path) == _read.Written ? _read : _read = Read(path);

    private static (DateTime, ILookup<string, IPAddress>) Read(string path) => (File.GetLastWriteTimeUtc(path), File.ReadLines(path).Select(line => line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length > 1 && IPAddress.TryParse(words[0], out _)).ToLookup(words => words[1].Split('.')[0].ToLowerInvariant(), words => IPAddress.Parse(words[0])));
}
