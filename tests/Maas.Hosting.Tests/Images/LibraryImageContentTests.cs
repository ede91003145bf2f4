using System.Security.Cryptography;
using Maas.Core.Images;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Images;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Library;

namespace Maas.Hosting.Tests.Images;

public sealed class LibraryImageContentTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-content");
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(10_000);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_blob_that_came_in_pieces_over_a_restart_is_readable_once_complete()
    {
        var blob = Blob(_bytes);
        (await Content().AppendAsync(blob, 0, new MemoryStream(_bytes, 0, 4_000), default)).Should().Be(4_000);
        var content = Content();
        (await content.LengthAsync(blob, default)).Should().Be(4_000);
        (await content.OpenReadAsync(blob, default)).Should().BeNull("it is not complete");
        await content.AppendAsync(blob, 4_000, new MemoryStream(_bytes, 4_000, 6_000), default);
        (await content.CompleteAsync(blob, default)).Should().BeTrue();
        (await content.CompleteAsync(blob, default)).Should().BeTrue("completing what is complete is harmless");
        await using var read = await content.OpenReadAsync(blob, default);
        var whole = new byte[10_000];
        await read!.ReadExactlyAsync(whole);
        whole.Should().Equal(_bytes);
        (await content.LengthAsync(blob, default)).Should().Be(10_000);
    }

    [Fact]
    public async Task Bytes_that_are_not_what_was_promised_leave_nothing()
    {
        var blob = Blob(_bytes);
        var content = Content();
        await content.AppendAsync(blob, 0, new MemoryStream(RandomNumberGenerator.GetBytes(10_000)), default);
        (await content.CompleteAsync(blob, default)).Should().BeFalse();
        (await content.LengthAsync(blob, default)).Should().Be(0);
    }

    [Fact]
    public async Task Removing_one_blob_leaves_an_upload_that_is_under_way_alone()
    {
        var content = Content();
        var (done, open) = (Blob(_bytes), Blob(RandomNumberGenerator.GetBytes(500)));
        await content.AppendAsync(done, 0, new MemoryStream(_bytes), default);
        await content.CompleteAsync(done, default);
        await content.AppendAsync(open, 0, new MemoryStream(new byte[100]), default);

        await content.DeleteAsync(done, default);

        (await content.OpenReadAsync(done, default)).Should().BeNull();
        (await content.LengthAsync(open, default)).Should().Be(100);
    }

    [Fact]
    public async Task What_was_imported_into_the_library_is_complete_without_an_upload()
    {
        var library = ImageLibrary.Open(_folder.FullName);
        using var http = Downloader.CreateClient();
        var import = new ImageImport(library, new Downloader(http));
        await foreach (var _ in import.RunAsync(new UploadSource { Name = "noble", Content = new MemoryStream(_bytes) }))
        {
        }

        var content = Content();
        (await content.LengthAsync(Blob(_bytes), default)).Should().Be(10_000);
        (await content.CompleteAsync(Blob(_bytes), default)).Should().BeTrue();

        await import.RemoveAsync("noble");
        await library.CollectAsync(TimeSpan.Zero, null);
        (await content.LengthAsync(Blob(_bytes), default)).Should().Be(10_000, "the image keeps it now");
    }

    private LibraryImageContent Content() => new(
        ImageLibrary.Open(_folder.FullName), new DataDirectory(new MaasOptions { DataDirectory = _folder.FullName }));

    private static ImageBlob Blob(byte[] bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length);
}
