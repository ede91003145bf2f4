using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Ext;

public sealed class Ext4BuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EditedImage _image;

    public Ext4BuilderTests() => _image = new EditedImage(_folder);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 4096, null)]
    [InlineData(2, 1024, null)]
    [InlineData(3, 2048, 300L << 20)]
    [InlineData(4, 4096, 1200L << 20)]
    public async Task A_tree_becomes_a_file_system_that_e2fsck_finds_clean_and_that_reads_back_equal(int seed, int blockSize, long? length)
    {
        SampleTree.Make(_folder["tree"], seed);

        await new Ext4Builder
        {
            Label = "made here",
            Uuid = new Guid("12345678-9abc-def0-1122-334455667788"),
            BlockSize = blockSize
        }.BuildAsync(
            new FolderTree(_folder["tree"]), _image.File, length, Cancel);

        await _image.CheckAsync();
        (await Tools.RunAsync("dumpe2fs", "-h", _image.File)).Should().Contain("made here").And.Contain(
            "12345678-9abc-def0-1122-334455667788").And.Contain(
            "metadata_csum");
        using var image = await DiskImage.OpenAsync(_image.File, null, Cancel);
        TreeListing.Of(image.OpenTree()).Should().Equal(TreeListing.Of(_folder["tree"]));
    }

    [Fact]
    public async Task The_same_tree_uuid_and_time_give_the_same_bytes()
    {
        SampleTree.Make(_folder["tree"], 5);
        var builder = new Ext4Builder { Uuid = new Guid("12345678-9abc-def0-1122-334455667788") };

        await builder.BuildAsync(new FolderTree(_folder["tree"]), _folder["one"], null, Cancel);
        await builder.BuildAsync(new FolderTree(_folder["tree"]), _folder["other"], null, Cancel);

        await Tools.ShellAsync(_folder.Path, "cmp one other");
    }

    [Fact]
    public async Task Owners_links_devices_and_attributes_of_an_image_are_kept()
    {
        await _image.MakeAsync("-t ext4");
        await _image.EditAsync(async tree =>
        {
            await tree.WriteFileAsync(
                "file",
                "content"u8.ToArray(),
                new FileOwnership { Mode = (UnixFileMode)0x9ED, UserId = 70_000, GroupId = 80_000 },
                Cancel);
            tree.CreateHardLink("other", "file");
            tree.CreateNode("null", FileKind.CharacterDevice, new DeviceNumber(1, 3));
            tree.SetExtendedAttribute("file", "security.capability", new byte[20]);
        });
        using var source = await DiskImage.OpenAsync(_image.File, null, Cancel);

        await new Ext4Builder().BuildAsync(source.OpenTree(), _folder["made"], null, Cancel);

        await Tools.RunAsync("e2fsck", "-fn", _folder["made"]);
        (await Tools.RunAsync("debugfs", "-R", "stat /other", _folder["made"])).Should().Contain("Links: 2").And.MatchRegex(
            @"User:\s+70000\s+Group:\s+80000").And.Contain(
            "security.capability (20)").And.MatchRegex(
            @"Mode:\s+04755");
        (await Tools.RunAsync("debugfs", "-R", "stat /null", _folder["made"])).Should().Contain("Device major/minor number: 01:03");
    }

    [Fact]
    public async Task A_tree_that_does_not_fit_leaves_no_file()
    {
        Directory.CreateDirectory(_folder["tree"]);
        await File.WriteAllBytesAsync(_folder["tree/big"], [.. Enumerable.Repeat((byte)1, 9 << 20)], Cancel);

        await new Ext4Builder().Awaiting(builder => builder.BuildAsync(new FolderTree(_folder["tree"]), _image.File, 8 << 20, Cancel))
            .Should()
            .ThrowAsync<IOException>()
            .WithMessage("*full*");

        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }
}
