using System.Globalization;
using Maas.Images.ByteSources;
using Maas.Images.Edits;
using Maas.Images.FileTrees;
using Maas.Images.Formats;
using Maas.Images.Outputs;
using Maas.Images.Tests.Disks;
using Maas.Images.Tests.Outputs;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Edits;

/// <summary>An image that another program uses is not changed, and one that is being changed is not there for other programs.</summary>
public sealed class ImageInUseTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Tools.ShellAsync(_folder.Path, "truncate -s 8M raw && mke2fs -q -F -t ext4 raw");
        using var image = await DiskImage.OpenAsync(_folder["raw"], null, Cancel);
        await image.WriteAsync(_folder["qcow2"], DiskFormat.Qcow2, null, null, Cancel);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task The_disk_of_a_running_machine_is_neither_edited_nor_replaced(string format)
    {
        var before = await SampleDisk.DigestAsync(_folder[format]);
        await using (await QemuHold.OpenAsync(_folder[format], format, Cancel))
        {
            await RefusedAsync(() => DiskImage.EditAsync(_folder[format], null, Cancel));
            await RefusedAsync(() => ImageOutput.WriteAsync(_folder[format], new MemoryStream([1, 2, 3]), null, Cancel));
            await RefusedAsync(() => new IsoPatch().ApplyAsync(_folder[format], Cancel));
        }

        (await SampleDisk.DigestAsync(_folder[format])).Should().Be(before);
        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo("raw", "qcow2");
        await using var edit = await DiskImage.EditAsync(_folder[format], null, Cancel);
        await edit.OpenTree().WriteFileAsync("file", new byte[3], null, Cancel);
        await edit.CommitAsync(Cancel);
    }

    [Fact]
    public async Task A_machine_that_starts_while_the_image_is_written_anew_keeps_its_disk()
    {
        var started = new TaskCompletionSource<QemuHold>();
        await RefusedAsync(() => ImageOutput.WriteAsync(_folder["raw"], async stream =>
        {
            await stream.WriteAsync(new byte[10], Cancel);
            started.SetResult(await QemuHold.OpenAsync(_folder["raw"], "raw", Cancel));
        }, null, Cancel));
        await (await started.Task).DisposeAsync();

        new FileInfo(_folder["raw"]).Length.Should().Be(8 << 20);
    }

    [Fact]
    public async Task A_machine_does_not_start_from_an_image_that_is_being_edited()
    {
        await using var edit = await DiskImage.EditAsync(_folder["raw"], null, Cancel);

        var refused = await Judge.RunAsync("qemu-io", ["-f", "raw", "-c", "write 0 512", _folder["raw"]], cancellationToken: Cancel);

        (refused.Output + refused.Error).Should().Contain("lock").And.NotContain("wrote");
    }

    [Fact]
    public async Task An_image_that_is_a_loop_device_is_not_edited()
    {
        await using (var device = await LoopDevice.AttachAsync(_folder["raw"]))
            (await this.Awaiting(_ => DiskImage.EditAsync(_folder["raw"], null, Cancel)).Should().ThrowAsync<IOException>()).WithMessage(
                $"*in use as {device.Path}*losetup -d*");

        (await DiskImage.EditAsync(_folder["raw"], null, Cancel)).Dispose();
    }

    [Theory]
    [InlineData(0x12u, "*mounted on node-7 as sda1*tune2fs -f -E clear_mmp*")]
    [InlineData(0xE24D4D50u, "*checked by e2fsck on node-7*")]
    public async Task An_ext4_that_another_machine_has_mounted_is_refused_by_its_multiple_mount_protection(uint sequence, string message)
    {
        var block = await ProtectAsync();
        using (var edit = await DiskImage.EditAsync(_folder["raw"], null, Cancel))
        {
            await edit.OpenTree().WriteFileAsync("early", new byte[3], null, Cancel);
            await edit.CommitAsync(Cancel);
        }

        UseElsewhere(block, sequence);
        var before = await SampleDisk.DigestAsync(_folder["raw"]);
        using (var edit = await DiskImage.EditAsync(_folder["raw"], null, Cancel))
        {
            edit.Invoking(it => it.OpenTree()).Should().Throw<IOException>().WithMessage(message);
            edit.Invoking(it => it.GrowFileSystem()).Should().Throw<IOException>().WithMessage(message);
        }

        (await SampleDisk.DigestAsync(_folder["raw"])).Should().Be(before);
        using var image = await DiskImage.OpenAsync(_folder["raw"], null, Cancel);
        image.OpenTree().Find("early").Should().NotBeNull("it is read all the same");
    }

    [Fact]
    public async Task An_ext4_that_is_mounted_elsewhere_during_the_edit_is_not_changed_by_the_commit()
    {
        var block = await ProtectAsync();
        using var edit = await DiskImage.EditAsync(_folder["raw"], null, Cancel);
        await edit.OpenTree().WriteFileAsync("file", new byte[3], null, Cancel);

        UseElsewhere(block, 1);

        await edit.Awaiting(it => it.CommitAsync(Cancel))
            .Should()
            .ThrowAsync<IOException>()
            .WithMessage("*mounted on node-7*Nothing was changed.");
        edit.Dispose();
        using var image = await DiskImage.OpenAsync(_folder["raw"], null, Cancel);
        image.OpenTree().Find("file").Should().BeNull();
    }

    [Theory]
    [InlineData("link")]
    [InlineData("folder/raw")]
    public async Task The_journal_of_an_edit_through_a_link_is_the_images_own(string way)
    {
        File.CreateSymbolicLink(_folder["link"], "raw");
        Directory.CreateSymbolicLink(_folder["folder"], ".");
        // An edit that is killed when its journal is complete and nothing of the image has changed.
        using (var medium = new FileMedium(_folder[way]))
        using (var journal = medium.CreateJournal())
        {
            var overlay = new OverlayBytes(medium.Image, journal, EditJournal.FirstPage);
            overlay.Write(0, "new"u8);
            EditJournal.Complete(medium, journal, overlay);
        }

        File.Exists(_folder["raw.edit"]).Should().BeTrue();
        File.Exists(_folder["link.edit"]).Should().BeFalse();
        foreach (var name in (string[])["raw", "link"])
        {
            using var image = await DiskImage.OpenAsync(_folder[name], null, Cancel);
            using var bytes = image.OpenRead();
            ((byte[])[(byte)bytes.ReadByte(), (byte)bytes.ReadByte(), (byte)bytes.ReadByte()]).Should().Equal("new"u8.ToArray(), name);
        }

        (await DiskImage.EditAsync(_folder["raw"], null, Cancel)).Dispose();
        File.Exists(_folder["raw.edit"]).Should().BeFalse();
        (await File.ReadAllBytesAsync(_folder["raw"], Cancel)).AsSpan(0, 3).SequenceEqual("new"u8).Should().BeTrue();
    }

    [Fact]
    public async Task What_a_killed_edit_of_a_qcow2_left_is_removed_by_the_next()
    {
        var left = _folder[$".qcow2.{int.MaxValue:x}-{Guid.CreateVersion7():n}.tmp"]; // no process has this number
        await File.WriteAllTextAsync(left, "half of an image", Cancel);

        await using (var edit = await DiskImage.EditAsync(_folder["qcow2"], null, Cancel))
        {
            await edit.OpenTree().WriteFileAsync("file", new byte[3], null, Cancel);
            await edit.CommitAsync(Cancel);
        }

        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo("raw", "qcow2");
    }

    [Theory]
    [InlineData(0, 1)] // version 1.0: in the last 8 to 12 KiB
    [InlineData(90, 0)] // version 0.90: in the last 64 to 128 KiB
    public async Task An_ext4_that_is_half_of_a_mirror_is_named_so_and_not_changed(int minor, int major)
    {
        const int Length = 8 << 20;
        var at = major == 1 ? ((Length / 512) - 16) / 8 * 8 * 512 : (Length / 65536 * 65536) - 65536;
        var superblock = new byte[256];
        new byte[] { 0xFC, 0x4E, 0x2B, 0xA9 }.CopyTo(superblock, 0);
        BitConverter.TryWriteBytes(superblock.AsSpan(4), major);
        BitConverter.TryWriteBytes(superblock.AsSpan(8), minor);
        if (major == 1) BitConverter.TryWriteBytes(superblock.AsSpan(144), (long)at / 512);
        using (var file = File.OpenHandle(_folder["raw"], FileMode.Open, FileAccess.Write)) RandomAccess.Write(file, superblock, at);
        var before = await SampleDisk.DigestAsync(_folder["raw"]);

        using (var image = await DiskImage.OpenAsync(_folder["raw"], null, Cancel))
            image.Volumes[0].Content.Should().Be("linux_raid_member");
        using (var edit = await DiskImage.EditAsync(_folder["raw"], null, Cancel))
        {
            edit.Invoking(it => it.OpenTree()).Should().Throw<NotSupportedException>().WithMessage("*linux_raid_member*");
            edit.Invoking(it => it.GrowFileSystem()).Should().Throw<NotSupportedException>().WithMessage("*linux_raid_member*");
            edit.Invoking(it => it.Grow(9 << 20)).Should().Throw<NotSupportedException>().WithMessage("*grow the array*");
        }

        (await SampleDisk.DigestAsync(_folder["raw"])).Should().Be(before);
    }

    [Fact]
    public async Task An_image_that_replaces_another_is_not_given_that_ones_unfinished_edit()
    {
        using (var medium = new FileMedium(_folder["raw"]))
        using (var journal = medium.CreateJournal())
        {
            var overlay = new OverlayBytes(medium.Image, journal, EditJournal.FirstPage);
            overlay.Write(0, "new"u8);
            EditJournal.Complete(medium, journal, overlay);
        }

        await ImageOutput.WriteAsync(_folder["raw"], new MemoryStream(new byte[8 << 20]), null, Cancel);

        File.Exists(_folder["raw.edit"]).Should().BeFalse();
        using var image = await DiskImage.OpenAsync(_folder["raw"], null, Cancel);
        using var bytes = image.OpenRead();
        bytes.ReadByte().Should().Be(0);
    }

    /// <summary>Enables multiple mount protection in the file system, and returns the position of its block.</summary>
    private async Task<long> ProtectAsync()
    {
        await Tools.ShellAsync(_folder.Path, "rm raw && truncate -s 8M raw && mke2fs -q -F -t ext4 -O mmp raw");
        var lines = (await Tools.RunAsync("dumpe2fs", "-h", _folder["raw"])).Split('\n');
        return Number("MMP block number:") * Number("Block size:");

        long Number(string name) =>
            long.Parse(lines.Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Writes into the block what another machine does: past the lock, which only this machine's programs see.</summary>
    private void UseElsewhere(long block, uint sequence)
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Only Linux tells other machines' use of a file apart.");
            return;
        }

        Span<byte> bytes = stackalloc byte[108];
        BitConverter.TryWriteBytes(bytes, sequence);
        "node-7"u8.CopyTo(bytes[12..]);
        "sda1"u8.CopyTo(bytes[76..]);
        using var file = Maas.Images.Primitives.Posix.Open(_folder["raw"], Maas.Images.Primitives.Posix.ReadWrite);
        RandomAccess.Write(file, bytes, block + 4);
    }

    private static async Task RefusedAsync(Func<Task> use) =>
        (await use.Should().ThrowAsync<IOException>()).WithMessage(
            "*in use by another program, such as a running virtual machine*Nothing was changed.");
}
