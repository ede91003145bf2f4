namespace ImageLoad;

/// <summary>
/// What the rows work on: trees made from a seed, and images that the reference tools made of them. Made once, kept below one directory.
/// </summary>
internal sealed class Inputs(string root)
{
    private const long DiskLength = 2L << 30;
    private const int HugeFiles = 5;

    public string IsoTree => Path.Combine(root, "iso-tree");

    public string Iso => Path.Combine(root, "install.iso");

    public string RootFileSystem => Path.Combine(root, "root-tree");

    public string Ext4 => Path.Combine(root, "root.ext4");

    public string SquashGzip => Path.Combine(root, "root-gzip.squashfs");

    public string SquashZstd => Path.Combine(root, "root-zstd.squashfs");

    public string Raw => Path.Combine(root, "disk.raw");

    public string Qcow2 => Path.Combine(root, "disk.qcow2");

    public string Packed => Path.Combine(root, "packed.qcow2");

    public string EspTree => Path.Combine(root, "esp-tree");

    public string HugeTree => Path.Combine(root, "huge-tree");

    public string HugeIso => Path.Combine(root, "huge.iso");

    public string Small(int round) => Path.Combine(root, $"small-{round % 2}");

    public string Large(int round) => Path.Combine(root, $"large-{round % 2}");

    public void Make()
    {
        if (File.Exists(Path.Combine(root, "complete"))) return;
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
            throw new IOException($"{root} holds something else, or inputs that were not finished: remove it.");
        Directory.CreateDirectory(root);
        var made = new MadeTree(seed: 4);
        made.InstallMedia(IsoTree);
        made.RootFileSystem(RootFileSystem);
        made.EfiSystem(EspTree);
        for (var i = 0; i < HugeFiles; i++) made.Sparse(Path.Combine(HugeTree, $"part-{i}"), 900_000_000);
        for (var i = 0; i < 2; i++)
        {
            made.File(Small(i), 1_500, isPackable: true);
            made.File(Large(i), 50_000_000, isPackable: true);
        }

        Run(new Command("genisoimage", "-quiet", "-J", "-R", "-V", "INSTALL", "-o", Iso, IsoTree));
        Run(new Command("genisoimage", "-quiet", "-J", "-R", "-o", HugeIso, HugeTree));
        Run(new Command("mke2fs", "-q", "-F", "-t", "ext4", "-d", RootFileSystem, Ext4, "700M"));
        Run(new Command("mksquashfs", RootFileSystem, SquashGzip, "-noappend", "-comp", "gzip"));
        Run(new Command("mksquashfs", RootFileSystem, SquashZstd, "-noappend", "-comp", "zstd"));
        made.Disk(Raw, DiskLength, Ext4);
        Run(new Command("qemu-img", "convert", "-f", "raw", "-O", "qcow2", Raw, Qcow2));
        Run(new Command("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", Raw, Packed));
        File.WriteAllText(Path.Combine(root, "complete"), "");
    }

    private static void Run(Command command) => _ = command.Run();
}
