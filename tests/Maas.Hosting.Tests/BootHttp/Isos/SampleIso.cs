using System.Text;
using Maas.Images;
using Maas.Images.Archives;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Iso;
using Maas.Images.Tests;

namespace Maas.Hosting.Tests.BootHttp.Isos;

/// <summary>An ISO with the configuration of a boot loader, an initial RAM disk, and content to be read from elsewhere.</summary>
internal static class SampleIso
{
    public const string Menu = "append initrd=/initrd --- quiet # na\u00efve, and --- again\n";

    /// <summary>Writes it.</summary>
    public static async Task WriteAsync(string path)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["root/isolinux"]);
        // Latin-1: a byte that is no UTF-8.
        await File.WriteAllBytesAsync(folder["root/isolinux/txt.cfg"], Encoding.Latin1.GetBytes(Menu));
        using (var cpio = new CpioWriter(File.Create(folder["root/initrd"]))) cpio.WriteFile("init", "#!/bin/sh\n"u8);
        var content = new byte[3_000_000];
        new Random(7).NextBytes(content);
        await File.WriteAllBytesAsync(folder["root/packages.bin"], content);
        // The same bytes each time.
        foreach (var each in Directory.EnumerateFileSystemEntries(folder["root"], "*", SearchOption.AllDirectories).Append(folder["root"]))
            File.SetLastWriteTimeUtc(each, DateTime.UnixEpoch.AddDays(20_000));
        var builder = new IsoBuilder { Label = "SAMPLE" };
        builder.AddTree(new FolderTree(folder["root"]));
        await using var image = builder.Build();
        await using var file = File.Create(path);
        await image.CopyToAsync(file);
    }

    /// <summary>A file of an ISO, in Latin-1.</summary>
    public static async Task<string> ReadAsync(byte[] iso, string path)
    {
        using var image = await DiskImage.OpenAsync(new MemoryStream(iso));
        await using var file = image.OpenTree().OpenRead(path);
        using var text = new StreamReader(file, Encoding.Latin1);
        return await text.ReadToEndAsync();
    }
}
