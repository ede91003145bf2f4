using System.Globalization;
using System.Text;
using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Ext;

/// <summary>
/// Names added to directories with a hash tree. Judges: e2fsck, which checks every hash and bound of the tree, and debugfs.
/// </summary>
public sealed class ExtIndexedDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("half_md4", 1)]
    [InlineData("tea", 2)]
    [InlineData("legacy", 0)]
    public async Task Names_hash_as_debugfs_says(string algorithm, byte version)
    {
        await Tools.ShellAsync(
            _folder.Path,
            "mke2fs -q -F -t ext4 -b 1024 -U 01234567-89ab-cdef-0123-456789abcdef -E hash_seed=11111111-2222-3333-4444-555555555555 " +
            "image 600K && debugfs -w -R 'ssv flags 1' image > /dev/null 2>&1");
        var super = ExtSuperblock.Read(new MemoryBytes(await File.ReadAllBytesAsync(_folder["image"], Cancel)));
        string[] names =
        [
            "a",
            "ab",
            "abcd",
            "lost+found",
            new string('x', 31),
            new string('y', 32),
            new string('z', 33),
            new string('w', 255),
            "ümläut-☃",
            "🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀"
        ];
        var hash = ExtNameHash.Of(super, version)!.Value;

        foreach (var name in names)
        {
            var told =
                await Tools.RunAsync(
                    "debugfs", "-R", $"dx_hash -h {algorithm} -s 11111111-2222-3333-4444-555555555555 {name}", _folder["image"]);
            told.Should().Contain(
                $"is 0x{hash.Hash(Encoding.UTF8.GetBytes(name)).ToString("x8", CultureInfo.InvariantCulture)}",
                "that is the hash of {0}",
                name);
        }
    }

    [Theory]
    [InlineData("-t ext4 -b 1024", "half_md4", 1, 700)] // more than a root of 123 blocks has room for
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum", "tea", 2, 700)]
    [InlineData("-t ext3 -b 1024", "legacy", 2, 200)]
    [InlineData("-t ext4 -b 4096 -I 256", "half_md4", 2, 300)]
    public async Task The_index_is_kept_and_e2fsck_finds_nothing_to_mend(string options, string hash, int flags, int count)
    {
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir -p tree/dir && cd tree/dir && seq -f 'a name that was there before %g' 150 | xargs -d '\n' touch && cd ../.. && " +
            $"mke2fs -q -F {options} -N 4000 -d tree image 24M && debugfs -w -R 'ssv def_hash_version {hash}' image > /dev/null 2>&1; " +
            $"debugfs -w -R 'ssv flags {flags}' image > /dev/null 2>&1; e2fsck -fyD image > /dev/null 2>&1; e2fsck -fn image > /dev/null");
        (await FlagsAsync()).Should().Be("0x1000", "e2fsck made an index");
        var random = new Random(count);
        var names = Enumerable.Range(0, count)
            .Select(i => $"{i} ümläut {new string((char)('a' + (i % 26)), random.Next(150, 220))}")
            .ToList();

        await using (var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel))
        {
            var tree = edit.OpenTree();
            foreach (var name in names) tree.CreateSymbolicLink($"dir/{name}", "x");
            foreach (var name in names.Where((_, i) => i % 3 == 0)) tree.Delete($"dir/{name}");
            foreach (var name in names.Where((_, i) => i % 6 == 0)) tree.CreateSymbolicLink($"dir/{name}", "y");
            await edit.CommitAsync(Cancel);
        }

        await Tools.RunAsync("e2fsck", "-fn", _folder["image"]);
        (await FlagsAsync()).Should().Be("0x1000", "the index was kept");
        var dump = await Tools.RunAsync("debugfs", "-R", "htree_dump /dir", _folder["image"]);
        dump.Should().Contain($"Indirect levels: {(count > 500 ? 1 : 0)}");
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var read = image.OpenTree();
        read.List(read.Find("dir")!).Select(entry => entry.Name).Where(name => name.Contains("ümläut", StringComparison.Ordinal))
            .Should().BeEquivalentTo(names.Where((_, i) => i % 3 != 0 || i % 6 == 0));
    }

    private async Task<string> FlagsAsync() =>
        (await Tools.RunAsync("debugfs", "-R", "stat /dir", _folder["image"])).Split("Flags: ")[1].Split('\n')[0].Trim() switch
        {
            var flags => $"0x{Convert.ToInt32(flags, 16) & 0x1000:x}",
        };
}
