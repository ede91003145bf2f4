using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Maas.Images.Downloads;
using Maas.Images.Packages;

namespace Maas.Images.Tests.Packages;

public sealed class PackageCacheTests : IDisposable
{
    private static readonly Uri Hello = new("http://mirror.test/pool/hello_1.orig.tar.gz");

    private readonly TemporaryFolder _folder = new();
    private readonly PacedMirror _mirror = new();
    private readonly HttpClient _http;

    public PackageCacheTests() => _http = new HttpClient(_mirror);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Many_who_ask_at_once_read_one_fetch_while_it_arrives()
    {
        await using var cache = Open();
        var body = _mirror.Add(Hello, 6);
        var files = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => cache.OpenAsync(Hello, Token)));

        await body.WriteAsync(new byte[] { 1, 2, 3 }, Token);
        foreach (var file in files) (await ReadAsync(file!, 3)).Should().Equal(1, 2, 3);
        await body.WriteAsync(new byte[] { 4, 5, 6 }, Token);
        await body.CompleteAsync();
        foreach (var file in files)
        {
            (await ReadAsync(file!, 4)).Should().Equal([4, 5, 6], "there are no more");
            (file!.Length, file.IsWhole).Should().Be((6, false));
            file.Dispose();
        }

        _mirror.Requests.Should().Equal(Hello);
    }

    [Fact]
    public async Task A_file_is_there_for_the_next_run()
    {
        await FillAsync(Hello, [1, 2, 3]);

        await using var cache = Open();
        using var file = await cache.OpenAsync(Hello, Token);

        (file!.IsWhole, file.Length, cache.Bytes).Should().Be((true, 3, 3));
        (await ReadAsync(file, 4)).Should().Equal(1, 2, 3);
        _mirror.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_transfer_that_breaks_is_an_error_for_its_readers_and_the_next_one_begins_anew()
    {
        await using var cache = Open();
        var body = _mirror.Add(Hello, 6);
        using var file = await cache.OpenAsync(Hello, Token);
        await body.WriteAsync(new byte[] { 1, 2 }, Token);
        (await ReadAsync(file!, 2)).Should().Equal(1, 2);
        await body.CompleteAsync(new IOException("the cable"));
        await FluentActions.Awaiting(() => ReadAsync(file!, 1)).Should().ThrowAsync<IOException>().WithMessage("*after 2 of 6 bytes*");
        Directory.EnumerateFiles(_folder.Path, "*.part", SearchOption.AllDirectories).Should().BeEmpty();

        (await ReadAllAsync(cache, Hello, [7, 7, 7])).Should().Equal(7, 7, 7);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public async Task A_file_that_has_not_the_length_that_was_promised_is_not_kept(int length)
    {
        await using var cache = Open();
        var body = _mirror.Add(Hello, 6);
        using var file = await cache.OpenAsync(Hello, Token);
        await body.WriteAsync(new byte[length], Token);
        await body.CompleteAsync();

        await FluentActions.Awaiting(() => file!.Content.CopyToAsync(Stream.Null, Token)).Should().ThrowAsync<IOException>();
        cache.Bytes.Should().Be(0);
    }

    [Theory]
    [InlineData("hello_1_amd64.deb", "!<arch>\ndebian-binary", true)]
    [InlineData("hello_1_amd64.deb", "<html>Please sign in</html>", false)]
    [InlineData("hello_1_amd64.udeb", "!<ar", false)]
    [InlineData("hello-1.x86_64.rpm", "\u00ED\u00AB\u00EE\u00DB\u0003", true)]
    [InlineData("hello-1.x86_64.rpm", "<html>", false)]
    [InlineData("hello-1.x86_64.rpm", "", false)]
    [InlineData("hello-1.drpm", "drpmDLT", true)]
    [InlineData("by-hash/SHA256/2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824", "hello", true)]
    [InlineData("by-hash/SHA256/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", "hallo", false)]
    [InlineData("by-hash/SHA256/2cf24dba", "hallo", true)] // names no digest
    public async Task A_file_that_cannot_be_what_its_address_says_is_not_kept(string path, string content, bool isKept)
    {
        var url = new Uri(Hello, path);
        await using var cache = Open();
        if (isKept)
        {
            (await ReadAllAsync(cache, url, Encoding.Latin1.GetBytes(content))).Should().Equal(Encoding.Latin1.GetBytes(content));
            return;
        }

        var body = _mirror.Add(url, content.Length);
        await body.WriteAsync(Encoding.Latin1.GetBytes(content), Token);
        await body.CompleteAsync();
        (await FluentActions.Awaiting(async () =>
        {
            using var file = await cache.OpenAsync(url, Token);
            await file!.Content.CopyToAsync(Stream.Null, Token);
        }).Should().ThrowAsync<Exception>()).Which.Should().Match(fault => fault is IOException || fault is UntrustedArchiveException);
        cache.Bytes.Should().Be(0);
        Directory.EnumerateFiles(_folder.Path, KeyOf(url), SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public async Task A_fetch_ends_with_its_last_reader()
    {
        await using var cache = Open();
        var body = _mirror.Add(Hello, 6);
        var (first, second) = (await cache.OpenAsync(Hello, Token), await cache.OpenAsync(Hello, Token));
        first!.Dispose();
        await body.WriteAsync(new byte[] { 1 }, Token);
        (await ReadAsync(second!, 1)).Should().Equal([1], "one still reads");
        second!.Dispose();

        (await ReadAllAsync(cache, Hello, [7])).Should().Equal([7], "it is fetched again");
        _mirror.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task One_who_gives_up_waiting_for_an_answer_does_not_affect_the_others()
    {
        await using var cache = Open();
        using var impatient = new CancellationTokenSource();
        _mirror.Hold = new TaskCompletionSource();
        var body = _mirror.Add(Hello, 1);
        var (given, kept) = (cache.OpenAsync(Hello, impatient.Token), cache.OpenAsync(Hello, Token));
        await impatient.CancelAsync();
        await FluentActions.Awaiting(() => given).Should().ThrowAsync<OperationCanceledException>();
        _mirror.Hold.SetResult();
        await body.WriteAsync(new byte[] { 9 }, Token);
        await body.CompleteAsync();
        using var file = await kept;
        (await ReadAsync(file!, 2)).Should().Equal(9);
    }

    [Fact]
    public async Task The_files_that_were_not_used_for_longest_make_room()
    {
        const int Size = 200 << 10; // five fill the cache of 1 MiB
        await using var cache = Open();
        var urls = Enumerable.Range(0, 6).Select(number => new Uri(Hello, $"{number}.tar.gz")).ToList();
        foreach (var url in urls[..5]) await ReadAllAsync(cache, url, new byte[Size]);
        await ReadAllAsync(cache, urls[0], null);
        await ReadAllAsync(cache, urls[5], new byte[Size]);

        cache.Bytes.Should().Be(5 * Size);
        await ReadAllAsync(cache, urls[0], null);
        _mirror.Requests.Should().HaveCount(6);
        await ReadAllAsync(cache, urls[1], new byte[Size]);
        _mirror.Requests.Should().HaveCount(7, "it was removed");
    }

    [Fact]
    public async Task A_mirror_that_refuses_is_reported_with_its_status()
    {
        await using var cache = Open();
        (await FluentActions.Awaiting(() => cache.OpenAsync(Hello, Token)).Should().ThrowAsync<HttpRequestException>())
            .Which.StatusCode.Should().Be(HttpStatusCode.NotFound);
        await FluentActions.Awaiting(() => cache.OpenAsync(new Uri("ftp://mirror.test/a.deb"), Token)).Should()
            .ThrowAsync<UntrustedArchiveException>();
    }

    [Theory]
    [InlineData(null)]
    [InlineData((1 << 18) + 1)]
    public async Task A_file_of_unknown_length_and_one_that_would_fill_the_cache_are_not_kept(int? length)
    {
        await using var cache = Open();
        _mirror.Add(Hello, length);
        (await cache.OpenAsync(Hello, Token)).Should().BeNull();
    }

    [Fact]
    public async Task A_folder_belongs_to_one_process_and_what_was_left_half_fetched_goes()
    {
        var part = Path.Combine(_folder.Path, "ab", "ab.part");
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        await File.WriteAllTextAsync(part, "half", Token);
        await using var cache = Open();
        File.Exists(part).Should().BeFalse();
        FluentActions.Invoking(Open).Should().Throw<IOException>().WithMessage("*Another process*");
    }

    private static async Task<byte[]> ReadAsync(PackageFile file, int most)
    {
        var bytes = new byte[most];
        return bytes[..await file.Content.ReadAtLeastAsync(bytes, most, throwOnEndOfStream: false, Token)];
    }

    private PackageCache Open() => PackageCache.Open(new PackageCacheOptions { Directory = _folder.Path, MostBytes = 1 << 20 }, _http);

    private async Task FillAsync(Uri url, byte[] content)
    {
        await using var cache = Open();
        await ReadAllAsync(cache, url, content);
    }

    /// <summary>Reads a file that the mirror has, or nothing of the mirror for <see langword="null"/>.</summary>
    private async Task<byte[]> ReadAllAsync(PackageCache cache, Uri url, byte[]? content)
    {
        if (content is not null)
        {
            var body = _mirror.Add(url, content.Length);
            await body.WriteAsync(content, Token);
            await body.CompleteAsync();
        }

        using var file = await cache.OpenAsync(url, Token);
        using var all = new MemoryStream();
        await file!.Content.CopyToAsync(all, Token);
        // until it is published
        while (!Directory.EnumerateFiles(_folder.Path, KeyOf(url), SearchOption.AllDirectories).Any()) await Task.Yield();
        return all.ToArray();
    }

    private static string KeyOf(Uri url) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(url.AbsoluteUri)));

    /// <summary>A mirror whose bytes arrive when the test writes them.</summary>
    private sealed class PacedMirror : HttpMessageHandler
    {
        private readonly Dictionary<Uri, (Pipe Pipe, int? Length)> _files = [];

        public List<Uri> Requests { get; } = [];

        public TaskCompletionSource? Hold { get; set; }

        public PipeWriter Add(Uri url, int? length)
        {
            var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
            lock (_files) _files[url] = (pipe, length);
            return pipe.Writer;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (_files) Requests.Add(request.RequestUri!);
            if (Hold is { } hold) await hold.Task.WaitAsync(cancellationToken);
            lock (_files)
            {
                if (!_files.Remove(request.RequestUri!, out var file)) return new HttpResponseMessage(HttpStatusCode.NotFound);
                var content = new StreamContent(file.Pipe.Reader.AsStream());
                content.Headers.ContentLength = file.Length;
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = content, RequestMessage = request };
            }
        }
    }
}
