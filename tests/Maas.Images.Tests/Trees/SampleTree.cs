using System.Globalization;

namespace Maas.Images.Tests.Trees;

/// <summary>What a sample tree may hold; a format that cannot keep something is not asked to.</summary>
[Flags]
public enum TreeFeatures
{
    None = 0,
    Links = 1,
    HardLinks = 2,
    OddNames = 4,
    DeepNesting = 8,
    Modes = 16,
    LongLinks = 32,
    All = LongLinks | Links | HardLinks | OddNames | DeepNesting | Modes,
}

/// <summary>A random tree on disk, the same for the same seed: for reference tools to make images of.</summary>
public static class SampleTree
{
    private static readonly string[] Odd =
    [
        "with space", "ümläut ☃", "-dash", ".hidden", "a;1", "UPPER.TXT", "trailing.", "q'uo\"te", "tab\there", "🚀", "back\\slash",
        "new\nline", "$HOME", "*"
    ];

    public static void Make(string folder, int seed, TreeFeatures features = TreeFeatures.All)
    {
        var random = new Random(seed);
        Directory.CreateDirectory(folder);
        Fill(folder, random, features, depth: 0);
        for (var i = 0; i < 120; i++)
            Write(
                Path.Combine(
                    Directory.CreateDirectory(Path.Combine(folder, "many")).FullName,
                    $"a file with a rather long name, number {i:000}.conf"),
                random,
                30);
        if (features.HasFlag(TreeFeatures.DeepNesting))
            Write(
                Path.Combine(
                    Directory.CreateDirectory(Path.Combine([folder, .. Enumerable.Range(1, 12).Select(level => $"level{level}")])).FullName,
                    "leaf"),
                random,
                100);
        File.WriteAllBytes(Path.Combine(folder, "empty"), []);
        WriteSparse(Path.Combine(folder, "sparse"), random);
        SetTimes(folder, random);
    }

    private static void Fill(string folder, Random random, TreeFeatures features, int depth)
    {
        for (var i = 0; i < random.Next(3, 8); i++)
            Write(
                Path.Combine(folder, Name(random, features, i)),
                random,
                random.Next(5) switch { 0 => 200_000, 1 => 4096, 2 => 60, 3 => 5000, _ => 1_000 });
        if (features.HasFlag(TreeFeatures.Links))
        {
            File.CreateSymbolicLink(Path.Combine(folder, "link"), "../some/where");
            File.CreateSymbolicLink(Path.Combine(folder, "absolute"), "/etc/passwd");
            File.CreateSymbolicLink(
                Path.Combine(folder, "long"),
                string.Join('/', Enumerable.Repeat("component", features.HasFlag(TreeFeatures.LongLinks) ? random.Next(8, 60) : 8)));
        }

        if (features.HasFlag(TreeFeatures.HardLinks))
            Link(Directory.GetFiles(folder).First(file => new FileInfo(file).LinkTarget is null), Path.Combine(folder, "hard"));
        if (depth == 3) return;
        for (var i = 0; i < random.Next(1, 4); i++)
            Fill(
                Directory.CreateDirectory(Path.Combine(folder, $"dir{i}{Name(random, features, i)}")).FullName,
                random,
                features,
                depth + 1);
    }

    private static string Name(Random random, TreeFeatures features, int index) =>
        features.HasFlag(TreeFeatures.OddNames) && random.Next(2) == 0
        ? $"{Odd[random.Next(Odd.Length)]}{index}"
        : $"file{index}-{random.Next(1000)}{(random.Next(3) == 0 ? new string('x', random.Next(40)) : "")}.txt";

    private static void Write(string file, Random random, int most)
    {
        var content = new byte[random.Next(most)];
        if (random.Next(3) != 0) random.NextBytes(content);
        File.WriteAllBytes(file, content);
    }

    private static void WriteSparse(string file, Random random)
    {
        using var sparse = File.OpenHandle(file, FileMode.Create, FileAccess.Write);
        var block = new byte[5000];
        foreach (var at in new long[] { 0, 300_000, 1_000_000 + random.Next(3) * 4096 })
        {
            random.NextBytes(block);
            RandomAccess.Write(sparse, block, at);
        }
    }

    private static void Link(string from, string to) => Judges.Judge.RunAsync("ln", [from, to]).GetAwaiter().GetResult().Approved();

    private static void SetTimes(string folder, Random random)
    {
        var entries =
            new DirectoryInfo(folder).GetFileSystemInfos("*", SearchOption.AllDirectories)
                .OrderByDescending(entry => entry.FullName.Length);
        foreach (var entry in entries.Where(entry => entry.LinkTarget is null))
        {
            if (!OperatingSystem.IsWindows())
                entry.UnixFileMode = (UnixFileMode)(entry is DirectoryInfo
                    ? new[] { 0x1ED, 0x1C0, 0x1FF }[random.Next(3)]
                    : new[] { 0x1A4, 0x180, 0x1ED, 0x124 }[random.Next(4)]);
            entry.LastWriteTimeUtc =
                DateTime.Parse("2001-02-03T04:05:06Z", CultureInfo.InvariantCulture).AddMinutes(random.Next(9_000_000));
        }
    }
}
