namespace ImageLoad;

/// <summary>
/// Files that are the same every time. What can be packed repeats what stood up to 32 KiB before, as programs and texts do, and packs to
/// about a third; what cannot is noise, as packages are.
/// </summary>
internal sealed class MadeTree(int seed)
{
    private const int PoolSize = 64 << 20;
    private const int PieceSize = 1 << 20;

    private readonly Random _random = new(seed);
    private readonly byte[] _packable = Packable(new Random(seed + 1));
    private readonly byte[] _noise = Noise(new Random(seed + 2));

    /// <summary>An installer's medium: 734 MB, 666 entries, kernel and initrd among them.</summary>
    public void InstallMedia(string folder)
    {
        File(Path.Combine(folder, "install.amd", "vmlinuz"), 8_000_000, isPackable: false);
        File(Path.Combine(folder, "install.amd", "initrd.gz"), 38_000_000, isPackable: false);
        File(Path.Combine(folder, "isolinux", "isolinux.bin"), 24_576, isPackable: true);
        File(Path.Combine(folder, "README.txt"), 7_000, isPackable: true);
        for (var i = 0; i < 60; i++)
            for (var j = 0; j < 9; j++)
                File(
                    Path.Combine(folder, "pool", "main", $"package-{i}", $"package-{i}-part{j}_1.{j}-2+deb12u1_amd64.deb"),
                    200_000 + _random.Next(2_150_000),
                    isPackable: false);
        for (var i = 0; i < 50; i++) File(Path.Combine(folder, "doc", $"page-{i}.html"), 2_000 + _random.Next(20_000), isPackable: true);
    }

    /// <summary>The root of a system: 10,000 files of all sizes, links, one file of 70 MB and one of 50 MB, 400 MB in all.</summary>
    public void RootFileSystem(string folder)
    {
        File(Path.Combine(folder, "boot", "initrd.img"), 70_000_000, isPackable: true);
        File(Path.Combine(folder, "etc", "replaced"), 1_400, isPackable: true);
        File(Path.Combine(folder, "srv", "replaced"), 50_000_000, isPackable: true);
        for (var i = 0; i < 24; i++)
            File(Path.Combine(folder, "usr", "lib", "large", $"lib{i}.so"), 2_000_000 + _random.Next(5_000_000), isPackable: true);
        for (var i = 0; i < 10_000; i++)
        {
            var path = Path.Combine(folder, "usr", "share", $"group-{i % 40}", $"set-{i % 800}", $"file-{i}");
            File(path, (int)Math.Pow(2, 6 + (_random.NextDouble() * 11)), isPackable: _random.Next(10) > 0);
            if (i % 20 == 0) System.IO.File.CreateSymbolicLink($"{path}.link", $"file-{i}");
        }
    }

    /// <summary>An EFI system partition: 120 MB in 60 files.</summary>
    public void EfiSystem(string folder)
    {
        for (var i = 0; i < 60; i++)
            File(
                Path.Combine(folder, "EFI", $"loader-{i % 6}", $"a long name {i}.efi"),
                1_000_000 + _random.Next(2_000_000),
                isPackable: true);
    }

    /// <summary>A disk of which half is not used: a file system at 1 MiB, and 600 MB more behind it.</summary>
    public void Disk(string path, long length, string fileSystem)
    {
        using var disk = Create(path);
        RandomAccess.SetLength(disk, length);
        var at = 1L << 20;
        var piece = new byte[PieceSize];
        using (var content = System.IO.File.OpenHandle(fileSystem))
        {
            for (long from = 0; from < RandomAccess.GetLength(content); from += PieceSize, at += PieceSize)
            {
                var read = RandomAccess.Read(content, piece, from);
                if (piece.AsSpan(0, read).ContainsAnyExcept((byte)0)) RandomAccess.Write(disk, piece.AsSpan(0, read), at);
            }
        }

        at += 100 << 20;
        for (var i = 0; i < 600; i++, at += PieceSize) RandomAccess.Write(disk, Slice(PieceSize, isPackable: i % 4 > 0), at);
    }

    public void Sparse(string path, long length)
    {
        using var file = Create(path);
        RandomAccess.SetLength(file, length);
        RandomAccess.Write(file, Slice(PieceSize, isPackable: false), 0);
    }

    public void File(string path, int length, bool isPackable)
    {
        using var file = Create(path);
        for (var at = 0; at < length; at += PieceSize) RandomAccess.Write(file, Slice(Math.Min(PieceSize, length - at), isPackable), at);
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
        return System.IO.File.OpenHandle(path, FileMode.Create, FileAccess.Write);
    }

    private ReadOnlySpan<byte> Slice(int length, bool isPackable) =>
        (isPackable ? _packable : _noise).AsSpan(_random.Next(PoolSize - length), length);

    private static byte[] Noise(Random random)
    {
        var noise = new byte[PoolSize];
        random.NextBytes(noise);
        return noise;
    }

    private static byte[] Packable(Random random)
    {
        var pool = new byte[PoolSize];
        var at = 64;
        random.NextBytes(pool.AsSpan(0, at));
        while (at < PoolSize)
        {
            var length = Math.Min(4 + random.Next(random.Next(4) == 0 ? 60 : 12), PoolSize - at);
            if (random.Next(3) == 0)
            {
                for (var i = 0; i < length; i++) pool[at + i] = (byte)(32 + (random.Next(90) * random.Next(90) / 90));
            }
            else
            {
                var from = at - 1 - random.Next(Math.Min(at - 1, 32 << 10));
                for (var i = 0; i < length; i++) pool[at + i] = pool[from + i];
            }

            at += length;
        }

        return pool;
    }
}
