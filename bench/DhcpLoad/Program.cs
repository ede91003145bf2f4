using System.CommandLine;
using System.Globalization;
using System.Net;
using DhcpLoad;

var servers = new Argument<string[]>("ADDR") { Description = "The server, or servers.", Arity = ArgumentArity.OneOrMore };
var relay = new Option<string>("--relay") { Description = "The address to be a relay agent at.", Required = true };
var clients = new Option<int>("--clients") { Description = "How many clients take turns.", DefaultValueFactory = _ => 10_000 };
var rate = new Option<int>("--rate") { Description = "Exchanges begun a second; 0 for as many as the server ends." };
var outstanding = new Option<int>("--outstanding") { Description = "Without a rate: exchanges at once.", DefaultValueFactory = _ => 64 };
var seconds = new Option<double>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 5 };
var once = new Option<bool>("--once") { Description = "Each client once, then the end." };
var command =
    new RootCommand("DISCOVER, OFFER, REQUEST, ACK as a relay agent with many clients; says how many a second and how long they took.")
{
    servers, relay, clients, rate, outstanding, seconds, once
};

command.SetAction(async (parsed, _) =>
{
    var options = new LoadOptions(
        [.. parsed.GetRequiredValue(servers).Select(server => new IPEndPoint(IPAddress.Parse(server), 67))],
        new IPEndPoint(IPAddress.Parse(parsed.GetRequiredValue(relay)), 67),
        parsed.GetValue(clients),
        parsed.GetValue(rate),
        parsed.GetValue(outstanding),
        TimeSpan.FromSeconds(parsed.GetValue(seconds)),
        parsed.GetValue(once));
    using var load = new LoadRelay(options);
    await load.RunAsync();
    var times = load.Milliseconds.Order().ToList();
    var underWay = options.Rate == 0 ? Math.Min(options.Outstanding, load.Begun - times.Count) : 0; // cut off by the end, not dropped
    double Quantile(double q) => times.Count == 0 ? double.NaN : times[Math.Min(times.Count - 1, (int)(times.Count * q))];
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{times.Count / load.Took.TotalSeconds:F0} exchanges/s  "
            + $"{100.0 * (load.Begun - underWay - times.Count) / Math.Max(1, load.Begun):F2} % dropped  p50 {Quantile(.5):F2} ms  p99 "
            + $"{Quantile(.99):F2} ms  max {Quantile(1):F2} ms  {times.Count} done  {load.Refusals} refused")
        + string.Create(CultureInfo.InvariantCulture, $"  {(double)load.Offers / Math.Max(1, times.Count):F2} offers each"));
});
return await command.Parse(args).InvokeAsync();
