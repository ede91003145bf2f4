using System.Text;
using CsCheck;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Fat;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Fat;

/// <summary>Volumes that are changed here; fsck.fat judges every one, mtools reads some back.</summary>
public sealed class FatEditTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-F 12 -s 1", 1500)]
    [InlineData("-F 16 -s 2", 20_000)]
    [InlineData("-F 32 -s 1", 40_000)]
    [InlineData("-F 32 -s 1 -f 1", 40_000)]
    public async Task Files_are_made_replaced_extended_and_removed(string options, int kibibytes)
    {
        await Tools.ShellAsync(
            _folder.Path,
            $"mkfs.fat -C {options} image {kibibytes} && mmd -i image ::/kept && seq 9000 | mcopy -i image - ::/kept/text && seq 5000 " +
            "| mcopy -i image - '::/A long name.txt'");

        await using (var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel))
        {
            var tree = edit.OpenTree();
            tree.CreateDirectory("EFI");
            tree.CreateDirectory("EFI/Linux entries");
            await tree.WriteFileAsync("EFI/Linux entries/vmlinuz-6.1.0-amd64", Pattern(100_000), null, Cancel);
            await tree.WriteFileAsync("a LONG name.TXT", Pattern(70_000), null, Cancel);
            await tree.AppendFileAsync(
                "kept/text", new MemoryStream(Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(9001, 4000)) + "\n")), Cancel);
            await tree.WriteFileAsync("empty", Pattern(0), null, Cancel);
            await tree.AppendFileAsync("empty", Pattern(512), Cancel);
            for (var i = 0; i < 60; i++)
                await tree.WriteFileAsync($"EFI/Linux entries/an entry with a long name, number {i}.conf", Pattern(i * 10), null, Cancel);
            for (var i = 0; i < 60; i += 2) tree.Delete($"EFI/Linux entries/an entry with a long name, number {i}.conf");
            await edit.CommitAsync(Cancel);
        }

        await FsckApprovesAsync();
        await Tools.ShellAsync(_folder.Path, "seq 13000 > expected && mcopy -i image ::/kept/text found && cmp expected found");
        (await Tools.ShellAsync(_folder.Path, "mdir -b -i image '::/EFI/Linux entries' | wc -l")).Trim().Should().Be("31");
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        image.OpenTree().Find("A long name.txt")!.Length.Should().Be(70_000);
        image.OpenTree().Find("A long name.txt")!.Name.Should().Be("A long name.txt", "a name that is there keeps its case");
    }

    [Fact]
    public async Task A_volume_that_is_full_stays_as_it_was()
    {
        await Tools.ShellAsync(_folder.Path, "mkfs.fat -C -F 12 image 500 && seq 9000 | mcopy -i image - ::/text");

        await using (var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel))
        {
            var tree = edit.OpenTree();
            await tree.Awaiting(t => t.WriteFileAsync("text", Pattern(600_000), null, Cancel)).Should().ThrowAsync<IOException>();
            await tree.Awaiting(t => t.WriteFileAsync("new", Pattern(600_000), null, Cancel)).Should().ThrowAsync<IOException>();
            for (var i = 0; i < 600; i++)
            {
                try
                {
                    await tree.WriteFileAsync($"f{i}", Pattern(0), null, Cancel);
                }
                catch (IOException full) when (full.Message.Contains("root directory", StringComparison.Ordinal))
                {
                    break;
                }
            }

            await edit.CommitAsync(Cancel);
        }

        await FsckApprovesAsync();
        await Tools.ShellAsync(_folder.Path, "seq 9000 > expected && mcopy -i image ::/text found && cmp expected found");
        (await Tools.ShellAsync(_folder.Path, "mdir -b -i image ::/ | wc -l")).Trim().Should().BeOneOf("511", "512");
    }

    [Fact]
    public async Task Read_only_and_time_are_kept_and_owners_refused()
    {
        await WriteAsync(new FatBuilder { Length = 1 << 20 });

        await using (var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel))
        {
            var tree = edit.OpenTree();
            await tree.WriteFileAsync("file", Pattern(10), null, Cancel);
            tree.SetOwnership(
                "file", new() { Mode = UnixFileMode.UserRead, ModifiedAt = new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.Zero) });
            tree.Invoking(t => t.SetOwnership("file", new() { UserId = 1000 })).Should().Throw<NotSupportedException>();
            tree.Invoking(t => t.CreateSymbolicLink("link", "file")).Should().Throw<NotSupportedException>();
            tree.Invoking(t => t.CreateDirectory("FILE")).Should().Throw<IOException>();
            tree.Invoking(t => t.CreateDirectory("a?")).Should().Throw<ArgumentException>();
            tree.Invoking(t => t.CreateDirectory("none/a")).Should().Throw<DirectoryNotFoundException>();
            tree.Invoking(t => t.Delete("none")).Should().Throw<FileNotFoundException>();
            await edit.CommitAsync(Cancel);
        }

        await FsckApprovesAsync();
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var entry = image.OpenTree().Find("file")!;
        (entry.Mode & UnixFileMode.UserWrite).Should().Be(UnixFileMode.None);
        entry.ModifiedAt.Should().Be(new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.Zero));
    }

    [Fact]
    public void Any_sequence_of_edits_leaves_a_sound_volume() => Gen.Select(
        Gen.Int[0, 2].Select(kind => kind switch { 0 => 12, 1 => 16, _ => 32 }),
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 7], Gen.Int[0, 5], Gen.Int[0, 6000]).Array[1, 60]).Sample((bits, steps) =>
    {
        WriteAsync(new FatBuilder { Bits = bits, Length = bits == 12 ? 300_032 : null }).GetAwaiter().GetResult();
        var expected = new Dictionary<string, byte[]?>(StringComparer.OrdinalIgnoreCase);
        using (var edit = DiskImage.EditAsync(_folder["image"]).GetAwaiter().GetResult())
        {
            var tree = edit.OpenTree();
            foreach (var (what, folder, name, length) in steps) Step(
                tree, expected, what, folder == 0 ? "" : $"a folder {folder}", $"file number {name}.bin", length);
            edit.CommitAsync().GetAwaiter().GetResult();
        }

        FsckApprovesAsync().GetAwaiter().GetResult();
        using var image = DiskImage.OpenAsync(_folder["image"]).GetAwaiter().GetResult();
        var found = image.OpenTree(0)
            .Walk()
            .ToDictionary(entry => entry.Path, entry => entry.Kind == FileKind.File ? Read(image.OpenTree(0), entry) : null);
        found.Should().BeEquivalentTo(expected);
    }, iter: 25, threads: 1);

    private static void Step(IEditableFileTree tree, Dictionary<string, byte[]?> expected, int what, string folder, string name, int length)
    {
        var path = folder.Length == 0 ? name : $"{folder}/{name}";
        if (folder.Length != 0 && expected.TryAdd(folder, null)) tree.CreateDirectory(folder);
        var content = Pattern(length).ToArray();
        if (what <= 1)
        {
            tree.WriteFileAsync(path, new MemoryStream(content)).GetAwaiter().GetResult();
            expected[path] = content;
        }
        else if (what == 2 && expected.TryGetValue(path, out var before))
        {
            tree.AppendFileAsync(path, new MemoryStream(content)).GetAwaiter().GetResult();
            expected[path] = [.. before!, .. content];
        }
        else if (what == 3 && expected.Remove(path))
        {
            tree.Delete(path);
        }
        else if (what == 4 && folder.Length != 0 && !expected.Keys.Any(other => other.StartsWith(folder + "/", StringComparison.Ordinal)))
        {
            tree.Delete(folder);
            expected.Remove(folder);
        }
    }

    private static byte[] Read(IFileTree tree, FileEntry entry)
    {
        using var content = new MemoryStream();
        using (var stream = tree.OpenRead(entry)) stream.CopyTo(content);
        return content.ToArray();
    }

    private static MemoryStream Pattern(int length) => new([.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 + (i >> 8)))]);

    private async Task WriteAsync(FatBuilder builder)
    {
        await using var volume = builder.Build();
        await using var file = File.Create(_folder["image"]);
        await volume.CopyToAsync(file);
    }

    private async Task FsckApprovesAsync() =>
        (await Tools.RunAsync("fsck.fat", "-n", "-v", _folder["image"])).Should().NotContainAny("differ", "Dirty", "uninitialized");
}
