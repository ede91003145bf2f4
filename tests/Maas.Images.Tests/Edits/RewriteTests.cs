using System.Text.Json;
using Maas.Images.ByteSources;
using Maas.Images.Edits;
using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Edits;

/// <summary>Edits of images that are written anew: what qemu-img made is edited, and judged by qemu-img and e2fsck.</summary>
public sealed class RewriteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Image => _folder["image"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-O qcow2", "qcow2", "zlib", false)]
    [InlineData("-O qcow2 -o compat=0.10,cluster_size=4k", "qcow2", "zlib", false)]
    [InlineData("-c -O qcow2", "qcow2", "zlib", true)]
    [InlineData("-c -O qcow2 -o compression_type=zstd", "qcow2", "zstd", true)]
    [InlineData("-O vpc -o subformat=fixed,force_size=on", "vpc", null, false)]
    public async Task The_new_image_is_of_the_old_ones_kind_and_holds_the_change(
        string made,
        string format,
        string? compression,
        bool isPacked)
    {
        await MakeAsync(made);
        await Tools.ShellAsync(_folder.Path, "chmod 640 image");
        var before = new FileInfo(Image).Length;
        var id = await File.ReadAllBytesAsync(Image, Cancel) is var bytes && format == "vpc"
            ? Convert.ToHexString(bytes.AsSpan(bytes.Length - 512 + 68, 16))
            : null;

        await EditAsync(tree => tree.WriteFileAsync("etc/hostname", "after\n"u8.ToArray(), cancellationToken: Cancel));

        if (format == "qcow2") await Tools.RunAsync("qemu-img", "check", Image);
        (await ContentAsync(format, "etc/hostname")).Should().Be("after\n");
        (await ContentAsync(format, "etc/other")).Should().Be("as it was\n");
        (await Tools.ShellAsync(_folder.Path, "stat -c %a image")).Trim().Should().Be("640");
        Directory.GetFiles(_folder.Path).Should().BeEquivalentTo([_folder["raw"], _folder["copy"], Image]);
        if (compression is not null)
        {
            using var told = JsonDocument.Parse(await Tools.RunAsync("qemu-img", "info", "--output=json", Image));
            told.RootElement.GetProperty("format-specific")
                .GetProperty("data")
                .GetProperty("compression-type")
                .GetString()
                .Should()
                .Be(compression);
            if (isPacked) new FileInfo(Image).Length.Should().BeLessThan(before + (256 << 10), "its clusters are packed as before");
        }

        if (id is not null)
            Convert.ToHexString((await File.ReadAllBytesAsync(Image, Cancel)).AsSpan()[^512..].Slice(68, 16)).Should().Be(id);
    }

    [Fact]
    public async Task A_qcow2_and_the_file_system_in_it_are_grown()
    {
        await MakeAsync("-c -O qcow2");

        await using (var edit = await DiskImage.EditAsync(Image, null, Cancel))
        {
            edit.Grow(96 << 20);
            edit.GrowFileSystem();
            await edit.CommitAsync(Cancel);
        }

        (await ContentAsync("qcow2", "etc/hostname")).Should().Be("before\n");
        new FileInfo(_folder["copy"]).Length.Should().Be(96 << 20);
        (await Tools.RunAsync("dumpe2fs", "-h", _folder["copy"])).Should().MatchRegex(@"Block count:\s+98304");
    }

    [Fact]
    public async Task An_edit_that_changes_nothing_or_is_not_committed_leaves_the_very_file()
    {
        await MakeAsync("-c -O qcow2");
        var before = await File.ReadAllBytesAsync(Image, Cancel);

        await EditAsync(_ => Task.CompletedTask);
        await using (var edit = await DiskImage.EditAsync(Image, null, Cancel))
            await edit.OpenTree().WriteFileAsync("etc/hostname", "after\n"u8.ToArray(), cancellationToken: Cancel);

        (await File.ReadAllBytesAsync(Image, Cancel)).Should().Equal(before);
        Directory.GetFiles(_folder.Path).Should().BeEquivalentTo([_folder["raw"], Image]);
    }

    [Fact]
    public async Task Writing_that_is_cancelled_or_fails_half_way_leaves_the_old_image_alone()
    {
        await MakeAsync("-O qcow2");
        var before = await File.ReadAllBytesAsync(Image, Cancel);

        Commit((_, file, _) => { file.Write(new byte[100_000]); throw new IOException("No space left on device"); })
            .Should()
            .Throw<IOException>();
        Commit((_, file, cancellationToken) => {
        file.Write(new byte[100_000]); cancellationToken.ThrowIfCancellationRequested(); }, new CancellationToken(canceled: true))
            .Should()
            .Throw<OperationCanceledException>();

        (await File.ReadAllBytesAsync(Image, Cancel)).Should().Equal(before);
        Directory.GetFiles(_folder.Path).Should().BeEquivalentTo([_folder["raw"], Image]);

        Action Commit(RewriteSession.Writer writer, CancellationToken cancellationToken = default) => () =>
        {
            using var session = new RewriteSession(new FileMedium(Image), new MemoryBytes(new byte[1 << 20]), writer);
            session.Bytes.Write(5, [1]);
            session.Commit(cancellationToken);
        };
    }

    [Fact]
    public async Task The_image_is_nobody_elses_until_the_edit_ends_and_one_that_was_replaced_meanwhile_is_not_edited()
    {
        await MakeAsync("-O qcow2");

        await using (await DiskImage.EditAsync(Image, null, Cancel))
        {
            var second = () => DiskImage.EditAsync(Image, null, Cancel);
            await second.Should().ThrowAsync<IOException>();
        }

        using var late = new FileMedium(Image);
        File.Copy(_folder["raw"], _folder["another"]);
        File.Move(_folder["another"], Image, overwrite: true);
        late.Invoking(medium => medium.CreateJournal()).Should().Throw<IOException>().WithMessage("*replaced*");
        File.Exists(Image + ".edit").Should().BeFalse();
    }

    [Fact]
    public async Task What_would_lose_something_or_cannot_be_written_is_refused()
    {
        await MakeAsync("-O qcow2");
        await Tools.RunAsync("qemu-img", "snapshot", "-c", "first", Image);
        await Refused("snapshots");
        foreach (var format in (string[])["vpc", "vhdx", "vmdk"])
        {
            await MakeAsync($"-O {format}");
            await Refused("read here, not written");
        }

        await Tools.ShellAsync(_folder.Path, "gzip -c raw >image");
        await Refused("compressed with gzip");

        async Task Refused(string reason)
        {
            var edit = () => DiskImage.EditAsync(Image, null, Cancel);
            (await edit.Should().ThrowAsync<NotSupportedException>()).WithMessage($"*{reason}*");
            Directory.GetFiles(_folder.Path).Should().BeEquivalentTo([_folder["raw"], Image]);
        }
    }

    private async Task MakeAsync(string options)
    {
        Judge.Require("qemu-img", "qemu-utils");
        if (!File.Exists(_folder["raw"]))
        {
            await Tools.ShellAsync(
                _folder.Path,
                "mkdir -p tree/etc && echo before >tree/etc/hostname && echo 'as it was' >tree/etc/other && head -c 3000000 /dev/zero " +
                "| tr '\\0' x >tree/packs && mke2fs -q -F -t ext4 -b 1024 -d tree raw 64M && rm -r tree");
        }

        await Tools.RunAsync("qemu-img", ["convert", "-f", "raw", .. options.Split(' '), _folder["raw"], Image]);
    }

    private async Task EditAsync(Func<IEditableFileTree, Task> change)
    {
        await using var edit = await DiskImage.EditAsync(Image, null, Cancel);
        await change(edit.OpenTree());
        await edit.CommitAsync(Cancel);
    }

    private async Task<string> ContentAsync(string format, string path)
    {
        await Tools.RunAsync("qemu-img", "convert", "-f", format, "-O", "raw", Image, _folder["copy"]);
        await Tools.RunAsync("e2fsck", "-fn", _folder["copy"]);
        return await Tools.RunAsync("debugfs", "-R", $"cat /{path}", _folder["copy"]);
    }
}
