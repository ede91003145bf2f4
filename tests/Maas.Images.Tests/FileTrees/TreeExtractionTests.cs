using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.FileTrees;

public sealed class TreeExtractionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_comes_out_equal()
    {
        SampleTree.Make(_folder["tree"], 3);
        await Tools.ShellAsync(_folder["tree"], "tar -cf ../image .");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        await image.OpenTree().ExtractAsync(image.OpenTree().Root, _folder["out"], null, Cancel);

        TreeListing.Of(_folder["out"]).Should().Equal(TreeListing.Of(_folder["tree"]));
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_that_was_in_the_way()
    {
        Directory.CreateDirectory(_folder["outside"]);
        Directory.CreateDirectory(_folder["out"]);
        Directory.CreateDirectory(_folder["tree/dir"]);
        await File.WriteAllTextAsync(_folder["tree/dir/file"], "x", Cancel);
        File.CreateSymbolicLink(_folder["out/dir"], _folder["outside"]);
        await Tools.ShellAsync(_folder["tree"], "tar -cf ../image .");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        var extract = () => tree.ExtractAsync(tree.Root, _folder["out"], null, Cancel);

        await extract.Should().ThrowAsync<IOException>();
        Directory.GetFiles(_folder["outside"]).Should().BeEmpty();
    }

    [Fact]
    public async Task A_link_and_a_file_below_its_name_cannot_lead_outside()
    {
        // tar lets an archive name "dir" as a link and then "dir/file": the classic escape.
        Directory.CreateDirectory(_folder["outside"]);
        File.CreateSymbolicLink(_folder["dir"], _folder["outside"]);
        await Tools.ShellAsync(_folder.Path, "tar -cf image dir && rm dir && mkdir dir && echo x > dir/file && tar -rf image dir/file");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        await tree.ExtractAsync(tree.Root, _folder["out"], null, Cancel);

        Directory.GetFiles(_folder["outside"]).Should().BeEmpty();
        (await File.ReadAllTextAsync(_folder["out/dir/file"], Cancel)).Should().Be("x\n");
        new FileInfo(_folder["out/dir"]).LinkTarget.Should().BeNull();
    }

    [Fact]
    public async Task A_file_replaces_a_link_that_stood_in_its_place_and_leaves_its_target_alone()
    {
        Directory.CreateDirectory(_folder["tree"]);
        Directory.CreateDirectory(_folder["out"]);
        await File.WriteAllTextAsync(_folder["tree/file"], "new", Cancel);
        await File.WriteAllTextAsync(_folder["victim"], "old", Cancel);
        File.CreateSymbolicLink(_folder["out/file"], _folder["victim"]);
        await Tools.ShellAsync(_folder["tree"], "tar -cf ../image .");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        await tree.ExtractAsync(tree.Root, _folder["out"], null, Cancel);

        (await File.ReadAllTextAsync(_folder["victim"], Cancel)).Should().Be("old");
        (await File.ReadAllTextAsync(_folder["out/file"], Cancel)).Should().Be("new");
    }

    [Fact]
    public async Task More_bytes_than_allowed_are_not_written()
    {
        await Tools.ShellAsync(_folder.Path, "mkdir tree; truncate -s 1G tree/a; mksquashfs tree image -quiet -no-progress > /dev/null");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        var extract = () => tree.ExtractAsync(tree.Root, _folder["out"], new ExtractionOptions { MostBytes = 1_000_000 }, Cancel);

        await extract.Should().ThrowAsync<InvalidImageException>();
    }

    [Fact]
    public async Task Set_user_id_bits_are_dropped_unless_asked_for()
    {
        await Tools.ShellAsync(_folder.Path, "mkdir tree; touch tree/su; chmod 4755 tree/su; tar -cf image -C tree .");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        await tree.ExtractAsync(tree.Root, _folder["plain"], null, Cancel);
        await tree.ExtractAsync(tree.Root, _folder["kept"], new ExtractionOptions { KeepSpecialBits = true }, Cancel);

        if (OperatingSystem.IsWindows()) return;
        File.GetUnixFileMode(_folder["plain/su"]).Should().NotHaveFlag(UnixFileMode.SetUser);
        File.GetUnixFileMode(_folder["kept/su"]).Should().HaveFlag(UnixFileMode.SetUser);
    }
}
