using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Ext;

public sealed class ExtEditableTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EditedImage _image;

    public ExtEditableTreeTests() => _image = new EditedImage(_folder);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>The options of mke2fs, and how many operations precede each run of e2fsck.</summary>
    public static TheoryData<string, int> Formats => new()
    {
        { "-t ext2", 5 },
        { "-t ext3", 5 },
        { "-t ext4", 1 },
        { "-t ext2 -b 1024 -I 128", 1 },
        { "-t ext4 -b 1024 -O inline_data -I 512", 1 },
        { "-t ext4 -b 2048 -O ^extents,^64bit", 5 },
        { "-t ext4 -O ^metadata_csum,^has_journal", 5 },
        { "-t ext4 -O ^metadata_csum,uninit_bg,^64bit", 5 },
        { "-t ext4 -b 4096 -I 128", 5 },
        { "-t ext4 -O meta_bg,^resize_inode -g 1024 -b 1024", 5 },
        { "-t ext4 -O sparse_super2,large_dir,metadata_csum_seed", 5 },
        { "-t ext4 -O ^flex_bg,^dir_index,^sparse_super,^resize_inode -b 4096", 5 },
        { "-t ext4 -b 65536", 5 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Every_operation_leaves_a_file_system_that_e2fsck_finds_clean(string options, int together)
    {
        SampleTree.Make(_folder["tree"], options.Length);
        await _image.MakeAsync($"{options} -d {_folder["tree"]}");
        var content = new byte[777_777];
        new Random(1).NextBytes(content);

        Func<IEditableFileTree, Task>[] operations =
        [
            tree => tree.WriteFileAsync(
                "new", content, new FileOwnership { Mode = (UnixFileMode)0x1A0, UserId = 100_000, GroupId = 7 }, Cancel),
            tree => tree.WriteFileAsync("empty", "no more\n"u8.ToArray(), null, Cancel),
            tree => tree.AppendFileAsync("new", new MemoryStream(content), Cancel),
            Now(tree => tree.CreateDirectory("directory")),
            Now(tree => tree.CreateDirectory("directory/below", new FileOwnership { Mode = (UnixFileMode)0x3C0 })),
            Now(tree => tree.CreateSymbolicLink("directory/short", "../new")),
            Now(tree => tree.CreateSymbolicLink("directory/long", new string('l', 300))),
            Now(tree => tree.CreateHardLink("directory/hard", "new")),
            Now(tree => tree.CreateNode("directory/disk", FileKind.BlockDevice, new DeviceNumber(259, 300))),
            Now(tree => tree.SetOwnership(
                "new",
                new FileOwnership { Mode = (UnixFileMode)0x9ED, ModifiedAt = new DateTimeOffset(2045, 6, 7, 8, 9, 10, TimeSpan.Zero) })),
            Now(tree => tree.SetExtendedAttribute("new", "user.short", "value"u8.ToArray())),
            Now(tree => tree.SetExtendedAttribute("new", "security.selinux", new byte[600])),
            Now(tree => tree.RemoveExtendedAttribute("new", "user.short")),
            Now(tree => tree.DeleteTree("many")),
            Now(tree => tree.Delete("sparse")),
        ];
        foreach (var some in operations.Chunk(together))
        {
            await _image.EditAsync(async tree =>
            {
                foreach (var operation in some) await operation(tree);
            });
        }

        (await _image.DumpAsync("new")).Should().Equal([.. content, .. content]);
        (await _image.DumpAsync("empty")).Should().Equal("no more\n"u8.ToArray());
        (await _image.DebugAsync("stat /new")).Should().MatchRegex(@"Mode:\s+04755").And.MatchRegex(
            @"User:\s+100000\s+Group:\s+7").And.Contain(
            "Links: 2").And.Contain(
            "security.selinux (600)").And.NotContain(
            "user.short");
        (await _image.DebugAsync("stat /directory/disk")).Should().Contain("Device major/minor number: 259:300");
        (await _image.DebugAsync("stat /directory/below")).Should().MatchRegex(@"Mode:\s+01700");
        (await _image.DebugAsync("ls /")).Should().NotContain("many").And.NotContain("sparse");
    }

    [Fact]
    public async Task A_session_without_a_commit_changes_nothing()
    {
        await _image.MakeAsync("-t ext4");
        var before = await File.ReadAllBytesAsync(_image.File, Cancel);

        await using (var edit = await DiskImage.EditAsync(_image.File, null, Cancel))
        {
            await edit.OpenTree().WriteFileAsync("file", new byte[100_000], null, Cancel);
            edit.OpenTree().OpenRead("file").Length.Should().Be(100_000);
        }

        (await File.ReadAllBytesAsync(_image.File, Cancel)).AsSpan().SequenceEqual(before).Should().BeTrue();
        Directory.GetFiles(_folder.Path).Should().ContainSingle();
    }

    [Theory]
    [InlineData("-t ext4 -b 1024 -N 16 -m 0")]
    [InlineData("-t ext2 -b 1024 -N 16 -m 0")]
    public async Task A_full_file_system_says_so_and_what_did_not_fit_left_nothing(string options)
    {
        await _image.MakeAsync(options, "3M");
        var files = 0;
        await _image.EditAsync(async tree =>
        {
            await tree.WriteFileAsync("kept", new byte[1000].Select(_ => (byte)7).ToArray(), null, Cancel);
            await tree.Invoking(
                full => full.WriteFileAsync("kept", new MemoryStream([.. Enumerable.Repeat((byte)1, 4 << 20)]), null, Cancel))
                .Should()
                .ThrowAsync<IOException>()
                .WithMessage("*full*");
            await tree.Invoking(full => full.AppendFileAsync("kept", new MemoryStream([.. Enumerable.Repeat((byte)1, 4 << 20)]), Cancel))
                .Should()
                .ThrowAsync<IOException>();
            await tree.Invoking(async full =>
            {
                for (; ; files++) await full.WriteFileAsync($"file{files}", ReadOnlyMemory<byte>.Empty, null, Cancel);
            }).Should().ThrowAsync<IOException>().WithMessage("*no inode*");
        });

        (await _image.DumpAsync("kept")).Should().HaveCount(1000).And.OnlyContain(value => value == 7);
        files.Should().BePositive();
        (await _image.DebugAsync("ls /")).Should().Contain($"file{files - 1}").And.NotContain($"file{files} ");
    }

    [Theory]
    [InlineData("-t ext4 -b 1024", 10_500)]
    [InlineData("-t ext4 -b 4096 -O ^metadata_csum", 1_500)]
    public async Task Directories_of_thousands_of_names_are_filled_and_emptied(string options, int names)
    {
        await _image.MakeAsync($"{options} -N 14000", "96M");

        await _image.EditAsync(async tree =>
        {
            tree.CreateDirectory("big");
            for (var i = 0; i < names; i++)
                await tree.WriteFileAsync($"big/a name that takes some room, number {i}", ReadOnlyMemory<byte>.Empty, null, Cancel);
        });
        (await _image.DebugAsync("ls -p /big")).Split('\n')
            .Count(line => line.Contains("number", StringComparison.Ordinal))
            .Should()
            .Be(names);

        await _image.EditAsync(tree =>
        {
            for (var i = 0; i < names; i += 2) tree.Delete($"big/a name that takes some room, number {i}");
        });
        (await _image.DebugAsync("ls -p /big")).Split('\n')
            .Count(line => line.Contains("number", StringComparison.Ordinal) && !line.StartsWith("/0/", StringComparison.Ordinal))
            .Should()
            .Be(names / 2);
    }

    [Fact]
    public async Task An_index_that_was_there_survives_removals_and_gives_way_to_additions()
    {
        Directory.CreateDirectory(_folder["tree/huge"]);
        for (var i = 0; i < 3000; i++)
            await File.WriteAllTextAsync(
                _folder[$"tree/huge/an entry whose name takes some room, so that blocks fill up, {i}"], "", Cancel);
        await _image.MakeAsync($"-t ext4 -b 1024 -N 8000 -d {_folder["tree"]}");
        (await Judges.Judge.RunAsync("e2fsck", ["-fyD", _image.File], cancellationToken: Cancel)).ExitCode.Should().BeLessThan(2);

        await _image.EditAsync(tree => tree.Delete("huge/an entry whose name takes some room, so that blocks fill up, 77"));
        (await _image.DebugAsync("htree_dump /huge")).Should().Contain("Root node dump");
        await _image.EditAsync(tree => tree.WriteFileAsync("huge/one more", "x"u8.ToArray(), null, Cancel));

        (await _image.DebugAsync("ls -p /huge")).Should().Contain("one more");
    }

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext3 -b 1024")]
    public async Task A_file_in_thousands_of_pieces_is_written_appended_to_and_removed(string options)
    {
        await _image.MakeAsync(options);
        var content = new byte[8 << 20];
        for (var at = 0; at < content.Length; at += 128 << 10) new Random(at).NextBytes(content.AsSpan(at, 1000)); // a hole between any two
        await _image.EditAsync(async tree =>
        {
            for (var i = 0; i < 900; i++) await tree.WriteFileAsync($"f{i}", new byte[1024].Select(_ => (byte)i).ToArray(), null, Cancel);
            for (var i = 0; i < 900; i += 2) tree.Delete($"f{i}");
            await tree.WriteFileAsync("pieces", content, null, Cancel);
            for (var i = 0; i < 40; i++)
                await tree.AppendFileAsync("pieces", new MemoryStream(new byte[700].Select(_ => (byte)1).ToArray()), Cancel);
        });

        (await _image.DumpAsync("pieces")).Should().Equal([.. content, .. new byte[28_000].Select(_ => (byte)1)]);
        await _image.EditAsync(tree => tree.Delete("pieces"));
    }

    [Theory]
    [InlineData("-t ext4 -O bigalloc -C 16384", "BigAllocation")]
    [InlineData("-t ext4 -O quota", "Quota")]
    public async Task What_would_be_damaged_is_refused_by_name(string options, string feature)
    {
        await _image.MakeAsync(options);

        await using var edit = await DiskImage.EditAsync(_image.File, null, Cancel);

        edit.Invoking(session => session.OpenTree()).Should().Throw<NotSupportedException>().WithMessage($"*{feature}*");
    }

    [Fact]
    public async Task An_attribute_that_ext_does_not_keep_is_refused()
    {
        await Tools.ShellAsync(_folder.Path, "mke2fs -q -F -t ext4 image 4M");
        await using var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel);
        var tree = edit.OpenTree();

        tree.Invoking(it => it.SetExtendedAttribute("lost+found", "other.name", default))
            .Should()
            .Throw<NotSupportedException>()
            .WithMessage("*other.name*");
        tree.Invoking(it => it.SetExtendedAttribute("lost+found", "user.", default))
            .Should()
            .Throw<ArgumentException>()
            .WithMessage("*user.*");
        tree.Invoking(it => it.SetExtendedAttribute("lost+found", "system.posix_acl_accessory", default))
            .Should()
            .Throw<ArgumentException>();
    }

    private static Func<IEditableFileTree, Task> Now(Action<IEditableFileTree> change) => tree =>
    {
        change(tree);
        return Task.CompletedTask;
    };
}
