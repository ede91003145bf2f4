using System.Net;
using System.Security.Cryptography;
using CsCheck;
using Maas.Images.Downloads;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Images.Tests.Downloads;

public sealed class DownloaderTests : IAsyncLifetime
{
    private const int Segment = 64 << 10;
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly HttpClient _http = Downloader.CreateClient();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes((10 * Segment) + 777);
    private FileServer _server = null!; // InitializeAsync

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Part => _folder["part"];

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

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public async Task A_file_comes_whole_over_any_number_of_connections(int connections)
    {
        var come = await FetchAsync(options: new() { Connections = connections, SegmentSize = Segment });

        come.Length.Should().Be(_content.Length);
        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(_content);
        _server.Requests.Count.Should().Be(connections == 1 ? 1 : 12, "one asks whether there are ranges, eleven bring them");
    }

    [Fact]
    public async Task A_length_that_nobody_has_told_is_the_servers_word() =>
        (await FetchAsync(Request() with { Length = null })).Length.Should().Be(_content.Length);

    [Fact]
    public async Task A_SHA_512_is_checked_and_the_librarys_SHA_256_comes_of_it()
    {
        var come = await FetchAsync(Request() with { Hash = ContentHash.Parse(Convert.ToHexString(SHA512.HashData(_content))) });
        come.Digest.ToString().Should().Be(Convert.ToHexStringLower(SHA256.HashData(_content)));

        File.Delete(Part);
        var wrong = () => FetchAsync(Request() with { Hash = ContentHash.Parse(Convert.ToHexString(SHA512.HashData([1]))) });
        await wrong.Should().ThrowAsync<UntrustedArchiveException>().WithMessage("*SHA-512*");
    }

    [Fact]
    public async Task A_broken_transfer_goes_on_where_it_broke()
    {
        var progress = new Arrival(7000);
        _server.Cut = ("image", 7000, 1, () => progress.Task);

        await FetchAsync(options: new() { Connections = 1, Retries = 1, RetryDelay = TimeSpan.Zero }, progress: progress);

        _server.Requests.Should().Equal("image", "image bytes=7000-");
        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(_content);
    }

    [Fact]
    public async Task Broken_segments_are_mended_and_progress_never_goes_back()
    {
        _server.Cut = ("image", 20_000, 5, null);
        var reports = new Reports();

        await FetchAsync(options: new() { SegmentSize = Segment, Retries = 5, RetryDelay = TimeSpan.Zero }, progress: reports);

        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(_content);
        reports.Done("download").Should().BeInAscendingOrder().And.EndWith(_content.Length);
    }

    [Fact]
    public async Task A_part_of_an_earlier_run_is_gone_on_with_and_hashed()
    {
        await File.WriteAllBytesAsync(Part, _content[..(3 * Segment)], Cancel);

        await FetchAsync();

        _server.Requests.Should().NotContain("image").And.NotContain($"image bytes=0-{Segment - 1}");
        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(_content);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(11 * Segment)]
    [InlineData(20 * Segment)]
    public async Task A_part_that_is_of_another_file_is_thrown_away(int length)
    {
        await File.WriteAllBytesAsync(Part, new byte[length], Cancel);

        await FetchAsync();
        await FetchAsync(Request() with { Length = null });

        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(_content);
    }

    [Fact]
    public async Task A_server_without_ranges_is_read_from_the_start()
    {
        _server.HasRanges = false;
        await File.WriteAllBytesAsync(Part, _content[..Segment], Cancel);

        await FetchAsync();

        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(_content);
    }

    [Fact]
    public async Task A_file_that_changes_while_it_comes_is_noticed_by_its_tag()
    {
        var other = RandomNumberGenerator.GetBytes(_content.Length);
        _server.Before = _ =>
        {
            lock (_server.Requests) if (_server.Requests.Count == 4) _server.Files["image"] = other;
            return Task.CompletedTask;
        };

        var fetch = () => FetchAsync(
            Request() with { Hash = ContentHash.Parse(Convert.ToHexString(SHA256.HashData(other))) },
            new() { SegmentSize = Segment, RetryDelay = TimeSpan.Zero });

        await fetch.Should().NotThrowAsync("from the start it is the file that was promised");
        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(other);
    }

    [Theory]
    [InlineData("dead")]
    [InlineData("absent")]
    [InlineData("corrupt")]
    [InlineData("shorter")]
    [InlineData("busy")]
    public async Task The_next_mirror_stands_in_for_one_that_is(string fault)
    {
        await using var second = await FileServer.StartAsync();
        second.Files["image"] = [.. _content];
        var request = Request() with { Locations = [_server["image"], second["image"]] };
        if (fault == "dead") await _server.DisposeAsync();
        else if (fault == "absent") _server.Files.Clear();
        else if (fault == "corrupt") _server.Files["image"] = RandomNumberGenerator.GetBytes(_content.Length);
        else if (fault == "shorter") _server.Files["image"] = _content[..^1];
        else _server.Status = 503;

        await FetchAsync(request, new() { SegmentSize = Segment, Retries = 1, RetryDelay = TimeSpan.FromHours(1) });

        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(_content);
    }

    [Fact]
    public async Task A_corrupt_file_is_refused_and_nothing_of_it_stays()
    {
        _server.Files["image"] = RandomNumberGenerator.GetBytes(_content.Length);

        await this.Invoking(it => it.FetchAsync())
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage("*SHA-256 is not the one promised*");

        File.Exists(Part).Should().BeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task More_bytes_than_promised_are_given_up_at_their_number(int connections)
    {
        _server.Oversize = 50 << 20;
        _server.HasRanges = false;

        var fetch = () => FetchAsync(options: new() { Connections = connections, SegmentSize = Segment, RetryDelay = TimeSpan.Zero });

        await fetch.Should().ThrowAsync<UntrustedArchiveException>().WithMessage("*longer than*");
        File.Exists(Part).Should().BeFalse();
    }

    [Fact]
    public async Task A_file_over_the_cap_is_not_begun()
    {
        var options = new DownloadOptions { MostBytes = _content.Length - 1 };
        await this.Invoking(it => it.FetchAsync(options: options))
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage("*at most*");
        _server.Requests.Should().BeEmpty();

        await this.Invoking(it => it.FetchAsync(Request() with { Length = null }, options))
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage("*at most*");
    }

    [Fact]
    public async Task A_file_that_the_disk_has_no_space_for_is_not_begun()
    {
        var fetch = () => FetchAsync(Request() with { Length = 1L << 60 }, new() { MostBytes = long.MaxValue });

        (await fetch.Should().ThrowAsync<InsufficientSpaceException>()).Which.Needed.Should().Be(1L << 60);
        _server.Requests.Should().BeEmpty();
        File.Exists(Part).Should().BeFalse();
    }

    [Fact]
    public async Task Space_that_shall_stay_free_stays_free() =>
        await this.Invoking(it => it.FetchAsync(options: new() { SpareBytes = 1L << 60 }))
            .Should()
            .ThrowAsync<InsufficientSpaceException>();

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://localhost/image")]
    [InlineData("gopher://localhost/image")]
    public async Task Only_http_is_spoken(string address)
    {
        await this.Invoking(it => it.FetchAsync(Request() with { Locations = [new(address)] }))
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage("*only http*");

        _server.Redirects["image"] = address;
        await this.Invoking(it => it.FetchAsync()).Should().ThrowAsync<UntrustedArchiveException>();
        File.Exists(Part).Should().BeFalse();

        using var eager = new HttpClient(new HttpClientHandler { AllowAutoRedirect = true });
        (await this.Invoking(it => it.FetchAsync(http: eager)).Should().ThrowAsync<Exception>())
            .Which.Should().Match(
                fault => fault is UntrustedArchiveException || fault is HttpRequestException,
                "a client that follows by itself may get as far as asking");
    }

    [Fact]
    public async Task A_secret_in_an_address_reaches_no_message()
    {
        var address = new UriBuilder(_server["absent"]) { Query = "sig=hunter2" }.Uri;
        (await this.Invoking(it => it.FetchAsync(Request() with { Locations = [address] }))
            .Should()
            .ThrowAsync<HttpRequestException>()).Which.ToString()
            .Should()
            .NotContain("hunter2");

        var withPassword = new UriBuilder(_server["image"]) { UserName = "me", Password = "hunter2" }.Uri;
        (await this.Invoking(it => it.FetchAsync(Request() with { Locations = [withPassword] }))
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage("*password in it*"))
            .Which.ToString().Should().NotContain("hunter2");
        _server.Requests.Should().Equal("absent bytes=0-0");
    }

    [Fact]
    public async Task A_redirection_is_followed_but_not_for_ever()
    {
        _server.Redirects["image"] = "moved";
        _server.Files["moved"] = _content;
        await FetchAsync();
        File.Delete(Part);

        _server.Redirects["moved"] = "image";
        await this.Invoking(it => it.FetchAsync()).Should().ThrowAsync<UntrustedArchiveException>().WithMessage("*more than 5 times*");
    }

    [Fact]
    public async Task Cancelling_leaves_what_can_be_gone_on_with()
    {
        using var stop = new CancellationTokenSource();
        var fetch = () => FetchAsync(
            options: new() { SegmentSize = Segment, Connections = 2 },
            progress: new Reports(report => { if (report.Done >= 4 * Segment) stop.Cancel(); }),
            cancellationToken: stop.Token);
        await fetch.Should().ThrowAsync<OperationCanceledException>();

        var part = await File.ReadAllBytesAsync(Part, Cancel);
        part.Should().Equal(_content[..part.Length]).And.HaveCountGreaterThanOrEqualTo(4 * Segment).And.HaveCountLessThan(_content.Length);
        await FetchAsync();
        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(_content);
    }

    [Fact]
    public async Task A_server_that_fails_for_good_is_an_error_that_names_it()
    {
        _server.Status = 500;
        await this.Invoking(it => it.FetchAsync(options: new() { Retries = 2, RetryDelay = TimeSpan.Zero }))
            .Should()
            .ThrowAsync<HttpRequestException>()
            .WithMessage("*/files/image answered 500*");
        _server.Requests.Should().HaveCount(3);

        _server.Status = 403;
        await this.Invoking(it => it.FetchAsync()).Should().ThrowAsync<HttpRequestException>().WithMessage("*answered 403*");
        _server.Requests.Should().HaveCount(4, "what is forbidden is not asked again");
    }

    [Fact]
    public async Task A_proxy_is_asked_for_everything()
    {
        using var http = Downloader.CreateClient(new WebProxy(_server.Address));

        await FetchAsync(Request() with { Locations = [new("http://images.invalid/files/image")] }, http: http);

        (await File.ReadAllBytesAsync(Part, Cancel)).Should().Equal(_content, "only the proxy knows that name");
    }

    [Fact]
    public void A_rate_makes_bytes_wait_for_those_before_them()
    {
        var limit = new RateLimit(1000, _time);
        limit.Spend(500).Should().Be(TimeSpan.FromSeconds(0.5));
        limit.Spend(1500).Should().Be(TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(1.5));
        limit.Spend(1000).Should().Be(TimeSpan.FromSeconds(1.5));
        _time.Advance(TimeSpan.FromHours(1));
        limit.Spend(1000).Should().Be(TimeSpan.FromSeconds(1), "what was not used is not saved up");
        new RateLimit(null, _time).Spend(int.MaxValue).Should().Be(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("noble/amd64/20240827/boot-kernel", "http://m/base/noble/amd64/20240827/boot-kernel")]
    [InlineData("streams/v1/com.ubuntu.maas:stable:v3.json", "http://m/base/streams/v1/com.ubuntu.maas:stable:v3.json")]
    [InlineData("a?b#c", "http://m/base/a%3Fb%23c")]
    [InlineData("%2e%2e/etc", "http://m/base/%252e%252e/etc")]
    [InlineData("../etc/passwd", null)]
    [InlineData("a/../../etc", null)]
    [InlineData("/etc/passwd", null)]
    [InlineData("//evil/x", null)]
    [InlineData("http://evil/x", null)]
    [InlineData("file:///etc/passwd", null)]
    [InlineData("..\\x", null)]
    [InlineData("a\nb", null)]
    [InlineData("", null)]
    public void A_path_in_metadata_stays_below_its_mirror(string path, string? address) =>
        (RemotePath.TryResolve(new Uri("http://m/base"), path)?.AbsoluteUri).Should().Be(address);

    [Fact]
    public void No_path_in_metadata_leaves_its_mirror() =>
        Gen.OneOf(Gen.String, Gen.Char["/.%:\\?#@2eE"].Array[1, 20].Select(letters => new string(letters))).Sample(path =>
            RemotePath.TryResolve(new Uri("https://m/base/"), path) is not { } address
            || (address is { Scheme: "https", Host: "m", Query: "", Fragment: "" }
                && address.AbsoluteUri.StartsWith("https://m/base/", StringComparison.Ordinal)
                && !address.AbsolutePath.Split('/').Contains("..")));

    private DownloadRequest Request() =>
        new([_server["image"]], ContentHash.Parse(Convert.ToHexString(SHA256.HashData(_content))), _content.Length, "image");

    private Task<DownloadedFile> FetchAsync(
        DownloadRequest? request = null, DownloadOptions? options = null, HttpClient? http = null,
        IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new Downloader(http ?? _http, options ?? new() { SegmentSize = Segment, RetryDelay = TimeSpan.Zero }, _time).FetchAsync(
            request ?? Request(), Part, progress, cancellationToken);

    private sealed class Arrival(long bytes) : IProgress<ImportProgress>
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _done.Task;

        public void Report(ImportProgress value)
        {
            if (value.Done >= bytes) _done.TrySetResult();
        }
    }

    private sealed class Reports(Action<ImportProgress>? then = null) : IProgress<ImportProgress>
    {
        private readonly List<ImportProgress> _all = [];

        public IEnumerable<long> Done(string step) => _all.Where(report => report.Step == step).Select(report => report.Done);

        public void Report(ImportProgress value)
        {
            lock (_all) _all.Add(value);
            then?.Invoke(value);
        }
    }
}
