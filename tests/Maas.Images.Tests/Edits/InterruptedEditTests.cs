using Maas.Images.Edits;
using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Edits;

/// <summary>
/// Edits of file systems on a disk that stops, or is full, at every step. Content goes to free room before the commit, so what is found
/// afterwards must be sound, and the old files or the new ones: e2fsck and fsck.fat judge the one, the files' bytes the other.
/// </summary>
public sealed class InterruptedEditTests : IDisposable
{
    private const int Large = 150_000;

    private static readonly byte[] Kept = Content(60_000, 1), Replaced = Content(Large, 2), Removed = Content(Large, 3);
    private static readonly byte[] Replacement = Content(Large + 3000, 4), Added = Content(Large - 20_000, 5),
        Appended = Content(30_000, 6);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ext")]
    [InlineData("fat")]
    public async Task A_machine_that_stops_at_any_step_leaves_the_old_files_or_the_new_ones(string format)
    {
        var image = await MakeAsync(format);
        var whole = new FailingDisk(image);
        await EditAsync(whole);
        var (olds, news) = (0, 0);
        for (var stop = 1; stop <= whole.Steps; stop++)
        {
            var disk = new FailingDisk(image) { StopAt = stop };
            await disk.Awaiting(EditAsync).Should().ThrowAsync<MediumStoppedException>();
            for (var seed = 0; seed < 2; seed++)
            {
                var isNew = await IsNewAsync(format, Recovered(disk.Restart(seed)), $"it stopped at step {stop}, seed {seed}");
                if (isNew) news++;
                else olds++;
            }
        }

        (olds, news).Should().Match<(int Olds, int News)>(count => count.Olds > 0 && count.News > 0);
    }

    [Theory]
    [InlineData("ext")]
    [InlineData("fat")]
    public async Task A_disk_that_is_full_at_any_step_leaves_the_old_files_or_a_journal_that_is_carried_through_later(string format)
    {
        var image = await MakeAsync(format);
        var whole = new FailingDisk(image);
        await EditAsync(whole);
        for (var stop = 1; stop <= whole.Steps; stop += 3)
        {
            var disk = new FailingDisk(image) { StopAt = stop, IsFull = true };
            try
            {
                await EditAsync(disk);
            }
            catch (MediumStoppedException)
            {
                // Where it had no room; steps that take none go on.
            }

            disk.StopAt = int.MaxValue;
            await IsNewAsync(format, Recovered(disk), $"it was full at step {stop}");
        }
    }

    [Theory]
    [InlineData("ext")]
    [InlineData("fat")]
    public async Task An_edit_that_is_given_up_leaves_the_old_files_though_free_room_was_written_to(string format)
    {
        var disk = new FailingDisk(await MakeAsync(format));
        using (var edit = DiskImage.Edit(new FailingMedium(disk), null)) await ChangeAsync(edit.OpenTree());

        disk.Image.Now.Should().NotEqual(await MakeAsync(format), "content went past the journal");
        (await IsNewAsync(format, disk.Image.Now, "it was given up")).Should().BeFalse();
    }

    [Fact]
    public async Task After_the_disk_was_laid_out_anew_nothing_is_written_before_the_commit()
    {
        var image = await MakeAsync("ext");
        var disk = new FailingDisk(image);
        using (var edit = DiskImage.Edit(new FailingMedium(disk), null))
        {
            edit.Grow(image.Length + (1 << 20));
            edit.GrowFileSystem();
            await ChangeAsync(edit.OpenTree());
        }

        disk.Image.Now.Should().Equal(image);
    }

    private async Task<byte[]> MakeAsync(string format)
    {
        if (!File.Exists(_folder["image"]))
        {
            Directory.CreateDirectory(_folder["tree"]);
            foreach (var (name, content) in new[]
            {
                ("kept", Kept), ("replaced", Replaced), ("removed", Removed)
            }) await File.WriteAllBytesAsync(_folder[$"tree/{name}"], content, Cancel);
            await Tools.ShellAsync(_folder.Path, format == "ext"
                ? "mke2fs -q -F -t ext4 -O ^has_journal -b 1024 -N 32 -d tree image 600K"
                : "mkfs.fat -C -F 12 -s 2 image 560 && mcopy -i image tree/kept tree/replaced tree/removed ::/");
        }

        return await File.ReadAllBytesAsync(_folder["image"], Cancel);
    }

    private static async Task EditAsync(FailingDisk disk)
    {
        using var edit = DiskImage.Edit(new FailingMedium(disk), null);
        await ChangeAsync(edit.OpenTree());
        await edit.CommitAsync(Cancel);
    }

    /// <summary>
    /// The first content goes to free room; the second has only that of a file which was removed, and is still there if the commit is not.
    /// </summary>
    private static async Task ChangeAsync(IEditableFileTree tree)
    {
        await tree.WriteFileAsync("replaced", Replacement, null, Cancel);
        tree.Delete("removed");
        await tree.WriteFileAsync("added", Added, null, Cancel);
        await tree.AppendFileAsync("kept", new MemoryStream(Appended), Cancel);
    }

    private async Task<bool> IsNewAsync(string format, byte[] bytes, string because)
    {
        await File.WriteAllBytesAsync(_folder["after"], bytes, Cancel);
        if (format == "ext") await Tools.RunAsync("e2fsck", "-fn", _folder["after"]);
        else await Tools.RunAsync("fsck.fat", "-n", _folder["after"]);
        using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);
        var tree = image.OpenTree();
        var isNew = tree.Find("added") is not null;
        (string Name, byte[] Content)[] expected = isNew
            ? [("added", Added), ("kept", [.. Kept, .. Appended]), ("replaced", Replacement)]
            : [("kept", Kept), ("removed", Removed), ("replaced", Replaced)];
        tree.List(tree.Root).Where(entry => entry.Kind == FileKind.File).Select(entry => entry.Name).Should().BeEquivalentTo(
            expected.Select(file => file.Name), because);
        foreach (var (name, content) in expected)
        {
            await using var file = tree.OpenRead(name);
            using var read = new MemoryStream();
            await file.CopyToAsync(read, Cancel);
            read.ToArray().AsSpan().SequenceEqual(content).Should().BeTrue("{0} is whole: {1}", name, because);
        }

        return isNew;
    }

    private static byte[] Recovered(FailingDisk disk)
    {
        using (var medium = new FailingMedium(disk)) EditSession.Recover(medium);
        return [.. disk.Image.Now];
    }

    private static byte[] Content(int length, int seed)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }
}
