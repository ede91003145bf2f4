using System.Diagnostics;
using System.Globalization;
using Maas.Core;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Sqlite;

namespace ApiLoad;

/// <summary>How long pages of a list take among many machines, in the order of their host names, as the dashboard reads them.</summary>
internal static class SearchLoad
{
    private const string ByNumber = "number"; // the order of numbers, where a page begins

    private const int PageSize = 200, SavedTogether = 500, Rounds = 30;

    private static readonly (string Name, MachineFilter Filter)[] Pages =
    [
        ("first page", new()),
        ("next page, in the middle", new() { AfterHostname = "node-0050000" }),
        ("a page in the middle, by its place", new() { Offset = 50_000 }),
        ("a page near the end, by its place", new() { Offset = 99_000 }),
        ("first page in descending order", new() { IsDescending = true }),
        ("the newest 200, after 50,000 others", new() { IsDescending = true, AfterHostname = ByNumber, Offset = 50_000 }),
        ("a page in the middle of a status", new() { Statuses = [MachineStatus.Ready], Offset = 49_000 }),
        ("part of one machine's name", new() { Search = ["e-0077777"] }),
        ("part of one machine's MAC address", new() { Search = ["01:2f:d1"] }),
        ("part of one machine's IP address", new() { Search = [".1.47.209"] }),
        ("part of some of the names and addresses", new() { Search = ["42."] }),
        ("part of every name", new() { Search = ["node"] }),
        ("two words of which none has both", new() { Search = ["node", "absent"] }),
        ("two letters that none has", new() { Search = ["zz"] }),
        ("a tag that 100 machines have", new() { Tags = ["rare"] }),
        ("a tag that half of the machines have", new() { Tags = ["common"] }),
        ("a tag that none has", new() { Tags = ["absent"] }),
        ("a status that 1,000 machines have", new() { Statuses = [MachineStatus.Broken] }),
        ("a status that all others have", new() { Statuses = [MachineStatus.Ready] }),
    ];

    private static readonly (string Name, MachineFilter Filter, MachineGrouping Grouping)[] Counts =
    [
        ("count of all", new(), MachineGrouping.None),
        ("count of all by status", new(), MachineGrouping.Status),
        ("count of all by zone", new(), MachineGrouping.Zone),
        ("count of all by tag", new(), MachineGrouping.Tag),
        ("count by status of those with a part of their names", new() { Search = ["node"] }, MachineGrouping.Status),
        ("count by tag of those with a part of their names", new() { Search = ["node"] }, MachineGrouping.Tag),
        ("count of those without a tag of half of the machines", new() { NotTags = ["common"] }, MachineGrouping.None),
    ];

    /// <summary>Fills a store, measures, and prints a table.</summary>
    public static async Task RunAsync(int machines, string directory)
    {
        Directory.CreateDirectory(directory);
        await using var store = new SqliteMaasStore(Path.Combine(directory, "maas.db"));
        await store.OpenAsync(new StoreLimits(), CancellationToken.None);
        var present = await store.Machines.CountAsync(CancellationToken.None);
        if (present.Count == 0)
        {
            foreach (var some in Enumerable.Range(0, machines).Chunk(SavedTogether))
                await store.Machines.SaveAsync([.. some.Select(Create)], CancellationToken.None);
        }

        Console.WriteLine($"| a page among {machines} machines | machines | least | median |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (name, filter) in Pages)
        {
            var hostname = filter.AfterHostname == ByNumber ? null : filter.AfterHostname ?? "";
            await MeasureAsync(name, async () => (await store.Machines.ListAsync(
                filter with { AfterHostname = hostname, Limit = PageSize }, CancellationToken.None)).Count);
        }

        foreach (var (name, filter, grouping) in Counts)
            await MeasureAsync(name, async () => (await store.Machines.CountAsync(filter, grouping, CancellationToken.None)).Total);
        await MeasureAsync(
            "the ids of all", async () => (await store.Machines.ListIdsAsync(new MachineFilter(), CancellationToken.None)).Count);
        await ReadAllAsync(store);
    }

    private static async Task MeasureAsync(string name, Func<Task<int>> run)
    {
        List<double> times = [];
        var found = 0;
        for (var round = -2; round < Rounds; round++) // the first ones warm up
        {
            var start = Stopwatch.GetTimestamp();
            found = await run();
            if (round >= 0) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {found} | {times[0]:0.0} ms | {times[times.Count / 2]:0.0} ms |"));
    }

    // What a search costs that reads the machines.
    private static async Task ReadAllAsync(SqliteMaasStore store)
    {
        var (start, last, found) = (Stopwatch.GetTimestamp(), "", 0);
        while (true)
        {
            var page = await store.Machines.ListAsync(
                new MachineFilter { AfterHostname = last, Limit = PageSize }, CancellationToken.None);
            found += page.Count(machine => machine.Fqdn.Contains("e-0077777", StringComparison.OrdinalIgnoreCase));
            if (page.Count < PageSize) break;
            last = page[^1].Hostname;
        }

        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| part of one name, by reading every machine | {found} | {took:0} ms | |"));
    }

    private static MachineChange Create(int number)
    {
        Span<char> id = stackalloc char[6];
        for (var (place, left) = (5, number); place >= 0; place--, left /= 24) id[place] = "34678abcdefghkmnpqrstwxy"[left % 24];
        var (high, middle, low) = (number >> 16, (number >> 8) & 255, number & 255);
        var (one, two) = ($"52:54:00:{high:x2}:{middle:x2}:{low:x2}", $"52:55:00:{high:x2}:{middle:x2}:{low:x2}");
        var at = DateTimeOffset.UnixEpoch;
        List<string> tags = [number % 2 == 0 ? "common" : "other"];
        if (number % 1000 == 0) tags.Add("rare");
        return new MachineChange
        {
            At = at,
            Machine = new Machine
            {
                Id = SystemId.Parse(id),
                Hostname = $"node-{number:d7}",
                Status = number % 100 == 7 ? MachineStatus.Broken : MachineStatus.Ready,
                MacAddresses = [MacAddress.Parse(one), MacAddress.Parse(two)],
                IpAddresses = [$"10.{high}.{middle}.{low}"],
                Tags = tags,
                CpuCount = 16,
                MemoryMiB = 65_536,
                Created = at,
                Hardware = new Hardware
                {
                    Machine = "x86_64",
                    Cpu = new Processor { Model = "Bench CPU", Count = 16, Cores = 16, Sockets = 1, MaxMhz = 3600 },
                    MemoryMiB = 65_536,
                    Identity = new Identity { Vendor = "Bench", Product = "Server", Serial = $"S{number}", Uuid = $"{number:x8}" },
                    Disks =
                    [
                        new Disk { Name = "sda", Size = 480_103_981_056, Serial = $"a-{number}", Model = "Disk" },
                        new Disk { Name = "sdb", Size = 960_197_124_096, Serial = $"b-{number}", Model = "Disk" },
                    ],
                    Interfaces =
                    [
                        new NetworkInterface { Name = "eno1", MacAddress = MacAddress.Parse(one) },
                        new NetworkInterface { Name = "eno2", MacAddress = MacAddress.Parse(two) },
                    ],
                    PciDevices =
                    [
                        .. Enumerable.Range(0, 12)
                            .Select(slot => new PciDevice($"0000:00:{slot:x2}.0", "020000", "8086", "1572", "i40e")),
                    ],
                },
            },
        };
    }
}
