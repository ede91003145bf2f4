using System.Runtime.Versioning;
using Maas.Images.ByteSources;
using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.SquashFs;
using Maas.Images.Outputs;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Outputs;

/// <summary>An output is a place, not a name: every writer of the library, and every kind of thing that its path may lead to.</summary>
public sealed class ImageOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _disk = new byte[3 << 20];

    public ImageOutputTests()
    {
        new Random(7).NextBytes(_disk.AsSpan(0, 1 << 20));
        new Random(8).NextBytes(_disk.AsSpan(5 << 19, 1000));
        Directory.CreateDirectory(_folder["tree"]);
        File.WriteAllText(_folder["tree/file"], "content");
    }

    public static TheoryData<string> Writers => ["raw", "qcow2", "vhd", "stream", "squashfs", "ext4"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task A_symbolic_link_stays_and_what_it_leads_to_is_written(string writer)
    {
        File.WriteAllText(_folder["target"], "old");
        File.CreateSymbolicLink(_folder["link"], "target");
        File.CreateSymbolicLink(_folder["dangling"], "new");

        await WriteAsync(writer, _folder["link"]);
        await WriteAsync(writer, _folder["dangling"]);

        new FileInfo(_folder["link"]).LinkTarget.Should().Be("target");
        new FileInfo(_folder["dangling"]).LinkTarget.Should().Be("new");
        new FileInfo(_folder["target"]).Length.Should().BeGreaterThan(3, "it is the image");
        (await File.ReadAllBytesAsync(_folder["new"], Cancel)).Should().Equal(await File.ReadAllBytesAsync(_folder["target"], Cancel));
        Left().Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task A_file_that_is_replaced_hands_on_its_mode(string writer)
    {
        await Tools.ShellAsync(_folder.Path, "printf old >out && chmod 640 out");

        await WriteAsync(writer, _folder["out"]);

        (await Tools.ShellAsync(_folder.Path, "stat -c %a out")).Should().Be("640\n");
        new FileInfo(_folder["out"]).Length.Should().BeGreaterThan(3);
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task A_pipe_gets_the_bytes_that_a_file_would_have(string writer)
    {
        await WriteAsync(writer, _folder["file"]);
        await Tools.ShellAsync(_folder.Path, "mkfifo pipe");

        var read = Tools.ShellAsync(_folder.Path, "cat pipe >got");
        await WriteAsync(writer, _folder["pipe"]);
        await read;

        (await File.ReadAllBytesAsync(_folder["got"], Cancel)).Should().Equal(await File.ReadAllBytesAsync(_folder["file"], Cancel));
        (await Tools.ShellAsync(_folder.Path, "stat -c %F pipe")).Trim().Should().Be("fifo");
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task A_device_node_is_refused_or_written_through_and_never_replaced(string writer)
    {
        Judge.RequireRoot();
        await Tools.ShellAsync(_folder.Path, "mknod block b 240 77 && mknod null c 1 3"); // 240 is for experiments: nothing is behind it

        (await this.Awaiting(it => it.WriteAsync(writer, _folder["block"])).Should().ThrowAsync<IOException>()).WithMessage(
            "*block is a block device*");
        await WriteAsync(writer, _folder["null"]);

        (await Tools.ShellAsync(_folder.Path, "stat -c %F block null")).Trim()
            .Split('\n')
            .Should()
            .Equal("block special file", "character special file");
        Left().Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task A_block_device_that_is_allowed_holds_the_image_and_zeros_where_that_has_holes(string writer)
    {
        await WriteAsync(writer, _folder["file"]);
        var image = await File.ReadAllBytesAsync(_folder["file"], Cancel);
        await File.WriteAllBytesAsync(_folder["medium"], Enumerable.Repeat((byte)0xAA, image.Length + (1 << 20)).ToArray(), Cancel);
        await using (var device = await LoopDevice.AttachAsync(_folder["medium"]))
            await WriteAsync(writer, device.Path, allowDevice: true);

        var medium = await File.ReadAllBytesAsync(_folder["medium"], Cancel);
        medium.AsSpan(0, image.Length).SequenceEqual(image).Should().BeTrue("all of the image is on the device");
        medium.AsSpan(image.Length).ContainsAnyExcept((byte)0xAA).Should().BeFalse("what is behind the image is left alone");
    }

    [Fact]
    public async Task A_block_device_that_is_mounted_is_refused()
    {
        await Tools.ShellAsync(_folder.Path, "truncate -s 4M medium && mke2fs -q -F -t ext4 medium && mkdir mounted");
        await using var device = await LoopDevice.AttachAsync(_folder["medium"]);
        await Tools.RunAsync("mount", device.Path, _folder["mounted"]);
        try
        {
            (await this.Awaiting(it => it.WriteAsync("raw", device.Path, allowDevice: true)).Should().ThrowAsync<IOException>())
                .WithMessage($"*{device.Path} is mounted at {_folder["mounted"]}*Nothing was written*");
        }
        finally
        {
            await Tools.RunAsync("umount", _folder["mounted"]);
        }
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task A_block_device_that_another_program_holds_is_refused()
    {
        await Tools.ShellAsync(_folder.Path, "truncate -s 4M medium");
        await using var device = await LoopDevice.AttachAsync(_folder["medium"]);
        using var holder = BlockDevice.OpenAlone(device.Path);

        (await this.Awaiting(it => it.WriteAsync("raw", device.Path, allowDevice: true)).Should().ThrowAsync<IOException>()).WithMessage(
            "*is in use*");
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task A_block_device_that_does_not_hold_what_was_written_is_found_out()
    {
        await Tools.ShellAsync(_folder.Path, "truncate -s 8M medium");
        await using var loop = await LoopDevice.AttachAsync(_folder["medium"]);
        using var content = new MemoryBytes(_disk);
        using var device = BlockDevice.OpenAlone(loop.Path);
        var written = device.Write(content, null, Cancel);
        device.Verify(written, Cancel);

        foreach (var at in (long[])[100, 3 << 19]) // in data, and where the image has zeros
        {
            using (var other = Maas.Images.Primitives.Posix.Open(loop.Path, Maas.Images.Primitives.Posix.ReadWrite))
                RandomAccess.Write(other, [0xEE, 0xEE], at);
            device.Invoking(it => it.Verify(written, Cancel))
                .Should()
                .Throw<IOException>()
                .WithMessage("*does not read back what was written to it, between bytes 0 and 2097152.");
            using (var other = Maas.Images.Primitives.Posix.Open(loop.Path, Maas.Images.Primitives.Posix.ReadWrite))
                RandomAccess.Write(other, _disk.AsSpan((int)at, 2), at);
        }

        device.Verify(written, Cancel);
    }

    [Fact]
    public async Task A_block_device_that_is_too_small_is_left_as_it_is()
    {
        await Tools.ShellAsync(_folder.Path, "truncate -s 1M medium");
        await using (var device = await LoopDevice.AttachAsync(_folder["medium"]))
            (await this.Awaiting(it => it.WriteAsync("raw", device.Path, allowDevice: true))
                .Should()
                .ThrowAsync<IOException>()).WithMessage(
                "*has 1048576 bytes*");

        (await File.ReadAllBytesAsync(_folder["medium"], Cancel)).Should().OnlyContain(value => value == 0);
    }

    [Fact]
    public async Task A_block_device_is_read_as_an_image_and_its_edit_is_refused_without_a_trace()
    {
        await Tools.ShellAsync(_folder.Path, "truncate -s 4M medium && mke2fs -q -F -t ext4 -L dev medium");
        await using var device = await LoopDevice.AttachAsync(_folder["medium"]);

        using (var image = await DiskImage.OpenAsync(device.Path, null, Cancel))
        {
            image.Length.Should().Be(4 << 20);
            image.OpenTree().Label.Should().Be("dev");
        }

        (await this.Awaiting(_ => DiskImage.EditAsync(device.Path, null, Cancel)).Should().ThrowAsync<NotSupportedException>()).WithMessage(
            "*is a block device*");
        File.Exists($"{device.Path}.edit").Should().BeFalse();
    }

    [Fact]
    public async Task What_a_killed_program_left_is_removed_and_nothing_else_is()
    {
        var dead = int.MaxValue.ToString("x", System.Globalization.CultureInfo.InvariantCulture); // no process has this number
        string[] stale = [$".out.{dead}-{Guid.CreateVersion7():n}.tmp", $".out.{Environment.ProcessId:x}-{Guid.CreateVersion7():n}.tmp"];
        string[] others =
        [
            "out.partial", ".out.notes.tmp", $".other.{dead}-{Guid.CreateVersion7():n}.tmp", $".out.1-{Guid.CreateVersion7():n}.tmp"
        ];
        var held = $".out.{dead}-{Guid.CreateVersion7():n}.tmp";
        foreach (var name in (string[])[.. stale, .. others, held]) File.WriteAllText(_folder[name], name);
        using var writing = new FileStream(_folder[held], FileMode.Open, FileAccess.Write, FileShare.None);

        await WriteAsync("raw", _folder["out"]);

        stale.Should().NotContain(name => File.Exists(_folder[name]));
        foreach (var name in (string[])[.. others, held]) File.Exists(_folder[name]).Should().BeTrue(name);
        File.ReadAllText(_folder["out.partial"]).Should().Be("out.partial", "it is a user's own file");
    }

    [Fact]
    public async Task A_writer_that_fails_leaves_the_old_file_and_nothing_beside_it()
    {
        File.WriteAllText(_folder["out"], "old");

        await this.Awaiting(_ => ImageOutput.WriteAsync(_folder["out"], async stream =>
        {
            await stream.WriteAsync(new byte[1 << 20], Cancel);
            throw new IOException("no more");
        }, null, Cancel)).Should().ThrowAsync<IOException>().WithMessage("no more");

        File.ReadAllText(_folder["out"]).Should().Be("old");
        Left().Should().BeEmpty();
    }

    [Fact]
    public async Task An_open_file_that_is_named_by_its_descriptor_is_written_and_not_its_name()
    {
        using var open = new FileStream(_folder["open"], FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);

        await WriteAsync("raw", $"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}");

        var got = new byte[_disk.Length];
        await open.ReadExactlyAsync(got, Cancel);
        got.AsSpan().SequenceEqual(_disk).Should().BeTrue();
    }

    private async Task WriteAsync(string writer, string path, bool allowDevice = false)
    {
        using var image = await DiskImage.OpenAsync(new MemoryStream(_disk), null, Cancel);
        var options = new DiskWriteOptions { AllowDevice = allowDevice, Id = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) };
        var output = new OutputOptions { AllowDevice = allowDevice };
        var tree = new FolderTree(_folder["tree"]);
        await (writer switch
        {
            "raw" => image.WriteAsync(path, DiskFormat.Raw, options, null, Cancel),
            "qcow2" => image.WriteAsync(path, DiskFormat.Qcow2, options, null, Cancel),
            "vhd" => image.WriteAsync(path, DiskFormat.Vhd, options, null, Cancel),
            "stream" => ImageOutput.WriteAsync(path, new MemoryStream(_disk), output, Cancel),
            "squashfs" => ImageOutput.WriteAsync(path, stream => new SquashBuilder().WriteAsync(tree, stream, Cancel), output, Cancel),
            _ => new Ext4Builder { Uuid = options.Id.Value, AllowDevice = allowDevice }.BuildAsync(tree, path, null, Cancel),
        });
    }

    private IEnumerable<string> Left() =>
        Directory.GetFiles(_folder.Path)
            .Select(file => Path.GetFileName(file))
            .Where(name => name.EndsWith(".tmp", StringComparison.Ordinal) || name.EndsWith(".partial", StringComparison.Ordinal));
}
