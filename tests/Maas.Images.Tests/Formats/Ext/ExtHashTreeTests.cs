using System.Text;
using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Primitives;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Ext;

/// <summary>
/// Large directories: found by hash, and their trees as deep as they can be. Judges: e2fsck, which checks every hash and bound, and
/// debugfs.
/// </summary>
public sealed class ExtHashTreeTests : IDisposable
{
    private const int NameLength = 240;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", 12_000, "Indirect levels: 1")]
    [InlineData("-O large_dir", 36_000, "Indirect levels: 2")]
    // Two levels of blocks of 1 KiB do not hold so many; looking for them one after another takes minutes.
    [InlineData("", 36_000, "Not a hash-indexed directory", Traits = ["Category", "Long"])]
    public async Task A_tree_becomes_as_deep_as_the_file_system_allows_and_e2fsck_finds_nothing_to_mend(
        string options,
        int count,
        string told)
    {
        await MakeAsync($"-b 1024 {options}", "48M", 150);
        using (var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel))
        {
            var editor = Editor(edit, out var volume, out var directory, out var file);
            for (var i = 0; i < count; i++)
            {
                editor.Link(directory, Name(i), file);
                if (volume.Blocks.Changed > ExtVolume.MostChanged) volume.Flush();
            }

            for (var i = 0; i < count; i += 10) editor.Remove(directory, Name(i), file);
            volume.Flush();
            for (var i = 0; i < count; i += 499) editor.Find(directory, Name(i)).Should().Be(i % 10 == 0 ? null : file);
            await edit.CommitAsync(Cancel);
        }

        await Tools.RunAsync("e2fsck", "-fn", _folder["image"]);
        (await Tools.ShellAsync(
            _folder.Path,
            "debugfs -R 'htree_dump /dir' image 2>&1 | grep -a -m 1 -o -e 'Indirect levels: .' -e 'Not a hash-indexed directory'")).Trim()
            .Should()
            .Be(told);
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        tree.List(tree.Find("dir")!).Count().Should().Be(150 + count - (count / 10));
        for (var i = 0; i < count; i += 499)
            (tree.Find($"dir/{Encoding.ASCII.GetString(Name(i))}") is null).Should().Be(i % 10 == 0, "of name {0}", i);
    }

    [Fact]
    public async Task A_name_is_found_by_reading_a_few_blocks_of_a_large_directory()
    {
        await MakeAsync("-b 1024", "16M", 4000);
        using var bytes = new CountingBytes(await File.ReadAllBytesAsync(_folder["image"], Cancel));
        var tree = new ExtFileTree(bytes);
        var directory = tree.Find("dir")!;
        bytes.Taken = 0;

        tree.Find("dir/3999 was there before").Should().NotBeNull();
        var found = bytes.Taken;
        tree.Find("dir/no such name").Should().BeNull();

        found.Should().BeLessThan(16 << 10);
        (bytes.Taken - found).Should().BeLessThan(16 << 10, "the tree says that it is not there");
        tree.List(directory).Count().Should().Be(4000);
    }

    [Fact]
    public async Task A_tree_that_is_damaged_is_not_heeded()
    {
        await MakeAsync("-b 1024", "16M", 4000);
        var image = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        var block = int.Parse(
            (await Tools.RunAsync("debugfs", "-R", "bmap /dir 0", _folder["image"])).Trim(),
            System.Globalization.CultureInfo.InvariantCulture);
        image[(block * 1024) + 41] ^= 0x40; // in the first pair with a hash: the checksum no longer matches

        var tree = new ExtFileTree(new MemoryBytes(image));

        for (var i = 0; i < 4000; i += 7) tree.Find($"dir/{i} was there before").Should().NotBeNull();
    }

    [Fact]
    public async Task Names_of_one_hash_are_sought_in_all_blocks_that_go_on_with_it()
    {
        await MakeAsync("-b 1024 -O ^metadata_csum", "16M", 150);
        var super = ExtSuperblock.Read(new MemoryBytes(await File.ReadAllBytesAsync(_folder["image"], Cancel)));
        var directory = new ExtInode(12, new byte[256]);
        ExtInodeWriter.SetFlag(directory, ExtInode.Indexed, on: true);
        ExtInodeWriter.SetLength(directory, 20 * 1024);
        var hash = ExtNameHash.Of(super, 1)!.Value.Hash("name"u8);
        var root = Root(levels: 1, (0, 1), (hash | 1, 2), (hash + 4, 3));
        byte[] first = Node((0, 4), (hash, 5), (hash | 1, 6)), second = Node((0, 7), (hash | 1, 8), (hash + 2, 9));

        var leaves = ExtHashTree.Find(
            super, directory, "name"u8, number => number switch { 0 => root, 1 => first, 2 => second, _ => default });

        leaves.Should().Equal(5, 6, 7, 8);
        ExtHashTree.Find(super, directory, "name"u8, number => number switch { 0 => root, 1 => first, _ => default })
            .Should()
            .BeNull("a node is missing");
        ExtHashTree.Find(super, directory, "name"u8, number => number == 0 ? Root(levels: 2, (0, 1)) : default)
            .Should()
            .BeNull("without large_dir there is no second level");
    }

    private static byte[] Root(int levels, params (uint Hash, uint Block)[] pairs)
    {
        var root = Node(32, pairs);
        (root[28], root[29], root[30]) = (1, 8, (byte)levels);
        return root;
    }

    private static byte[] Node(params (uint Hash, uint Block)[] pairs) => Node(8, pairs);

    private static byte[] Node(int start, (uint Hash, uint Block)[] pairs)
    {
        var block = new byte[1024];
        for (var i = 0; i < pairs.Length; i++)
        {
            block.AsSpan().U32(start + (i * 8), pairs[i].Hash);
            block.AsSpan().U32(start + (i * 8) + 4, pairs[i].Block);
        }

        block.AsSpan().U16(start, (ushort)((1024 - start) / 8));
        block.AsSpan().U16(start + 2, (ushort)pairs.Length);
        return block;
    }

    private async Task MakeAsync(string options, string size, int names) => await Tools.ShellAsync(_folder.Path,
        $"mkdir -p tree/dir && cd tree/dir && seq -f '%.0f was there before' 0 {names - 1} | xargs -d '\\n' touch && cd ../.. && " +
        $"mke2fs -q -F -t ext4 {options} -N {names + 50} -d tree image {size} && e2fsck -fyD image > /dev/null 2>&1; e2fsck -fn image " +
        "> /dev/null");

    private static ExtEditor Editor(ImageEdit edit, out ExtVolume volume, out uint directory, out uint file)
    {
        var tree = edit.OpenTree();
        directory = (uint)tree.Find("dir")!.FileNumber;
        file = (uint)tree.Find("dir/7 was there before")!.FileNumber;
        volume = ExtRecovery.OpenVolume(edit.BytesOf(edit.Volumes[0]), TimeProvider.System);
        return new ExtEditor(volume, TimeProvider.System);
    }

    private static byte[] Name(int i) => Encoding.ASCII.GetBytes($"{i} {new string((char)('a' + (i % 26)), NameLength)}");

    private sealed class CountingBytes(byte[] bytes) : RandomAccessSource
    {
        public long Taken { get; set; }

        public override long Length => bytes.Length;

        public override int Read(long offset, Span<byte> buffer)
        {
            var part = bytes.AsSpan((int)offset, (int)Math.Min(buffer.Length, Length - offset));
            part.CopyTo(buffer);
            Taken += part.Length;
            return part.Length;
        }
    }
}
