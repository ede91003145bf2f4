using System.Text;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Fat;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Fat;

/// <summary>Names of eight and three, by which boot ROMs and DOS find files; mtools and fsck.fat judge them.</summary>
public sealed class FatShortNameTests : IDisposable
{
    private static readonly string[] Fitting =
        ["autoexec.bat", "bootcode.bin", "x", "KERNEL8.IMG", "ReadMe.txt", "Config.Txt", "bcm2711.DTB", "a-b_c.~1", "no'ext",
            "grubx64.efi"];
    private static readonly string[] Long =
        ["a long name.txt", "two.dots.txt", "caf\u00e9.txt", "plus+sign", "bcm2711-rpi-4-b.dtb", ".hidden", "autoexec.backup",
            "bootcode.binary"];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_name_that_fits_has_no_tail_in_a_volume_that_is_built()
    {
        var fat = new FatBuilder { Label = "BOOT" };
        foreach (var name in Fitting.Concat(Long)) fat.AddFile(name, Encoding.UTF8.GetBytes(name));
        await using (var volume = fat.Build())
        await using (var file = File.Create(_folder["image"])) await volume.CopyToAsync(file, Cancel);

        await JudgeAsync();
    }

    [Fact]
    public async Task A_name_that_fits_has_no_tail_in_a_volume_that_is_changed()
    {
        await Tools.ShellAsync(_folder.Path, "mkfs.fat -C -F 16 -n BOOT image 20000");
        await using (var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel))
        {
            var tree = edit.OpenTree();
            foreach (var name in Long.Concat(Fitting)) await tree.WriteFileAsync(name, Encoding.UTF8.GetBytes(name), null, Cancel);
            await edit.CommitAsync(Cancel);
        }

        await JudgeAsync();
    }

    [Fact]
    public async Task Any_name_is_found_again_by_mtools_as_it_is_and_in_capitals_where_it_fits()
    {
        var random = new Random(7);
        const string letters = "abcXYZ019_-~ .+";
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (names.Count < 120)
        {
            var name = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => letters[random.Next(letters.Length)]))
                .Trim(' ', '.', '-', '~');
            if (name.Length > 0) names.Add(name);
        }

        var fat = new FatBuilder();
        foreach (var name in names) fat.AddFile(name, Encoding.UTF8.GetBytes(name));
        await using (var volume = fat.Build())
        await using (var file = File.Create(_folder["image"])) await volume.CopyToAsync(file, Cancel);

        await Tools.RunAsync("fsck.fat", "-n", _folder["image"]);
        Directory.CreateDirectory(_folder["out"]);
        await Tools.ShellAsync(_folder.Path, "mcopy -i image '::/*' out/");
        Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal).Should()
            .Equal(names.Order(StringComparer.Ordinal));
        foreach (var file in Directory.GetFiles(_folder["out"]))
            (await File.ReadAllTextAsync(file, Cancel)).Should().Be(Path.GetFileName(file));
        var root = await RootAsync();
        foreach (var name in names.Where(FitsDos)) root.Should().Contain(Padded(name), $"{name} fits");
    }

    [Theory]
    [InlineData("EFI")]
    [InlineData("BOOT")]
    public async Task A_file_may_have_the_name_of_the_volume(string label)
    {
        await Tools.ShellAsync(_folder.Path, $"mkfs.fat -C -F 16 -n {label} image 20000 && mmd -i image ::/BOOT");
        await using (var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel))
        {
            var tree = edit.OpenTree();
            tree.Delete("BOOT");
            tree.CreateDirectory("BOOT");
            tree.CreateDirectory("EFI");
            await edit.CommitAsync(Cancel);
        }

        await Tools.RunAsync("fsck.fat", "-n", _folder["image"]);
        (await Tools.RunAsync("mdir", "-b", "-i", _folder["image"], "::/")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()
            .Should().Equal("::/BOOT/", "::/EFI/");
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        image.OpenTree().Label.Should().Be(label);
    }

    [Fact]
    public async Task A_FAT32_of_few_clusters_is_read_and_changed()
    {
        await Tools.ShellAsync(
            _folder.Path, "mkfs.fat -C -F 32 -s 1 -n SMALL image 32768 > log && mkfs.fat -C -F 32 -s 8 image2 32768 > log");
        foreach (var name in new[] { "image", "image2" })
        {
            await using (var edit = await DiskImage.EditAsync(_folder[name], null, Cancel))
            {
                edit.OpenTree().Format.Should().Be("fat32");
                edit.OpenTree().CreateDirectory("loader");
                await edit.OpenTree().WriteFileAsync("loader/loader.conf", new byte[100_000], null, Cancel);
                await edit.CommitAsync(Cancel);
            }

            await Tools.RunAsync("fsck.fat", "-n", _folder[name]);
            using var image = await DiskImage.OpenAsync(_folder[name], null, Cancel);
            (image.Volumes[0].Content, image.OpenTree().Find("loader/loader.conf")!.Length).Should().Be(("fat32", 100_000));
        }
    }

    [Fact]
    public async Task A_volume_with_more_clusters_than_its_FAT_has_entries_for_uses_those_it_has()
    {
        await Tools.ShellAsync(
            _folder.Path, "mkfs.fat -C -F 16 -s 4 image 20000 && seq 9000 | mcopy -i image - ::/text && truncate -s 140M image");
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        var mapped = ((bytes[22] | (bytes[23] << 8)) * 512 / 2) - 2;
        Convert.FromHexString("0000").CopyTo(bytes, 19);
        BitConverter.GetBytes(240_000).CopyTo(bytes, 32); // 512-byte sectors: 60,000 clusters
        await File.WriteAllBytesAsync(_folder["image"], bytes, Cancel);

        await using var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel);
        var tree = edit.OpenTree();
        var fill = () => tree.WriteFileAsync("big", new MemoryStream(new byte[(mapped + 100) * 2048]), null, Cancel);

        tree.Find("text")!.Length.Should().BePositive();
        (await fill.Should().ThrowAsync<IOException>()).WithMessage("*full*");
        await tree.WriteFileAsync("small", new byte[100_000], null, Cancel);
    }

    private async Task JudgeAsync()
    {
        await Tools.RunAsync("fsck.fat", "-n", _folder["image"]);
        var root = await RootAsync();
        foreach (var name in Fitting)
        {
            root.Should().Contain(Padded(name));
            (await Tools.RunAsync("mtype", "-i", _folder["image"], $"::/{name.ToUpperInvariant()}")).Should().Be(name);
        }

        foreach (var name in Long) (await Tools.RunAsync("mtype", "-i", _folder["image"], $"::/{name}")).Should().Be(name);
        (await Tools.RunAsync("mdir", "-b", "-i", _folder["image"], "::/")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line[3..]).Order(StringComparer.Ordinal)
            .Should().Equal(Fitting.Concat(Long).Order(StringComparer.Ordinal));
        root.Should().Contain("AUTOEX~1BAC").And.Contain("BOOTCO~1BIN").And.NotContain("AUTOEX~1BAT");
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        image.OpenTree().List(image.OpenTree().Root).Select(entry => entry.Name).Order(StringComparer.Ordinal).Should()
            .Equal(Fitting.Concat(Long).Order(StringComparer.Ordinal));
    }

    /// <summary>The short names in the root of a FAT12 or FAT16, 11 characters each.</summary>
    private async Task<List<string>> RootAsync()
    {
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        var at = ((bytes[14] | (bytes[15] << 8)) + (bytes[16] * (bytes[22] | (bytes[23] << 8)))) * 512;
        var names = new List<string>();
        for (; bytes[at] != 0; at += 32)
            if ((bytes[at + 11] & 0x08) == 0 && bytes[at] != 0xE5) names.Add(Encoding.Latin1.GetString(bytes, at, 11));
        names.Should().OnlyHaveUniqueItems();
        return names;
    }

    private static bool FitsDos(string name) =>
        name.Split('.') is [{ Length: >= 1 and <= 8 }] or [{ Length: >= 1 and <= 8 }, { Length: >= 1 and <= 3 }]
            && !name.AsSpan().ContainsAny(' ', '+');

    private static string Padded(string name)
    {
        var parts = name.ToUpperInvariant().Split('.');
        return parts[0].PadRight(8) + (parts.Length > 1 ? parts[1] : "").PadRight(3);
    }
}
