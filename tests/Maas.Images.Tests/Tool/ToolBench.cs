using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Fat;
using Maas.Images.Formats.Iso;
using Maas.Images.Formats.Partitions;
using Maas.Images.Tests.Inspection;
using Maas.Judges;

namespace Maas.Images.Tests.Tool;

/// <summary>The sample <c>ImageTool</c>, run as its user runs it, and a folder with a few things to try it on.</summary>
public sealed class ToolBench : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string Path => _folder.Path;

    /// <summary>The path of something in the folder.</summary>
    public string this[string name] => _folder[name];

    /// <summary>
    /// <c>tree</c>, a directory that looks like a small system; <c>plain</c>, an empty one; <c>disk</c>, a GPT with a FAT (1) and that tree
    /// as ext4 (2); <c>blank</c>, a GPT with a partition of zeros; <c>live.iso</c>, an ISO that looks like an installer; <c>disk.qcow2</c>,
    /// the same disk; <c>boot.efi</c>, something with an EFI program's header.
    /// </summary>
    public async ValueTask InitializeAsync()
    {
        foreach (var name in (string[])["plain", "tree/etc/cloud", "tree/boot"]) Directory.CreateDirectory(_folder[name]);
        await WriteAsync("tree/etc/os-release", "ID=debian\nNAME=Debian\nVERSION_ID=12\nPRETTY_NAME=\"Debian 12\"\n");
        await WriteAsync("tree/etc/hostname", "before\n");
        await WriteAsync("new", "after\n");
        await File.WriteAllBytesAsync(_folder["tree/boot/vmlinuz"], SampleImages.X86Kernel("6.1.0-18-amd64"), Cancel);
        File.CreateSymbolicLink(_folder["tree/etc/name"], "hostname");
        await File.WriteAllBytesAsync(_folder["boot.efi"], SampleImages.EfiProgram(0x8664), Cancel);

        await new Ext4Builder { Label = "root" }.BuildAsync(new FolderTree(_folder["tree"]), _folder["root.ext4"], null, Cancel);
        var fat = new FatBuilder { Label = "ESP" };
        fat.AddFile("EFI/BOOT/BOOTX64.EFI", _folder["boot.efi"]);
        var disk = new DiskBuilder();
        disk.Add(new() { Type = PartitionTypes.EfiSystem, Name = "ESP" }, fat);
        await using var root = File.OpenRead(_folder["root.ext4"]);
        disk.Add(new() { Type = PartitionTypes.LinuxRootX64, Name = "root" }, root);
        using (var image = await DiskImage.OpenAsync(disk.Build(), null, Cancel))
        {
            await image.WriteRawAsync(_folder["disk"], null, Cancel);
            await image.WriteAsync(_folder["disk.qcow2"], DiskFormat.Qcow2, null, null, Cancel);
        }

        var blank = new DiskBuilder();
        blank.Add(new() { Type = PartitionTypes.LinuxRootX64, Name = "blank" }, new MemoryStream(new byte[1 << 20]));
        using (var image = await DiskImage.OpenAsync(blank.Build(), null, Cancel))
            await image.WriteRawAsync(_folder["blank"], null, Cancel);

        var iso = new IsoBuilder { Label = "LIVE" };
        iso.AddFile("install.amd/vmlinuz", _folder["tree/boot/vmlinuz"]);
        iso.AddFile("install.amd/initrd.gz", SampleImages.Initrd);
        iso.AddFile("isolinux/txt.cfg", "append quiet\n"u8.ToArray());
        await using var built = iso.Build();
        await using var output = File.Create(_folder["live.iso"]);
        await built.CopyToAsync(output, Cancel);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    public Task WriteAsync(string name, string text) => File.WriteAllTextAsync(_folder[name], text, Cancel);

    /// <summary>The tool, built beside this program, in the same configuration.</summary>
    public static string Program => Repository.PathOf($"samples/ImageTool/bin/{Repository.Configuration}/net10.0/ImageTool");

    /// <summary>Runs a verb; in its words <c>$</c> is the folder.</summary>
    /// <param name="line">The command line, without quotes.</param>
    /// <param name="input">Standard input.</param>
    public Task<Verdict> RunAsync(string line, string? input = null)
    {
        var program = Program;
        return Judge.RunAsync(
            program, line.Split(' ').Select(word => word.Replace("$", Path + "/", StringComparison.Ordinal)), input, Cancel);
    }

    /// <summary>Runs a verb that succeeds and has nothing to complain of, and returns what it printed.</summary>
    public async Task<string> DoAsync(string line, string? input = null)
    {
        var said = (await RunAsync(line, input)).Approved();
        said.Error.Should().BeEmpty(line);
        return said.Output;
    }
}
