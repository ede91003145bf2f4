using System.CommandLine;
using System.Diagnostics;
using HttpLoad;

var url = new Argument<string>("URL") { Description = "What to fetch, http alone." };
var path = new Argument<FileInfo>("FILE") { Description = "A local copy of it." };
var clients = new Option<int>("--clients") { Description = "How many connections fetch it at once.", DefaultValueFactory = _ => 1 };
var requests = new Option<int>("--requests")
{
    Description = "How often each fetches it, over one connection.",
    DefaultValueFactory = _ => 1
};
var command =
    new RootCommand(
        "Fetches a file by HTTP/1.1 with many clients at once, checks its length and samples of its content, and says how fast.")
{
    url, path, clients, requests
};

command.SetAction(parsed =>
{
    var sample = FileSample.Of(parsed.GetRequiredValue(path).FullName);
    var all = Enumerable.Range(0, parsed.GetValue(clients))
        .Select(_ => new LoadClient(new Uri(parsed.GetRequiredValue(url)), sample, parsed.GetValue(requests)))
        .ToList();
    var clock = Stopwatch.StartNew();
    foreach (var client in all) client.Start();
    foreach (var client in all) client.Join();

    var (seconds, good) = (clock.Elapsed.TotalSeconds, all.Sum(client => client.Fetched));
    Console.WriteLine($"{good * sample.Length / 1e9 / seconds,6:F2} GB/s  {good / seconds,8:F0} requests/s  {good} of "
        + $"{all.Count * parsed.GetValue(requests)} correct  {seconds:F2} s");
    foreach (var failure in all.Select(client => client.Failure).OfType<string>().GroupBy(text => text).Take(3))
        Console.WriteLine($"  {failure.Count()} failed: {failure.Key}");
    return all.TrueForAll(client => client.Failure is null) ? 0 : 1;
});

var rounds = new Option<int>("--rounds") { Description = "How often each host is measured.", DefaultValueFactory = _ => 5 };
var hosts = new Command("hosts", "Compares an endpoint of a host with AddMaas and of one without, in this process.") { rounds };
hosts.SetAction(parsed => HostComparison.RunAsync(parsed.GetValue(rounds), connections: 16, requests: 48_000));
command.Subcommands.Add(hosts);
return command.Parse(args).Invoke();
