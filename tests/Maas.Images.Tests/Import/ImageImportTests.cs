using System.Security.Cryptography;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Library;
using Maas.Images.Tests.Downloads;

namespace Maas.Images.Tests.Import;

public sealed class ImageImportTests : IAsyncLifetime
{
    private const int Segment = 64 << 10;
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = Downloader.CreateClient();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(10 * Segment);
    private FileServer _server = null!; // InitializeAsync

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Downloads => _folder["downloads"];

    public async ValueTask InitializeAsync()
    {
        _server = await FileServer.StartAsync();
        _server.Files["image"] = _content;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_address_and_its_hash_are_all_it_takes()
    {
        await RunAsync(Source());

        var file = Open().FindImport("image")!.Files.Should().ContainSingle().Subject;
        file.Digest.ToString().Should().Be(Convert.ToHexStringLower(SHA256.HashData(_content)));
        Open().List().Should().ContainSingle().Which.References.Should().Equal("import image");
        Open().Imports().Should().ContainSingle().Which.Source.Should().Be("image");
    }

    [Fact]
    public async Task An_upload_is_an_import_too()
    {
        await RunAsync(new UploadSource
        {
            Name = "upload",
            Content = new MemoryStream(_content),
            Metadata = new Dictionary<string, string> { ["os"] = "debian" }
        });

        var file = Open().FindImport("upload")!.Files.Should().ContainSingle().Subject;
        file.Length.Should().Be(_content.Length);
        file.Metadata.Should().Contain("os", "debian");
    }

    [Fact]
    public async Task Cancelling_leaves_nothing_but_a_part_that_is_gone_on_with()
    {
        await CancelledAtAsync(4 * Segment);

        Open().FindImport("image").Should().BeNull();
        Open().List().Should().BeEmpty();
        Directory.EnumerateFiles(Downloads, "*", SearchOption.AllDirectories).Should().ContainSingle();
        _server.Requests.Clear();
        await RunAsync(Source());
        _server.Requests.Should().NotContain($"image bytes=0-{Segment - 1}");
        (await Open().VerifyAsync(Open().FindImport("image")!.Files[0].Digest, Cancel)).Should().BeTrue();
    }

    [Fact]
    public async Task What_a_cancelled_import_left_can_be_dropped()
    {
        await CancelledAtAsync(4 * Segment);

        await Import().DiscardAsync("image", Cancel);

        Directory.EnumerateFileSystemEntries(Downloads).Should().BeEmpty();
    }

    [Fact]
    public async Task A_part_that_nobody_goes_on_with_is_collected()
    {
        await CancelledAtAsync(4 * Segment);

        var report = await Open().CollectAsync(TimeSpan.Zero, TimeSpan.Zero, Cancel);

        report.Uploads.Should().Be(1);
        report.Bytes.Should().BeGreaterThanOrEqualTo(4 * Segment);
        Directory.EnumerateFileSystemEntries(Downloads).Should().BeEmpty();
    }

    [Fact]
    public async Task A_reader_who_leaves_ends_the_import()
    {
        var enough = HoldBack();
        await foreach (var report in Import(new() { SegmentSize = Segment, Connections = 2 }).RunAsync(Source(), Cancel))
            if (report.Step == "download" && report.Done > 0) break;
        enough.SetResult();

        Open().FindImport("image").Should().BeNull();
        _server.Before = null;
        await RunAsync(Source()); // would wait for ever if the one before still held the source
    }

    [Fact]
    public async Task An_import_that_the_disk_has_no_space_for_is_not_begun()
    {
        var import = () => RunAsync(Source(length: 1L << 60), new() { MostBytes = long.MaxValue });

        await import.Should().ThrowAsync<InsufficientSpaceException>();

        _server.Requests.Should().BeEmpty();
        Open().List().Should().BeEmpty();
    }

    [Fact]
    public async Task Two_files_that_together_do_not_fit_are_not_begun_and_their_sizes_do_not_overflow()
    {
        var files = Enumerable.Range(0, 3).Select(number => (SourceFile)new SourceFile.Remote
        {
            Name = $"{number}", Locations = [_server["image"]], Length = long.MaxValue / 2,
            Hash = ContentHash.Parse(new string((char)('0' + number), 64)),
        });

        await this.Invoking(it => it.RunAsync(new ListedSource([.. files]), new() { MostBytes = long.MaxValue }))
            .Should()
            .ThrowAsync<InsufficientSpaceException>();

        _server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Several_importers_of_one_source_fetch_it_once()
    {
        var imports = Enumerable.Range(0, 8).Select(_ => Task.Run(() => RunAsync(Source(), new() { Connections = 1 })));

        await Task.WhenAll(imports);

        _server.Requests.Should().Equal("image");
        Open().List().Should().ContainSingle();
    }

    [Fact]
    public async Task Sources_share_what_is_the_same_and_each_lets_go_for_itself()
    {
        await Task.WhenAll(RunAsync(Source("a")), RunAsync(Source("b")));
        Open().List().Should().ContainSingle().Which.References.Should().BeEquivalentTo("import a", "import b");

        await Import().RemoveAsync("a", Cancel);
        (await Open().CollectAsync(TimeSpan.Zero, null, Cancel)).Blobs.Should().Be(0);
        await Import().RemoveAsync("b", Cancel);
        (await Open().CollectAsync(TimeSpan.Zero, null, Cancel)).Blobs.Should().Be(1);
        Open().FindImport("a")!.Files.Should().BeEmpty();
    }

    [Theory]
    [InlineData("../../etc/cron.d/x")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    public async Task A_sources_name_is_never_a_path(string name)
    {
        await RunAsync(Source(name));

        Directory.EnumerateFiles(_folder["imports"]).Should().HaveCount(2, "a record and a lock");
        Open().FindImport(name)!.Source.Should().Be(name);
    }

    [Fact]
    public async Task A_damaged_record_is_an_error_that_says_so()
    {
        await RunAsync(Source());
        await File.WriteAllTextAsync(Path.Combine(_folder["imports"], "image.json"), "{\"Source\":\"image\"}", Cancel);

        Open().Invoking(it => it.FindImport("image")).Should().Throw<InvalidDataException>().WithMessage("*image.json is damaged*");
    }

    private async Task CancelledAtAsync(long bytes)
    {
        using var stop = new CancellationTokenSource();
        var enough = HoldBack();
        var import = async () =>
        {
            await foreach (var report in Import(new() { SegmentSize = Segment, Connections = 2 }).RunAsync(Source(), stop.Token))
            {
                if (report.Done >= bytes) await stop.CancelAsync();
            }
        };

        await import.Should().ThrowAsync<OperationCanceledException>();
        enough.SetResult();
        _server.Before = null;
    }

    /// <summary>The server holds the rest of the file back until the client has had enough: nothing depends on who is faster.</summary>
    private TaskCompletionSource HoldBack()
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Before = async _ =>
        {
            bool late;
            lock (_server.Requests) late = _server.Requests.Count > 7;
            if (late) await enough.Task;
        };
        return enough;
    }

    private ImageLibrary Open() => ImageLibrary.Open(_folder.Path);

    private ImageImport Import(DownloadOptions? options = null) =>
        new(Open(), new Downloader(_http, options ?? new() { SegmentSize = Segment }));

    private UrlSource Source(string name = "image", long? length = null) =>
        new()
        {
            Name = name,
            Locations = [_server["image"]],
            Hash = ContentHash.Parse(Convert.ToHexString(SHA256.HashData(_content))),
            Length = length ?? _content.Length
        };

    private async Task RunAsync(IImageSource source, DownloadOptions? options = null)
    {
        await foreach (var _ in Import(options).RunAsync(source, Cancel))
        {
        }
    }

    private sealed class ListedSource(IReadOnlyList<SourceFile> files) : IImageSource
    {
        public string Name => "listed";

        public Task<SourceListing> ListAsync(SourceContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(new SourceListing(files, new Dictionary<string, string>()));
    }
}
