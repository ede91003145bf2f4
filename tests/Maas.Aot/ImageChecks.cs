using System.Text;
using Maas.Images;
using Maas.Images.CloudInit;
using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Fat;
using Maas.Images.Formats.Iso;
using Maas.Images.Formats.Partitions;
using Maas.Images.Formats.SquashFs;
using Maas.Images.Inspection;

namespace Maas.Aot;

/// <summary>Images that are built, converted, edited and read again.</summary>
internal static class ImageChecks
{
    public static async Task RunAsync(string folder)
    {
        var root = Path.Combine(folder, "root");
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        await File.WriteAllTextAsync(Path.Combine(root, "etc", "os-release"), "ID=debian\nVERSION_ID=\"12\"\nNAME=Debian\n");
        var tree = new FolderTree(root);

        await DisksAsync(folder, tree);
        await SquashAsync(folder, tree);
        await IsoAsync(tree);
        await SeedAsync();
    }

    private static async Task DisksAsync(string folder, IFileTree tree)
    {
        var ext = Path.Combine(folder, "root.ext4");
        await new Ext4Builder { Label = "root" }.BuildAsync(tree, ext, 16 << 20);
        await using (var edit = await DiskImage.EditAsync(ext))
        {
            await edit.OpenTree().WriteFileAsync("etc/hostname", "node-7\n"u8.ToArray());
            await edit.CommitAsync();
        }

        var fat = new FatBuilder { Label = "ESP" };
        fat.AddFile("startup.nsh", "echo\n"u8.ToArray());
        var disk = new DiskBuilder();
        disk.Add(new() { Type = PartitionTypes.EfiSystem, Name = "ESP" }, fat);
        await using var content = File.OpenRead(ext);
        disk.Add(new() { Type = PartitionTypes.LinuxRootX64, Name = "root" }, content);
        var qcow2 = Path.Combine(folder, "disk.qcow2");
        await using (var built = disk.Build())
        using (var image = await DiskImage.OpenAsync(built))
            await image.WriteAsync(qcow2, DiskFormat.Qcow2, new() { Compression = DiskCompression.Zstandard });

        using var read = await DiskImage.OpenAsync(qcow2);
        Check.That(Text(read.OpenTree(2), "etc/hostname") == "node-7\n");
        Check.That((await ImageInspector.DescribeAsync(read)).OperatingSystem?.Name == "Debian");
    }

    private static async Task SquashAsync(string folder, IFileTree tree)
    {
        SquashCompression[] written = [SquashCompression.Gzip, SquashCompression.Xz, SquashCompression.Lz4, SquashCompression.Zstandard];
        foreach (var compression in written)
        {
            var file = Path.Combine(folder, "root.squashfs");
            await using (var output = File.Create(file)) await new SquashBuilder { Compression = compression }.WriteAsync(tree, output);
            using var image = await DiskImage.OpenAsync(file);
            Check.That(Text(image.OpenTree(), "etc/os-release").StartsWith("ID=debian", StringComparison.Ordinal));
        }
    }

    private static async Task IsoAsync(IFileTree tree)
    {
        var iso = new IsoBuilder { Label = "RESCUE" };
        iso.AddTree(tree);
        await using var built = iso.Build();
        using var image = await DiskImage.OpenAsync(built);
        Check.That(Text(image.OpenTree(), "etc/os-release").StartsWith("ID=debian", StringComparison.Ordinal));
    }

    private static async Task SeedAsync()
    {
        await using var seed = new NoCloudSeed { InstanceId = "i-1", HostName = "node-7" }.OpenIso();
        using var image = await DiskImage.OpenAsync(seed);
        Check.That(Text(image.OpenTree(), "meta-data").Contains("node-7", StringComparison.Ordinal));
    }

    private static string Text(IFileTree tree, string path)
    {
        using var reader = new StreamReader(tree.OpenRead(path), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
