using System.Diagnostics;
using System.Globalization;

namespace ImageLoad;

/// <summary>Measures one row in a process of its own, us and the tools in turn, and prints its line of the table.</summary>
internal sealed class Measurement(Row row, string work, int rounds)
{
    private const int MostRounds = 500;

    /// <summary>What is done in an instant is done until the compiler has seen enough of it.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, List<Cost>> _costs = new(StringComparer.Ordinal);

    public async Task RunAsync()
    {
        var ours = Path.Combine(work, "ours");
        row.Prepare(ours);
        foreach (var tool in row.Tools) row.Prepare(Path.Combine(work, tool.Name));
        var started = Stopwatch.GetTimestamp();
        for (var round = 0; round < rounds || (round < MostRounds && Stopwatch.GetElapsedTime(started) < LeastTime); round++)
        {
            foreach (var tool in row.Tools)
            {
                var to = Clear(tool.Name);
                Add(tool.Name, tool.Commands(to).Aggregate(default(Cost), (sum, command) => sum + command.Run()));
            }

            _ = Clear("ours");
            var (from, processors) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            await row.Ours(ours);
            Add("", new Cost(Stopwatch.GetElapsedTime(from), Environment.CpuUsage.TotalTime - processors));
        }

        var (peak, mapped) = (Memory("VmHWM"), Memory("RssFile"));
        Print($"{peak} MB, {mapped} of them programs and libraries", Verify(ours));
    }

    private string Verify(string ours)
    {
        if (row.Tools.Length == 0) return "";
        var outcome = row.Digest(ours);
        var others = row.Tools.Where(tool => row.Digest(Path.Combine(work, tool.Name)) != outcome).Select(tool => tool.Name).ToList();
        return others.Count == 0 ? "equal" : $"DIFFERS from {string.Join(", ", others)}";
    }

    private void Print(string memory, string verdict)
    {
        var ours = _costs[""];
        var best = ours.MinBy(cost => cost.Elapsed);
        var tools = row.Tools.Select(tool =>
        {
            var its = _costs[tool.Name].MinBy(cost => cost.Elapsed);
            return $"{tool.Name} {Seconds(its.Elapsed)} (CPU {Seconds(its.Processors)}), "
                + $"**{(best.Elapsed / its.Elapsed).ToString("0.00", CultureInfo.InvariantCulture)}**";
        });
        Console.WriteLine($"| {row.Name} | {Seconds(ours[0].Elapsed)} | {Seconds(best.Elapsed)} (CPU {Seconds(best.Processors)}) | "
            + $"{Seconds(ours.Order(Comparer<Cost>.Create((a, b) => a.Elapsed.CompareTo(b.Elapsed))).ElementAt(ours.Count / 2).Elapsed)} | "
            + $"{string.Join("; ", tools)} | {memory} | {verdict} |");
    }

    private string Clear(string name)
    {
        var path = Path.Combine(work, name);
        if (!row.IsRemoved) return path;
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else File.Delete(path);
        return path;
    }

    private void Add(string name, Cost cost)
    {
        if (!_costs.TryGetValue(name, out var costs)) _costs.Add(name, costs = []);
        costs.Add(cost);
    }

    /// <summary>
    /// Megabytes of this process, as proc(5) has them: <c>VmHWM</c> the most that was in use at once, runtime and code included, of which
    /// <c>RssFile</c> are mapped files, which processes share and the kernel can drop.
    /// </summary>
    private static long Memory(string what) =>
        long.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith($"{what}:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024 / 1_000_000;

    private static string Seconds(TimeSpan time) =>
        time.TotalSeconds.ToString(time.TotalSeconds < 0.1 ? "0.0000" : "0.000", CultureInfo.InvariantCulture);
}
