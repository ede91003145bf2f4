namespace Maas.Journey.Tests.Lab;

/// <summary>
/// What the first server of this run fetched and built for its machines (boot programs, ephemeral environment, packages), for the servers
/// after it: theirs would be the same bytes, and each would take most of a minute. They check what they find as an operator's server does
/// after a restart.
/// </summary>
internal static class BuiltSupplies
{
    private static readonly string[] Folders = ["boot", "cache", "ephemeral"];
    private static readonly string Kept = Directory.CreateTempSubdirectory("maas-supplies-").FullName;

    static BuiltSupplies() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Kept, recursive: true);

    private static string Mark => Path.Combine(Kept, "complete");

    /// <summary>Gives a data folder what is kept; nothing when no server of this run has built it.</summary>
    public static void CopyTo(string data)
    {
        if (File.Exists(Mark)) Copy(Kept, data);
    }

    /// <summary>Keeps what a server that has ended built, unless another's is kept.</summary>
    public static void KeepOf(string data)
    {
        if (File.Exists(Mark) || !File.Exists(Path.Combine(data, "ephemeral", "amd64", "manifest.json"))) return;
        Copy(data, Kept);
        File.Create(Mark).Dispose();
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Folders.Select(folder => new DirectoryInfo(Path.Combine(from, folder)))
            .Where(folder => folder.Exists)
            .SelectMany(folder => folder.EnumerateFiles("*", SearchOption.AllDirectories)))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            file.CopyTo(target, overwrite: true);
        }
    }
}
