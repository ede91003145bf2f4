using System.CommandLine;
using System.Diagnostics;
using System.Net;
using TftpLoad;

var server = new Argument<string>("ADDR:PORT") { Description = "The server." };
var path = new Argument<FileInfo>("FILE") { Description = "A local copy of the file; its name is what is asked for." };
var clients = new Option<int>("--clients") { Description = "How many fetch it at once.", DefaultValueFactory = _ => 1 };
var blockSize = new Option<int>("--blksize") { DefaultValueFactory = _ => 1468 };
var windowSize = new Option<int>("--windowsize") { DefaultValueFactory = _ => 1 };
var loss = new Option<double>("--loss") { Description = "The share of packets lost each way, 0 to 1." };
var threads = new Option<int>("--threads")
{
    Description = "How many threads the clients share; one a processor by default.",
    DefaultValueFactory = _ => Environment.ProcessorCount
};
var command = new RootCommand("Fetches a file by TFTP with many clients at once, compares every byte, and says how fast.")
{
    server, path, clients, blockSize, windowSize, loss, threads
};

command.SetAction(parsed =>
{
    var file = parsed.GetRequiredValue(path);
    var options = new LoadOptions(
        IPEndPoint.Parse(parsed.GetRequiredValue(server)),
        file.Name,
        File.ReadAllBytes(file.FullName),
        parsed.GetValue(blockSize),
        parsed.GetValue(windowSize),
        parsed.GetValue(loss));
    var all = Enumerable.Range(0, parsed.GetValue(clients)).Select(_ => new LoadClient(options)).ToList();
    var shares = all.Chunk((int)Math.Ceiling((double)all.Count / Math.Min(all.Count, parsed.GetValue(threads))))
        .Select(share => new LoadThread(share))
        .ToList();
    var clock = Stopwatch.StartNew();
    foreach (var share in shares) share.Start();
    foreach (var share in shares) share.Join();

    var good = all.Count(c => c.Failure is null);
    var megabytes = (double)good * file.Length / 1e6;
    Console.WriteLine($"{megabytes / clock.Elapsed.TotalSeconds,8:F0} MB/s  {good} of {all.Count} correct  {clock.Elapsed.TotalSeconds:F2} "
        + $"s  {all.Sum(c => c.Timeouts)} timeouts");
    foreach (var failure in all.Select(c => c.Failure).OfType<string>().GroupBy(f => f).Take(3))
        Console.WriteLine($"  {failure.Count()} failed: {failure.Key}");
    return good == all.Count ? 0 : 1;
});
return command.Parse(args).Invoke();
