using System.Text;
using CsCheck;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Iso;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests;

public sealed class IsoPatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "genisoimage -quiet -R -J -joliet-long")]
    [InlineData(2, "xorriso -as mkisofs -quiet -R -J")]
    [InlineData(3, "xorriso -as mkisofs -quiet -R -iso-level 3")]
    [InlineData(4, "")]
    public async Task Random_changes_to_random_trees_are_what_the_judges_read(int seed, string command)
    {
        var features = command.StartsWith("genisoimage", StringComparison.Ordinal)
            ? TreeFeatures.Modes | TreeFeatures.HardLinks
            : TreeFeatures.All & ~TreeFeatures.DeepNesting;
        SampleTree.Make(_folder["tree"], seed, features);
        await MakeAsync(command, _folder["tree"], _folder["iso"]);
        var random = new Random(seed);
        var patch = new IsoPatch();
        var files = Directory.GetFiles(_folder["tree"], "*", SearchOption.AllDirectories)
            .Where(file => new FileInfo(file).LinkTarget is null && Path.GetFileName(file) != "hard")
            .Order(StringComparer.Ordinal)
            .ToArray();
        foreach (var file in random.GetItems(files, 8).Distinct())
        {
            var content = new byte[random.Next(3) switch { 0 => 0, 1 => 100, _ => 100_000 }];
            random.NextBytes(content);
            Change(file, content);
        }

        var grown = Directory.GetDirectories(_folder["tree"], "*", SearchOption.AllDirectories)
            .Append(_folder["tree"])
            .Order(StringComparer.Ordinal)
            .Take(6)
            .ToArray();
        foreach (var folder in grown)
            for (var i = 0; i < 40; i++) Change(Path.Combine(folder, $"a new file, number {i}.txt"), Encoding.UTF8.GetBytes($"new {i}"));

        await using (var iso = File.OpenRead(_folder["iso"]))
        await using (var patched = patch.Open(iso))
        {
            await using var copy = File.Create(_folder["patched"]);
            await patched.CopyToAsync(copy, Cancel);
        }

        using (var image = await DiskImage.OpenAsync(_folder["patched"], null, Cancel))
            TreeListing.Of(image.OpenTree(), features & ~TreeFeatures.Modes, times: false)
                .Should()
                .Equal(TreeListing.Of(_folder["tree"], features & ~TreeFeatures.Modes, times: false));
        await Tools.RunAsync(
            "xorriso", "-abort_on", "WARNING", "-osirrox", "on", "-indev", _folder["patched"], "-extract", "/", _folder["out"]);
        TreeListing.Of(_folder["out"], features & ~TreeFeatures.Modes, times: false)
            .Should()
            .Equal(TreeListing.Of(_folder["tree"], features & ~TreeFeatures.Modes, times: false));
        (await Tools.RunAsync("isoinfo", "-R", "-f", "-i", _folder["patched"])).Split('\n')
            .Where(line => line.EndsWith("a new file, number 39.txt", StringComparison.Ordinal))
            .Should()
            .HaveCount(grown.Length);
        if (command.Contains(" -J", StringComparison.Ordinal))
            (await Tools.RunAsync("isoinfo", "-J", "-f", "-i", _folder["patched"])).Split('\n')
                .Where(line => line.EndsWith("a new file, number 39.txt", StringComparison.Ordinal))
                .Should()
                .HaveCount(grown.Length);

        var before = await File.ReadAllBytesAsync(_folder["patched"], Cancel);
        await patch.ApplyAsync(_folder["iso"], Cancel);
        (await File.ReadAllBytesAsync(_folder["iso"], Cancel)).Should().Equal(before, "in place comes to the same");

        void Change(string file, byte[] content)
        {
            File.Delete(file); // another name of it keeps the old bytes
            File.WriteAllBytes(file, content);
            patch.Write(Path.GetRelativePath(_folder["tree"], file), content);
        }
    }

    [Fact]
    public async Task Two_machines_get_two_preseeds_from_one_ISO_at_once()
    {
        SampleTree.Make(_folder["tree"], 5, TreeFeatures.None);
        await File.WriteAllTextAsync(_folder["tree/preseed.cfg"], "d-i nothing\n", Cancel);
        await MakeAsync("xorriso -as mkisofs -quiet -R -J", _folder["tree"], _folder["iso"]);
        var untouched = await File.ReadAllBytesAsync(_folder["iso"], Cancel);
        await using var iso = File.OpenRead(_folder["iso"]);

        var served = await Task.WhenAll(Enumerable.Range(0, 8).Select(machine => Task.Run(async () =>
        {
            var patch = new IsoPatch();
            patch.Write("preseed.cfg", Encoding.ASCII.GetBytes($"d-i netcfg/get_hostname string node-{machine}\n"));
            await using var stream = patch.Open(iso);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, 777 * (machine + 1), Cancel);
            return copy.ToArray();
        })));

        for (var machine = 0; machine < served.Length; machine++)
        {
            using var image = await DiskImage.OpenAsync(new MemoryStream(served[machine]), null, Cancel);
            var tree = image.OpenTree();
            using var preseed = new StreamReader(tree.OpenRead("preseed.cfg"));
            (await preseed.ReadToEndAsync(Cancel)).Should().Be($"d-i netcfg/get_hostname string node-{machine}\n");
            TreeListing.Of(tree, TreeFeatures.None, times: false).Where(line => !line.StartsWith("preseed", StringComparison.Ordinal))
                .Should()
                .Equal(TreeListing.Of(_folder["tree"], TreeFeatures.None, times: false)
                    .Where(line => !line.StartsWith("preseed", StringComparison.Ordinal)));
        }

        (await File.ReadAllBytesAsync(_folder["iso"], Cancel)).Should().Equal(untouched);
    }

    [Fact]
    public async Task Both_kinds_of_names_a_link_to_the_file_and_an_old_zisofs_mark_follow()
    {
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir -p tree/boot && yes kernel line | head -c 300000 > tree/boot/grub.cfg && ln -s boot tree/link && ln -s grub.cfg " +
            "tree/boot/alias");
        await Tools.RunAsync(
            "xorriso",
            "-outdev",
            _folder["iso"],
            "-joliet",
            "on",
            "-zisofs",
            "default",
            "-map",
            _folder["tree"],
            "/",
            "-set_filter_r",
            "--zisofs",
            "/boot",
            "--",
            "-end");
        using (var packed = await DiskImage.OpenAsync(_folder["iso"], null, Cancel))
        using (var old = new StreamReader(packed.OpenTree().OpenRead("boot/grub.cfg")))
        {
            new FileInfo(_folder["iso"]).Length.Should().BeLessThan(500_000);
            (await old.ReadToEndAsync(Cancel)).Should().Be(
                await File.ReadAllTextAsync(_folder["tree/boot/grub.cfg"], Cancel), "zisofs is read");
        }

        var patch = new IsoPatch();
        patch.Write("link/alias", "linux /vmlinuz quiet\n"u8.ToArray());
        await patch.ApplyAsync(_folder["iso"], Cancel);

        (await Tools.RunAsync("isoinfo", "-R", "-x", "/boot/grub.cfg", "-i", _folder["iso"])).Should().Be("linux /vmlinuz quiet\n");
        (await Tools.RunAsync("isoinfo", "-J", "-x", "/boot/grub.cfg", "-i", _folder["iso"])).Should().Be("linux /vmlinuz quiet\n");
        await Tools.RunAsync("xorriso", "-osirrox", "on", "-indev", _folder["iso"], "-extract", "/", _folder["out"]);
        (await File.ReadAllTextAsync(_folder["out/boot/grub.cfg"], Cancel)).Should().Be("linux /vmlinuz quiet\n");
    }

    [Theory]
    [InlineData("xorriso -as mkisofs -quiet -R -J -b boot/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table " +
        "-eltorito-alt-boot -e boot/efi.img -no-emul-boot -isohybrid-mbr /usr/lib/ISOLINUX/isohdpfx.bin -isohybrid-gpt-basdat")]
    [InlineData("")]
    public async Task Boot_images_and_the_hybrid_tables_follow_to_their_new_places(string command)
    {
        Judge.RequireFile("/usr/lib/ISOLINUX/isohdpfx.bin", "isolinux");
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir -p tree/boot && cp /usr/lib/ISOLINUX/isolinux.bin tree/boot/bios.img && truncate -s 200K tree/boot/efi.img && seq " +
            "100000 > tree/data");
        await MakeAsync(command, _folder["tree"], _folder["iso"]);
        var loader = (await File.ReadAllBytesAsync(_folder["tree/boot/bios.img"], Cancel)).Concat(new byte[1000]).ToArray();
        var efi = new byte[300_001];
        new Random(1).NextBytes(efi);
        var patch = new IsoPatch();
        patch.Write("boot/bios.img", loader);
        patch.Write("boot/efi.img", efi);
        await patch.ApplyAsync(_folder["iso"], Cancel);

        var report =
            await Tools.RunAsync("xorriso", "-indev", _folder["iso"], "-report_el_torito", "plain", "-report_system_area", "plain");
        report.Should().Contain("/boot/bios.img").And.Contain("/boot/efi.img").And.Contain("boot-info-table");
        report.Should().MatchRegex(@"GPT partition path *: +\d+ +/boot/efi.img");
        var verdict = await Judge.RunAsync(Judge.Require("sgdisk", "gdisk"), ["-v", _folder["iso"]], cancellationToken: Cancel);
        (verdict.Output + verdict.Error).Should().NotContainAny("CRC", "corrupt", "damaged", "secondary header's self-pointer");
        (await Tools.RunAsync("fdisk", "-l", _folder["iso"])).Should().NotContainEquivalentOf("corrupt").And.NotContainEquivalentOf(
            "backup");

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var entries = ((IsoFileTree)image.OpenTree(0)).BootEntries;
        await using var disk = image.OpenRead();
        var head = new byte[512];
        await disk.ReadExactlyAsync(head, Cancel);
        (BitConverter.ToUInt32(head, 432) * 512L).Should().Be(entries[0].Offset);
        entries[1].SectorCount.Should().Be(586);
        disk.Position = entries[0].Offset;
        await disk.ReadExactlyAsync(head, Cancel);
        BitConverter.ToUInt32(head, 16).Should().Be((uint)loader.Length);
        (BitConverter.ToUInt32(head, 12) * 2048L).Should().Be(entries[0].Offset);
    }

    [Fact]
    public async Task What_cannot_be_changed_is_refused_and_the_ISO_stays()
    {
        await Tools.ShellAsync(_folder.Path, "mkdir -p tree/dir && echo x > tree/dir/file");
        await MakeAsync("", _folder["tree"], _folder["iso"]);
        var before = await File.ReadAllBytesAsync(_folder["iso"], Cancel);

        await Refused<IOException>(patch => patch.Write("dir", new byte[1]));
        await Refused<DirectoryNotFoundException>(patch => patch.Write("no/where", new byte[1]));
        await Refused<FileNotFoundException>(patch => patch.Change("nothing", old => old));
        await Refused<NotSupportedException>(patch => patch.Write("dir/" + new string('x', 250), new byte[1]));
        (await File.ReadAllBytesAsync(_folder["iso"], Cancel)).Should().Equal(before);
        new IsoPatch().Invoking(it => it.Open(new MemoryStream(new byte[100_000]))).Should().Throw<InvalidImageException>();

        async Task Refused<T>(Action<IsoPatch> change) where T : Exception
        {
            var patch = new IsoPatch();
            change(patch);
            await patch.Awaiting(it => it.ApplyAsync(_folder["iso"], Cancel)).Should().ThrowAsync<T>();
        }
    }

    [Fact]
    public void A_damaged_ISO_is_patched_or_refused()
    {
        var builder = new IsoBuilder();
        for (var i = 0; i < 60; i++) builder.AddFile($"dir/a file with a number, namely {i}", new byte[i]);
        builder.AddFile("1/2/3/4/5/6/7/8/9/leaf", new byte[100]);
        builder.AddFile("bios.img", new byte[4096]);
        builder.AddFile("efi.img", new byte[4096]);
        builder.AddBiosLoader("bios.img");
        builder.AddBootImage(IsoBootPlatform.Efi, "efi.img");
        builder.MakeHybrid();
        using var built = builder.Build();
        var original = new byte[built.Length];
        built.ReadExactly(original);
        var used = Enumerable.Range(0, original.Length).Where(at => original[at] != 0).ToArray();
        var patch = new IsoPatch();
        patch.Write("efi.img", new byte[10_000]);
        patch.Write("bios.img", new byte[5000]);
        patch.Write("1/2/3/4/5/6/7/8/9/leaf", new byte[3000]);
        for (var i = 0; i < 20; i++) patch.Write($"dir/and a new one, {i}", new byte[1]);

        Gen.Select(Gen.Int[0, used.Length - 1], Gen.Byte).List[1, 4].Sample(changes =>
        {
            var mutated = original.ToArray();
            foreach (var (at, value) in changes) mutated[used[at]] = value;
            try
            {
                using var patched = patch.Open(new MemoryStream(mutated));
                patched.ReadExactly(new byte[100_000]);
            }
            catch (Exception refused) when (refused is InvalidImageException or NotSupportedException or IOException)
            {
                // The expected results of damage: no such directory, or not a file.
            }
        }, iter: 400);
    }

    private static async Task MakeAsync(string command, string tree, string iso)
    {
        if (command.Length > 0)
        {
            await Tools.RunAsync(command.Split(' ')[0], [.. command.Split(' ')[1..], "-o", iso, tree]);
            return;
        }

        var builder = new IsoBuilder();
        builder.AddTree(new FolderTree(tree));
        if (File.Exists(Path.Combine(tree, "boot/bios.img")))
        {
            builder.AddBiosLoader("boot/bios.img");
            builder.AddBootImage(IsoBootPlatform.Efi, "boot/efi.img");
            builder.MakeHybrid();
        }

        await using var built = builder.Build();
        await using var output = File.Create(iso);
        await built.CopyToAsync(output, Cancel);
    }
}
