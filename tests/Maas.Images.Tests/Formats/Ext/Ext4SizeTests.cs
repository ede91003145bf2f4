using CsCheck;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Ext;

/// <summary>The size that <see cref="Ext4Builder"/> chooses is enough for any tree; e2fsck judges the result.</summary>
public sealed class Ext4SizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// The shapes of the report, with as many files as the limits of these block sizes need (an inode table of a group has 8 times the
    /// block size).
    /// </summary>
    public static TheoryData<string, int, int> Shapes => new()
    {
        { "empty files", 45_000, 4096 },
        { "empty files", 9_000, 1024 },
        { "short links", 20_000, 4096 },
        { "long links", 3_000, 4096 },
        { "long links", 3_000, 1024 },
        { "long names", 15_000, 4096 },
        { "hard links", 30_000, 4096 },
        { "attributes", 3_000, 4096 },
        { "directories", 6_000, 4096 },
        { "one long file", 1, 1024 },
        { "nothing", 0, 4096 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Every_shape_of_a_tree_fits_in_the_size_that_is_chosen(string shape, int count, int blockSize)
    {
        var tree = new ShapedTree();
        tree.AddDirectory("d");
        for (var i = 0; i < count; i++)
        {
            var path = $"d/{i}";
            switch (shape)
            {
                case "empty files": tree.AddFile(path); break;
                case "short links": tree.AddLink(path, 30); break;
                case "long links": tree.AddLink(path, 200); break;
                case "long names": tree.AddFile($"d/{new string('n', 240)}{i:D6}"); break;
                case "directories": tree.AddDirectory(path); break;
                case "one long file": tree.AddFile(path, 60 << 20); break;
                case "hard links" when i % 10_000 == 0: tree.AddHardLinks("d", $"link of {i} ", 10_000, 5000); break;
                case "attributes":
                    tree.AddFile(path);
                    tree.AddAttribute(path, blockSize * 3 / 8);
                    break;
            }
        }

        await BuildAsync(tree, blockSize);
    }

    [Fact]
    public async Task Any_mixture_of_files_fits_in_the_size_that_is_chosen() =>
        await Gen.Select(Gen.Int[0, 3000], Gen.Int[0, 800], Gen.Int[0, 800], Gen.Int[0, 600], Gen.Int[0, 300], Gen.Int[0, 60],
            Gen.Int[0, 2].Select(power => 1024 << power)).SampleAsync(
            async (empty, links, names, attributes, sized, directories, blockSize) =>
            {
                var tree = new ShapedTree();
                for (var i = 0; i <= directories; i++) tree.AddDirectory($"{i}");
                string In(int number, string name) => $"{number % (directories + 1)}/{name}";
                for (var i = 0; i < empty; i++) tree.AddFile(In(i, $"e{i}"));
                for (var i = 0; i < links; i++) tree.AddLink(In(i, $"l{i}"), 1 + (i % 250));
                for (var i = 0; i < names; i++) tree.AddFile(In(i, new string('n', 1 + (i % 240)) + i), i % 3);
                for (var i = 0; i < sized; i++) tree.AddFile(In(i, $"s{i}"), i * 1000L);
                for (var i = 0; i < attributes; i++)
                {
                    tree.AddFile(In(i, $"a{i}"), i);
                    tree.AddAttribute(In(i, $"a{i}"), i % (blockSize / 2));
                }

                await BuildAsync(tree, blockSize);
            },
            iter: 8,
            threads: 1);

    [Fact]
    public async Task A_tree_of_little_is_not_made_large()
    {
        var tree = new ShapedTree();
        tree.AddFile("x", 100_000_000);
        await BuildAsync(tree, 4096);
        new FileInfo(_folder["image"]).Length.Should().BeLessThan(140_000_000);
    }

    [Fact]
    public async Task A_file_system_with_eight_inodes_a_group_is_changed()
    {
        await Tools.ShellAsync(_folder.Path, "truncate -s 100M image && mke2fs -q -t ext4 -N 50 -b 1024 image");
        (await Tools.RunAsync("dumpe2fs", "-h", _folder["image"])).Should().MatchRegex(@"Inodes per group:\s+8");
        await using (var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel))
        {
            var tree = edit.OpenTree();
            tree.CreateDirectory("d");
            for (var i = 0; i < 30; i++) await tree.WriteFileAsync($"d/{i}", new byte[3000], null, Cancel);
            for (var i = 0; i < 30; i += 2) tree.Delete($"d/{i}");
            await edit.CommitAsync(Cancel);
        }

        await Tools.RunAsync("e2fsck", "-fn", _folder["image"]);
        (await Tools.RunAsync("debugfs", "-R", "ls -p /d", _folder["image"])).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should()
            .HaveCount(17);
    }

    [Fact]
    public async Task Changes_in_fast_commits_are_told()
    {
        // A committed transaction, then a fast commit's head for the one that would come next, as the kernel leaves them.
        await Tools.ShellAsync(
            _folder.Path,
            "truncate -s 64M image && mke2fs -q -t ext4 -b 1024 -O fast_commit image && debugfs -w -R 'jo' image 2> log; printf " +
            "'jo\\njw -b 333 /dev/zero\\njc\\n' | debugfs -w -f - image > log 2>&1");
        using (var quiet = await DiskImage.OpenAsync(_folder["image"], null, Cancel))
            quiet.Volumes[0].Warning.Should().BeNull("no fast commit is there");
        var journal = await BlockAsync(0);
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        uint Big(long at) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan((int)((journal * 1024) + at)));
        var (blocks, sequence, start, fast) = (Big(16), Big(24), Big(28), Big(84));
        start.Should().NotBe(0, "the journal has a log");
        var at = (int)await BlockAsync(blocks - (fast == 0 ? 256 : fast) + 1) * 1024;
        bytes[(journal * 1024) + 43] |= 0x20; // the journal's feature, which the kernel sets when it mounts
        Convert.FromHexString("09000800" + "00000000").CopyTo(bytes, at);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 8), sequence + 1);
        await File.WriteAllBytesAsync(_folder["image"], bytes, Cancel);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Volumes[0].Warning.Should().Contain("fast commits").And.Contain("e2fsck");
        (await Inspection.Describe(image)).Should().ContainMatch("*fast commits*");
    }

    /// <summary>The place of a block of the journal, of which debugfs prints the number alone.</summary>
    private async Task<long> BlockAsync(long block) =>
        long.Parse(
            (await Tools.RunAsync("debugfs", "-R", $"bmap <8> {block}", _folder["image"])).Trim(),
            System.Globalization.CultureInfo.InvariantCulture);

    private async Task BuildAsync(ShapedTree tree, int blockSize)
    {
        await new Ext4Builder { BlockSize = blockSize }.BuildAsync(tree, _folder["image"], null, Cancel);
        await Tools.RunAsync("e2fsck", "-fn", _folder["image"]);
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        image.OpenTree().Walk().Count(entry => entry.Path != "lost+found").Should().Be(tree.Count);
    }

    private static class Inspection
    {
        public static async Task<IReadOnlyList<string>> Describe(DiskImage image) =>
            (await Maas.Images.Inspection.ImageInspector.DescribeAsync(image, Cancel)).Unread;
    }
}
