using System.CommandLine;
using System.Diagnostics;
using ImageLoad;

// The work of Maas.Images beside the reference tools. Each row is measured in a process of its own, so that its first call is a first call,
// and its peak of memory its own. Needs Debian's libarchive-tools, 7zip, xorriso, genisoimage, e2fsprogs, e2tools, squashfs-tools,
// qemu-utils, openssl, mtools.
var only = new Option<string>("--only") { Description = "Only rows whose name holds this.", DefaultValueFactory = _ => "" };
var rounds = new Option<int>("--rounds") { Description = "How often each row is run, at least.", DefaultValueFactory = _ => 5 };
var inputs = new Option<string?>("--inputs")
{
    Description = "Where the inputs (6 GB) are kept for another run; made in memory and removed unless set."
};
var row = new Option<string?>("--row") { Description = "Measure this one row here, with inputs that are there.", Hidden = true };
var command = new RootCommand("Measures Maas.Images beside the reference tools.") { only, rounds, inputs, row };
command.SetAction(async (parsed, cancellationToken) =>
{
    var memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
    var scratch = Path.Combine(memory, $"imageload-{Environment.ProcessId}");
    var kept = parsed.GetValue(inputs) ?? Path.Combine(scratch, "inputs");
    var made = new Inputs(kept);
    Directory.CreateDirectory(scratch);
    try
    {
        if (parsed.GetValue(row) is { } one)
        {
            await new Measurement(Rows.All(made).Single(candidate => candidate.Name == one), scratch, parsed.GetValue(rounds)).RunAsync();
            return 0;
        }

        made.Make();
        Console.WriteLine("| work | first, s | best, s | median, s | tool: best, s, and ours ÷ it | our peak memory | outcome |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var each in Rows.All(made).Where(each => each.Name.Contains(parsed.GetValue(only) ?? "", StringComparison.Ordinal)))
        {
            var start = new ProcessStartInfo(Environment.ProcessPath ?? "ImageLoad")
            {
                ArgumentList = { "--row", each.Name, "--inputs", kept, "--rounds", $"{parsed.GetValue(rounds)}" }
            };
            using var process = Process.Start(start) ?? throw new InvalidOperationException("The row's process could not be started.");
            await process.WaitForExitAsync(cancellationToken);
        }

        return 0;
    }
    finally
    {
        Directory.Delete(scratch, recursive: true);
    }
});
return await command.Parse(args).InvokeAsync();
