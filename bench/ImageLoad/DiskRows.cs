using Maas.Images;
using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats;
using Maas.Images.Formats.Fat;
using Maas.Images.Library;

namespace ImageLoad;

/// <summary>Disks, FAT and the library's blobs.</summary>
internal static class DiskRows
{
    private const string FatSectors = "280000";

    private static readonly Func<string, string> AsRaw = image =>
    {
        _ = new Command("qemu-img", "convert", "-O", "raw", image, $"{image}.raw").Run();
        return Outcome.Of($"{image}.raw");
    };

    public static IEnumerable<Row> All(Inputs inputs) =>
    [
        new(
            "qcow2 to raw",
            to => ConvertAsync(inputs.Qcow2, to, DiskFormat.Raw, DiskCompression.None),
            QemuImg("-f", "qcow2", "-O", "raw", inputs.Qcow2)),
        new(
            "compressed qcow2 to raw",
            to => ConvertAsync(inputs.Packed, to, DiskFormat.Raw, DiskCompression.None),
            QemuImg("-f", "qcow2", "-O", "raw", inputs.Packed)),
        new(
            "raw to qcow2",
            to => ConvertAsync(inputs.Raw, to, DiskFormat.Qcow2, DiskCompression.None),
            QemuImg("-f", "raw", "-O", "qcow2", inputs.Raw)) { Digest = AsRaw },
        new(
            "raw to compressed qcow2",
            to => ConvertAsync(inputs.Raw, to, DiskFormat.Qcow2, DiskCompression.Deflate),
            QemuImg("-f", "raw", "-O", "qcow2", "-c", inputs.Raw)) { Digest = AsRaw },
        new("FAT: build of 120 MB", to => BuildFatAsync(inputs.EspTree, to),
            new Tool(
                "mformat, mcopy",
                to =>
                [
                    new("mformat", "-C", "-i", to, "-F", "-T", FatSectors, "::"),
                    new("mcopy", "-s", "-i", to, $"{inputs.EspTree}/EFI", "::/")
                ]))
            { Digest = Outcome.In((image, to) => new("mcopy", "-s", "-n", "-i", image, "::/EFI", to)) },
        Verify(inputs.Iso),
    ];

    private static Tool QemuImg(params string[] arguments) => new("qemu-img", to => [new("qemu-img", ["convert", .. arguments, to])]);

    /// <summary>SHA-256 of a blob in the library. The outcome is the hash that it was stored under.</summary>
    private static Row Verify(string file)
    {
        ImageLibrary? library = null;
        Sha256Digest digest = default;
        return new("library: verify a blob of 734 MB", async to =>
        {
            if (library is null || !await library.VerifyAsync(digest)) throw new InvalidDataException("The blob is damaged.");
            await File.WriteAllTextAsync(to, $"SHA2-256(stdin)= {digest}\n");
        }, new Tool("openssl", to => [new("openssl", "dgst", "-sha256", "-out", to, file)]))
        {
            Prepare = to =>
            {
                if (library is not null) return;
                library = ImageLibrary.Open($"{to}.library");
                using var content = File.OpenRead(file);
                digest = library.AddAsync(content).GetAwaiter().GetResult();
            },
            Digest = said => File.ReadAllText(said).Split("= ")[1],
        };
    }

    private static async Task ConvertAsync(string from, string to, DiskFormat format, DiskCompression compression)
    {
        using var image = await DiskImage.OpenAsync(from);
        await image.WriteAsync(to, format, new DiskWriteOptions { Compression = compression });
    }

    private static async Task BuildFatAsync(string folder, string to)
    {
        var fat = new FatBuilder { Bits = 32 };
        fat.AddTree(new FolderTree(folder));
        await using var image = fat.Build();
        await using var file = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await image.CopyToAsync(file);
    }
}
