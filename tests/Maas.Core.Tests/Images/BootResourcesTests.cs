using System.Security.Cryptography;
using Maas.Core.Images;

namespace Maas.Core.Tests.Images;

public class BootResourcesTests
{
    private static readonly byte[] Bytes = RandomNumberGenerator.GetBytes(10_000);

    [Fact]
    public async Task An_image_comes_in_pieces_and_goes_out_whole()
    {
        await using var test = await TestCore.OpenAsync();
        var (resource, file) = await AnnounceAsync(test, Bytes);
        file.IsComplete.Should().BeFalse();
        foreach (var piece in Bytes.Chunk(4000))
        {
            var taken = await test.Core.BootResources.AppendAsync(resource.Id, file.Id, new MemoryStream(piece));
            file = taken.Should().BeOfType<UploadResult.Taken>().Subject.Resource.Sets[^1].File;
            await test.ReopenAsync();
        }

        file.IsComplete.Should().BeTrue();
        var image = (await test.Core.BootResources.ChooseAsync("", "", "amd64/generic"))!;
        await using var stream = (await test.Core.BootResources.OpenAsync(image))!;
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        copy.ToArray().Should().Equal(Bytes);
        (await test.Core.BootResources.AppendAsync(resource.Id, file.Id, new MemoryStream([1]))).Should().BeOfType<UploadResult.Refused>();
    }

    [Fact]
    public async Task Wrong_bytes_are_thrown_away_and_may_be_sent_again()
    {
        await using var test = await TestCore.OpenAsync();
        var (resource, file) = await AnnounceAsync(test, Bytes);
        var refused = await test.Core.BootResources.AppendAsync(resource.Id, file.Id, new MemoryStream(new byte[Bytes.Length]));
        refused.Should().BeOfType<UploadResult.Refused>().Which.Reason.Should().Contain("SHA-256");
        (await test.Core.BootResources.ChooseAsync("", "", "amd64/generic")).Should().BeNull();

        var taken = await test.Core.BootResources.AppendAsync(resource.Id, file.Id, new MemoryStream(Bytes));
        taken.Should().BeOfType<UploadResult.Taken>().Subject.Resource.Sets[^1].File.IsComplete.Should().BeTrue();
    }

    [Fact]
    public async Task A_piece_that_is_too_long_or_breaks_off_counts_for_nothing()
    {
        await using var test = await TestCore.OpenAsync();
        var (resource, file) = await AnnounceAsync(test, Bytes);
        await test.Core.BootResources.AppendAsync(resource.Id, file.Id, new MemoryStream(Bytes[..4000]));

        var tooLong = await test.Core.BootResources.AppendAsync(resource.Id, file.Id, new MemoryStream(new byte[7000]));
        tooLong.Should().BeOfType<UploadResult.Refused>().Which.Reason.Should().Contain("Too much data");
        var broken = async () => await test.Core.BootResources.AppendAsync(resource.Id, file.Id, new BreakingStream(Bytes[4000..6000]));
        await broken.Should().ThrowAsync<IOException>();

        (await test.Core.BootResources.GetAsync(resource.Id))!.Sets[^1].File.Received.Should().Be(4000);
        var taken = await test.Core.BootResources.AppendAsync(resource.Id, file.Id, new MemoryStream(Bytes[4000..]));
        taken.Should().BeOfType<UploadResult.Taken>().Subject.Resource.Sets[^1].File.IsComplete.Should().BeTrue();
    }

    [Fact]
    public async Task The_same_image_again_is_complete_at_once()
    {
        await using var test = await TestCore.OpenAsync();
        var first = await test.UploadAsync(bytes: Bytes);
        (await AnnounceAsync(test, Bytes)).Resource.Should().BeEquivalentTo(first);
        var (other, file) = await AnnounceAsync(test, Bytes, "custom/other");
        file.IsComplete.Should().BeTrue();

        (await test.Core.BootResources.DeleteAsync(first.Id)).Should().BeTrue();
        var image = (await test.Core.BootResources.ChooseAsync("custom", "other", "amd64"))!;
        (await test.Core.BootResources.OpenAsync(image)).Should().NotBeNull("another resource still needs the bytes");
        await test.Core.BootResources.DeleteAsync(other.Id);
        (await test.Core.BootResources.OpenAsync(image)).Should().BeNull();
        (await test.Core.BootResources.DeleteAsync(other.Id)).Should().BeFalse();
    }

    [Fact]
    public async Task The_newest_complete_image_that_was_asked_for_is_chosen()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync("ubuntu/noble", [1]);
        await test.UploadAsync("custom/debian-12", [2]);
        await test.UploadAsync("custom/tar", [3], "ddtgz");
        await test.UploadAsync("custom/root", [6], "squashfs");
        await test.UploadAsync("custom/debian-12", [4]);
        await AnnounceAsync(test, [5], "ubuntu/noble");

        (await Choose("", "")).Should().Be(("custom/debian-12", Hash(4)));
        (await Choose("", "noble")).Should().Be(("ubuntu/noble", Hash(1)));
        (await Choose("", "ubuntu/noble")).Should().Be(("ubuntu/noble", Hash(1)));
        (await Choose("ubuntu", "")).Should().Be(("ubuntu/noble", Hash(1)));
        (await test.Core.BootResources.ChooseAsync("", "tar", "amd64")).Should().BeNull("it is an archive around an image");
        (await test.Core.BootResources.ChooseAsync("", "root", "amd64"))!.IsRootArchive.Should().BeTrue();
        (await test.Core.BootResources.ChooseAsync("", "", "arm64/generic")).Should().BeNull();
        (await test.Core.BootResources.ListAsync()).Single(resource => resource.Name == "custom/debian-12").Sets.Select(set => set.Version)
            .Should().Equal("20261123", "20261123.1");

        async Task<(string, string)> Choose(string family, string series)
        {
            var image = (await test.Core.BootResources.ChooseAsync(family, series, "amd64/generic"))!;
            return (image.Name, image.Sha256);
        }

        static string Hash(byte value) => Convert.ToHexStringLower(SHA256.HashData([value]));
    }

    [Theory]
    [InlineData("name", "a/b/c", "amd64", "ddgz", 1)]
    [InlineData("name", "../../etc", "amd64", "ddgz", 1)]
    [InlineData("architecture", "custom/x", "vax", "ddgz", 1)]
    [InlineData("filetype", "custom/x", "amd64", "exe", 1)]
    [InlineData("size", "custom/x", "amd64", "ddgz", 0)]
    public async Task What_makes_no_sense_is_refused(string field, string name, string architecture, string fileType, long size)
    {
        await using var test = await TestCore.OpenAsync();
        var result = await test.Core.BootResources.CreateAsync(
            new NewBootResource { Name = name, Architecture = architecture, FileType = fileType, Size = size, Sha256 =
                new string('a', 64) });
        result.Should().BeOfType<UploadResult.Refused>().Which.Field.Should().Be(field);
    }

    private static async Task<(BootResource Resource, BootResourceFile File)> AnnounceAsync(TestCore test, byte[] bytes, string name =
        "custom/debian-12")
    {
        var created = await test.Core.BootResources.CreateAsync(new NewBootResource
        {
            Name = name,
            Architecture = "amd64",
            FileType = "ddgz",
            Size = bytes.Length,
            Sha256 = Convert.ToHexString(SHA256.HashData(bytes)),
        });
        var resource = created.Should().BeOfType<UploadResult.Taken>().Subject.Resource;
        return (resource, resource.Sets[^1].File);
    }

    /// <summary>A client that goes away in the middle.</summary>
    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            return read > 0 ? read : throw new IOException("The client went away.");
        }
    }
}
