using System.Text;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Iso;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests;

/// <summary>
/// A patch reaches every view of an ISO: each partition that shows its files, and each tree of directories; or it is refused.
/// </summary>
public sealed class IsoPatchViewsTests : IDisposable
{
    private const string Mbr = "/usr/lib/ISOLINUX/isohdpfx.bin";
    private const string Bios =
        "-b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -isohybrid-mbr " + Mbr;
    private const string EfiFile = "-eltorito-alt-boot -e boot/efi.img -no-emul-boot";
    private const string EfiAppended =
        "-append_partition 2 0xef efi.img -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    // Ubuntu since 20.10
    [InlineData("xorriso -as mkisofs -quiet -R -J " + Bios + " -partition_offset 16 -appended_part_as_gpt " + EfiAppended, 2)]
    [InlineData("xorriso -as mkisofs -quiet -R -J " + Bios + " -partition_offset 16 " + EfiAppended, 2)]
    [InlineData("xorriso -as mkisofs -quiet -R " + Bios + " -partition_offset 16", 2)]
    [InlineData("xorriso -as mkisofs -quiet -R -J " + Bios + " -appended_part_as_gpt " + EfiAppended, 1)]
    [InlineData("xorriso -as mkisofs -quiet -R -J " + Bios + " " + EfiAppended, 2)]
    [InlineData("xorriso -as mkisofs -quiet -R -J " + Bios + " " + EfiFile + " -isohybrid-gpt-basdat -isohybrid-apm-hfsplus", 2)] // Debian
    [InlineData("xorriso -as mkisofs -quiet -R -J " + Bios + " " + EfiFile + " -isohybrid-gpt-hfsplus", 2)]
    [InlineData("xorriso -as mkisofs -quiet -R -J " + Bios, 2)]
    [InlineData("xorriso -as mkisofs -quiet -R -J -partition_offset 16 -appended_part_as_gpt " + EfiAppended, 2)]
    [InlineData("genisoimage -quiet -R -J", 1)]
    [InlineData("genisoimage -quiet -R -iso-level 4", 1)]
    public async Task Every_view_of_the_files_shows_what_was_patched(string command, int views)
    {
        Judge.RequireFile(Mbr, "isolinux");
        await MakeAsync(command);
        var expected = Directory.GetFiles(_folder["tree"], "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(_folder["tree"], file), File.ReadAllBytes, StringComparer.Ordinal);
        for (var round = 0; round < 2; round++)
        {
            var patch = new IsoPatch();
            Write(patch, "isolinux/isolinux.cfg", Encoding.UTF8.GetBytes($"default {round}\n"));
            Write(patch, "data", Encoding.UTF8.GetBytes(new string((char)('a' + round), 2_000_000)));
            for (var i = 0; i < 40; i++)
                Write(patch, $"boot/a new file of round {round}, number {i}.txt", Encoding.UTF8.GetBytes($"new {i}"));
            await using (var iso = File.OpenRead(_folder["iso"]))
            await using (var served = patch.Open(iso))
            await using (var copy = File.Create(_folder["served"])) await served.CopyToAsync(copy, Cancel);
            await patch.ApplyAsync(_folder["iso"], Cancel);
            await Tools.ShellAsync(_folder.Path, "cmp iso served");
        }

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var shown = 0;
        foreach (var volume in image.Volumes.Where(volume => volume.Content == "iso9660"))
        {
            var tree = volume.OpenTree();
            tree.Walk().Where(entry => entry.Kind == FileKind.File && entry.Path is not ("isolinux/boot.cat" or "boot.catalog"))
                .Select(entry => entry.Path).Order(StringComparer.Ordinal).Should()
                .Equal(expected.Keys.Order(StringComparer.Ordinal), $"partition {volume.Number} shows all");
            foreach (var (path, content) in expected.Where(file => file.Key is not "isolinux/isolinux.bin"))
                (await ReadAsync(tree.OpenRead(path))).AsSpan().SequenceEqual(content).Should()
                    .BeTrue($"partition {volume.Number} shows {path}");
            await JudgeViewAsync(volume, expected);
            shown++;
        }

        shown.Should().Be(views);
        await JudgeTablesAsync(image);

        void Write(IsoPatch patch, string path, byte[] content)
        {
            patch.Write(path, content);
            expected[path] = content;
        }
    }

    [Theory]
    [InlineData("genisoimage -quiet -R -udf", "UDF")]
    [InlineData("xorriso -as mkisofs -quiet -R -hfsplus", "HFS")]
    [InlineData("genisoimage -quiet -R -hfs", "HFS")]
    public async Task An_ISO_that_shows_its_files_through_another_file_system_is_refused(string command, string name)
    {
        await MakeAsync(command);
        var before = await File.ReadAllBytesAsync(_folder["iso"], Cancel);
        var patch = new IsoPatch();
        patch.Write("data", new byte[10]);

        var apply = () => patch.ApplyAsync(_folder["iso"], Cancel);

        (await apply.Should().ThrowAsync<NotSupportedException>()).WithMessage($"*{name}*");
        (await File.ReadAllBytesAsync(_folder["iso"], Cancel)).Should().Equal(before);
    }

    [Fact]
    public async Task Two_media_have_two_UUIDs_and_one_medium_has_one()
    {
        var ids = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            var seed = new Maas.Images.CloudInit.NoCloudSeed { InstanceId = $"i-{i}" };
            foreach (var volume in new[] { "iso", "fat" })
            {
                await using (var bytes = volume == "iso" ? seed.OpenIso() : seed.OpenFat())
                await using (var file = File.Create(_folder[volume])) await bytes.CopyToAsync(file, Cancel);
                var again = await ReadAsync(volume == "iso" ? seed.OpenIso() : seed.OpenFat());
                (await File.ReadAllBytesAsync(_folder[volume], Cancel)).Should().Equal(again, "the same input gives the same bytes");
                ids.Add((await Tools.RunAsync("blkid", "-p", "-s", "UUID", "-o", "value", _folder[volume])).Trim()).Should()
                    .BeTrue("each medium has its own UUID");
            }
        }

        var (id, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        async Task<byte[]> WithAsync(Guid guid)
        {
            var iso = new IsoBuilder { Id = guid };
            iso.AddFile("x", "y"u8.ToArray());
            iso.MakeHybrid();
            return await ReadAsync(iso.Build());
        }

        (await WithAsync(id)).Should().Equal(await WithAsync(id)).And.NotEqual(await WithAsync(other));
    }

    private async Task MakeAsync(string command)
    {
        Judge.RequireFile("/usr/lib/ISOLINUX/isolinux.bin", "isolinux");
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir -p tree/boot tree/isolinux && cp /usr/lib/ISOLINUX/isolinux.bin tree/isolinux/ && echo default x > " +
            "tree/isolinux/isolinux.cfg && seq 100000 > tree/data && echo 1 > tree/boot/one"
            + " && mkfs.fat -C efi.img 1440 > log && seq 9000 | mcopy -i efi.img - ::/text && cp efi.img tree/boot/efi.img");
        await Tools.ShellAsync(_folder.Path, $"{command} -o iso tree 2> log || (cat log; false)");
    }

    /// <summary>xorriso sees in the partition alone what was patched.</summary>
    private async Task JudgeViewAsync(Maas.Images.Disks.Volume volume, Dictionary<string, byte[]> expected)
    {
        await using (var slice = volume.OpenRead())
        await using (var file = File.Create(_folder["slice"])) await slice.CopyToAsync(file, Cancel);
        var output = _folder[$"out{volume.Number}"];
        await Tools.RunAsync("xorriso", "-abort_on", "FAILURE", "-osirrox", "on", "-indev", _folder["slice"], "-extract", "/", output);
        foreach (var (path, content) in expected.Where(file => file.Key is not "isolinux/isolinux.bin"))
            (await File.ReadAllBytesAsync(Path.Combine(output, path), Cancel)).AsSpan().SequenceEqual(content).Should()
                .BeTrue($"xorriso reads {path} in partition {volume.Number}");
    }

    private async Task JudgeTablesAsync(DiskImage image)
    {
        var bytes = await File.ReadAllBytesAsync(_folder["iso"], Cancel);
        if (bytes.AsSpan(512).StartsWith("EFI PART"u8))
        {
            var verdict = await Judge.RunAsync(Judge.Require("sgdisk", "gdisk"), ["-v", _folder["iso"]], cancellationToken: Cancel);
            (verdict.Output + verdict.Error).Should().NotContainAny("CRC", "corrupt", "damaged", "self-pointer");
        }

        var efi = await File.ReadAllBytesAsync(_folder["efi.img"], Cancel);
        foreach (var partition in image.Volumes.Where(volume => volume.Partition is not null
            && volume.Content.StartsWith("fat", StringComparison.Ordinal)))
            (await ReadAsync(partition.OpenRead())).AsSpan().StartsWith(efi).Should().BeTrue("the EFI system partition is whole");
        foreach (var entry in ((IsoFileTree)image.OpenTree(0)).BootEntries.Where(entry => entry.Platform == IsoBootPlatform.Efi))
            bytes.AsSpan((int)entry.Offset).StartsWith(efi).Should().BeTrue("El Torito's entry leads to it");

        // No two partitions overlap, unless one is inside the other (a boot image in the ISO).
        var places = image.Volumes.Where(volume => volume.Partition is not null).Select(volume => volume.Partition!).ToList();
        foreach (var one in places)
            foreach (var two in places.Where(other => other.Offset > one.Offset && other.Offset < one.End))
                two.End.Should().BeLessThanOrEqualTo(one.End);
        places.Should().NotContain(partition => partition.End > bytes.Length);
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory, Cancel);
            return memory.ToArray();
        }
    }
}
