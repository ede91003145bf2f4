namespace Maas.Judges;

/// <summary>A file system of a few megabytes in memory, which tests fill. Needs root.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts one, or skips the test.</summary>
    /// <param name="size">Its size, such as <c>4m</c>.</param>
    public static async Task<SmallDisk> MountAsync(string size)
    {
        Judge.RequireRoot();
        Judge.Require("mount", "mount");
        Judge.Require("umount", "mount");
        var path = Directory.CreateTempSubdirectory("maas-disk-").FullName;
        (await Judge.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={size}", "none", path])).Approved();
        return new SmallDisk(path);
    }

    /// <summary>Takes what is left of it.</summary>
    public void Fill()
    {
        using var file = File.OpenHandle(Filler, FileMode.OpenOrCreate, FileAccess.Write);
        var at = RandomAccess.GetLength(file);
        try
        {
            while (true) RandomAccess.Write(file, new byte[4096], (at += 4096) - 4096);
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void MakeRoom() => File.Delete(Filler);

    /// <summary>Unmounts it.</summary>
    public async ValueTask DisposeAsync()
    {
        (await Judge.RunAsync("umount", [Path])).Approved();
        Directory.Delete(Path);
    }
}
