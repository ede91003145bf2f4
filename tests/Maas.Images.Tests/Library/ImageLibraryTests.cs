using System.Security.Cryptography;
using Maas.Images.Library;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Images.Tests.Library;

public sealed class ImageLibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(100_000);

    private Sha256Digest Digest => Sha256Digest.FromHash(SHA256.HashData(_content));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_upload_in_chunks_goes_on_in_another_process()
    {
        await Open().BeginUpload("u", Digest, _content.Length).AppendAsync(0, Part(0, 60_000), Cancel);

        var resumed = Open().FindUpload("u")!;
        resumed.Offset.Should().Be(60_000);
        await resumed.AppendAsync(60_000, Part(60_000, 40_000), Cancel);
        await resumed.CompleteAsync("keep", Cancel);

        (await ReadAsync(Open(), Digest)).Should().Equal(_content);
        Open().FindUpload("u").Should().BeNull();
        Open().List().Should().ContainSingle().Which.References.Should().Equal("keep");
    }

    [Fact]
    public async Task A_chunk_that_does_not_continue_the_upload_is_refused_and_changes_nothing()
    {
        var upload = Open().BeginUpload("u", Digest, _content.Length);
        await upload.AppendAsync(0, Part(0, 10), Cancel);

        var twice = () => upload.AppendAsync(0, Part(0, 10), Cancel);
        var gap = () => upload.AppendAsync(20, Part(20, 10), Cancel);

        (await twice.Should().ThrowAsync<UploadOffsetException>()).Which.ExpectedOffset.Should().Be(10);
        await gap.Should().ThrowAsync<UploadOffsetException>();
        upload.Offset.Should().Be(10);
    }

    [Fact]
    public async Task A_chunk_whose_sender_vanishes_leaves_nothing_of_itself()
    {
        var upload = Open().BeginUpload("u", Digest, _content.Length);
        await upload.AppendAsync(0, Part(0, 10), Cancel);

        var broken = () => upload.AppendAsync(10, new BreakingStream(_content, 5_000_000 % 90_000), Cancel);

        await broken.Should().ThrowAsync<EndOfStreamException>();
        upload.Offset.Should().Be(10);
    }

    [Fact]
    public async Task More_bytes_than_promised_are_refused()
    {
        var upload = Open().BeginUpload("u", Digest, 50);

        var tooMuch = () => upload.AppendAsync(0, Part(0, 51), Cancel);

        await tooMuch.Should().ThrowAsync<BlobMismatchException>();
        upload.Offset.Should().Be(0);
    }

    [Fact]
    public async Task Content_of_another_digest_is_never_published()
    {
        var library = Open();
        var upload = library.BeginUpload("u", Digest, _content.Length);
        _content[77] ^= 1;
        await upload.AppendAsync(0, Part(0, _content.Length), Cancel);

        var complete = () => upload.CompleteAsync("keep", Cancel);

        await complete.Should().ThrowAsync<BlobMismatchException>();
        library.List().Should().BeEmpty();
        library.FindUpload("u").Should().BeNull();
    }

    [Fact]
    public async Task An_upload_is_not_complete_while_bytes_are_missing()
    {
        var upload = Open().BeginUpload("u", Digest, _content.Length);
        await upload.AppendAsync(0, Part(0, 10), Cancel);

        var early = () => upload.CompleteAsync(null, Cancel);

        await early.Should().ThrowAsync<BlobMismatchException>();
        upload.Offset.Should().Be(10);
    }

    [Fact]
    public void The_same_upload_name_cannot_promise_two_things()
    {
        Open().BeginUpload("u", Digest, 5);

        Open().Invoking(library => library.BeginUpload("u", Digest, 6)).Should().Throw<InvalidOperationException>();
        Open().BeginUpload("u", Digest, 5).Offset.Should().Be(0);
    }

    [Fact]
    public async Task The_same_content_twice_is_stored_once_and_kept_until_its_last_reference_goes()
    {
        var library = Open();
        var first = await library.AddAsync(Part(0, 1000), "a", Cancel);
        var second = await library.AddAsync(Part(0, 1000), "b", Cancel);
        second.Should().Be(first);
        library.List().Should().ContainSingle();

        await library.ReleaseAsync(first, "a", Cancel);
        (await library.CollectAsync(TimeSpan.Zero, TimeSpan.Zero, Cancel)).Blobs.Should().Be(0);
        await library.ReleaseAsync(first, "b", Cancel);
        (await library.CollectAsync(TimeSpan.Zero, TimeSpan.Zero, Cancel)).Should().Be(new CollectionReport(1, 0, 1000));
        library.Contains(first).Should().BeFalse();
        (await library.ReferAsync(first, "c", Cancel)).Should().BeFalse();
    }

    [Fact]
    public async Task A_collection_spares_what_is_new()
    {
        var library = Open();
        await library.AddAsync(Part(0, 1000), null, Cancel);

        (await library.CollectAsync(TimeSpan.FromHours(1), TimeSpan.FromHours(1), Cancel)).Blobs.Should().Be(0);
        _time.Advance(TimeSpan.FromHours(1));
        (await library.CollectAsync(TimeSpan.FromHours(1), TimeSpan.FromHours(1), Cancel)).Blobs.Should().Be(1);
    }

    [Fact]
    public async Task A_reader_reads_to_the_end_although_the_blob_is_collected()
    {
        var library = Open();
        var digest = await library.AddAsync(Part(0, _content.Length), null, Cancel);
        await using var reader = library.OpenRead(digest)!;
        await library.CollectAsync(TimeSpan.Zero, TimeSpan.Zero, Cancel);

        var copy = new MemoryStream();
        await reader.CopyToAsync(copy, Cancel);

        copy.ToArray().Should().Equal(_content);
        library.OpenRead(digest).Should().BeNull();
    }

    [Fact]
    public async Task Content_that_rots_on_the_disk_is_set_aside()
    {
        var library = Open();
        var digest = await library.AddAsync(Part(0, _content.Length), "keep", Cancel);
        (await library.VerifyAsync(digest, Cancel)).Should().BeTrue();
        var file = Directory.EnumerateFiles(_folder["blobs"], "*", SearchOption.AllDirectories).Single();
        File.SetAttributes(file, FileAttributes.Normal);
        using (var rot = File.OpenWrite(file)) rot.WriteByte((byte)(_content[0] ^ 0x40));

        (await library.VerifyAsync(digest, Cancel)).Should().BeFalse();

        library.Contains(digest).Should().BeFalse();
        await library.AddAsync(Part(0, _content.Length), null, Cancel);
        (await library.VerifyAsync(digest, Cancel)).Should().BeTrue();
    }

    [Fact]
    public async Task Many_writers_and_a_collector_share_one_directory()
    {
        var writers = Enumerable.Range(0, 40).Select(number => Task.Run(async () =>
        {
            var digest = await Open(TimeProvider.System).AddAsync(Part(number % 5, 500), $"owner {number}", Cancel);
            await Open(TimeProvider.System).CollectAsync(TimeSpan.Zero, TimeSpan.FromHours(1), Cancel);
            return digest;
        }));

        var digests = await Task.WhenAll(writers);

        Open().List().Select(blob => $"{blob.Digest}").Should().BeEquivalentTo(digests.Select(digest => $"{digest}").Distinct());
        Open().List().Sum(blob => blob.References.Count).Should().Be(40);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData(".")]
    public void A_name_is_never_a_path(string name)
    {
        var upload = Open().BeginUpload(name, Digest, 5);

        Directory.EnumerateDirectories(_folder["uploads"]).Should().ContainSingle();
        upload.Cancel();
        Directory.EnumerateDirectories(_folder["uploads"]).Should().BeEmpty();
    }

    [Fact]
    public void A_digest_is_64_hexadecimal_digits()
    {
        Sha256Digest.Parse(new string('A', 64)).ToString().Should().Be(new string('a', 64));
        Sha256Digest.TryParse(new string('a', 63), out _).Should().BeFalse();
        Sha256Digest.TryParse(new string('g', 64), out _).Should().BeFalse();
    }

    private ImageLibrary Open(TimeProvider? timeProvider = null) => ImageLibrary.Open(_folder.Path, timeProvider ?? _time);

    private MemoryStream Part(int offset, int length) => new(_content, offset, length);

    private static async Task<byte[]> ReadAsync(ImageLibrary library, Sha256Digest digest)
    {
        await using var content = library.OpenRead(digest)!;
        var copy = new MemoryStream();
        await content.CopyToAsync(copy, Cancel);
        return copy.ToArray();
    }

    private sealed class BreakingStream(byte[] content, int breaksAt) : MemoryStream(content, 0, breaksAt)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length ? throw new EndOfStreamException() : base.ReadAsync(buffer, cancellationToken);
    }
}
