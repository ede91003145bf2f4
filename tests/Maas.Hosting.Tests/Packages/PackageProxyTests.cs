using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Maas.Judges;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests.Packages;

/// <summary>The package proxy of a host, with a mirror on the loopback.</summary>
public sealed class PackageProxyTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-packages-");
    private WebApplication _mirror = null!; // InitializeAsync
    private ComposedServer _server = null!; // InitializeAsync

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Uri Mirror => new(new Uri(_mirror.Urls.First()), "/debian/");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _mirror = builder.Build();
        _mirror.Run(async context =>
        {
            var secrets = context.Request.Headers.Authorization.Count + context.Request.Headers.Cookie.Count;
            _requests.Enqueue(context.Request.Method + " " + context.Request.Path + (secrets > 0 ? " SECRET" : ""));
            if (_files.TryGetValue(context.Request.Path, out var file)) await Results.Bytes(file).ExecuteAsync(context);
            else context.Response.StatusCode = 404;
        });
        await _mirror.StartAsync(Token);
        _server = await ComposedServer.StartAsync(null, configure: services =>
        {
            services.Configure<MaasOptions>(options => options.Packages.Mirrors.Add(Mirror));
            new Builder(services).AddPackageProxy();
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _mirror.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_package_is_fetched_once_through_the_proxy_and_by_its_path_and_an_index_each_time()
    {
        var package = _files["/debian/pool/a_1_amd64.deb"] = [.. "!<arch>\n"u8, .. RandomNumberGenerator.GetBytes(300_000)];
        _files["/debian/dists/x/InRelease"] = "one"u8.ToArray();
        using var client = ThroughProxy();
        using var direct = new HttpClient { BaseAddress = _server.Base };
        var path = $"packages/{Mirror.Authority}/debian";

        foreach (var each in await Task.WhenAll(
            client.GetByteArrayAsync(new Uri(Mirror, "pool/a_1_amd64.deb"), Token),
            client.GetByteArrayAsync(new Uri(Mirror, "pool/a_1_amd64.deb"), Token),
            direct.GetByteArrayAsync($"{path}/pool/a_1_amd64.deb", Token)))
            each.Should().Equal(package);
        (await client.GetStringAsync(new Uri(Mirror, "dists/x/InRelease"), Token)).Should().Be("one");
        _files["/debian/dists/x/InRelease"] = "two"u8.ToArray();
        (await direct.GetStringAsync($"{path}/dists/x/InRelease", Token)).Should().Be("two");

        _requests.Should().BeEquivalentTo(
            "GET /debian/pool/a_1_amd64.deb", "GET /debian/dists/x/InRelease", "GET /debian/dists/x/InRelease");
    }

    [Fact]
    public async Task A_part_of_a_package_and_its_head_are_answered()
    {
        _files["/debian/a.drpm"] = [1, 2, 3, 4, 5];
        using var client = ThroughProxy();
        (await client.GetByteArrayAsync(new Uri(Mirror, "a.drpm"), Token)).Should().HaveCount(5);
        using var part = new HttpRequestMessage(HttpMethod.Get, new Uri(Mirror, "a.drpm")) { Headers = { Range = new(3, null) } };
        using var answer = await client.SendAsync(part, Token);
        answer.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsByteArrayAsync(Token)).Should().Equal(4, 5);
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(Mirror, "a.drpm")), Token);
        head.Content.Headers.ContentLength.Should().Be(5);
    }

    [Fact]
    public async Task What_a_client_says_to_this_server_is_not_told_to_the_mirror()
    {
        _files["/debian/a.drpm"] = _files["/debian/index"] = [1];
        using var client = ThroughProxy();
        foreach (var name in (string[])["a.drpm", "index"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Mirror, name));
            request.Headers.TryAddWithoutValidation("Authorization", "OAuth oauth_token=secret");
            request.Headers.TryAddWithoutValidation("Cookie", "sessionid=secret");
            (await client.SendAsync(request, Token)).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        _requests.Should().Equal("GET /debian/a.drpm", "GET /debian/index");
    }

    [Fact]
    public async Task With_use_peer_proxy_it_fetches_through_the_proxy_of_the_settings()
    {
        _files["/debian/a.drpm"] = _files["/debian/index"] = [1, 2];
        ConcurrentQueue<string> asked = new();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var peer = builder.Build();
        peer.Run(async context =>
        {
            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            asked.Enqueue($"{target} {context.Request.Headers.ProxyAuthorization}");
            using var http = new HttpClient();
            await Results.Bytes(await http.GetByteArrayAsync(new Uri(target), Token)).ExecuteAsync(context);
        });
        await peer.StartAsync(Token);
        var settings = _server.Get<Maas.Core.Configuration.Settings>();
        (await settings.ChangeAsync("http_proxy", peer.Urls.First(), Token)).Should().BeNull();
        (await settings.ChangeAsync("use_peer_proxy", "true", Token)).Should().BeNull();
        using var client = ThroughProxy();

        (await client.GetByteArrayAsync(new Uri(Mirror, "a.drpm"), Token)).Should().HaveCount(2);
        (await client.GetByteArrayAsync(new Uri(Mirror, "index"), Token)).Should().HaveCount(2);
        (await settings.ChangeAsync("use_peer_proxy", "false", Token)).Should().BeNull();
        (await client.GetByteArrayAsync(new Uri(Mirror, "index"), Token)).Should().HaveCount(2);

        asked.Should().Equal($"{Mirror}a.drpm ", $"{Mirror}index ");
    }

    [Fact]
    public async Task Refusals_say_why()
    {
        using var client = ThroughProxy();
        foreach (var (url, status) in ((Uri, HttpStatusCode)[])
            [
                (new Uri(Mirror, "missing.deb"), HttpStatusCode.NotFound),
                (new Uri(Mirror, "missing"), HttpStatusCode.NotFound),
                (new Uri(Mirror, "../outside.deb"), HttpStatusCode.Forbidden),
                (new Uri("http://127.0.0.1:1/a.drpm"), HttpStatusCode.Forbidden),
                (new Uri(_server.Base, "api/2.0/version/"), HttpStatusCode.Forbidden),
            ])
        {
            using var answer = await client.GetAsync(url, Token);
            answer.StatusCode.Should().Be(status, "{0}", url);
        }

        await _mirror.StopAsync(Token);
        using var gone = await client.GetAsync(new Uri(Mirror, "a.drpm"), Token);
        gone.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        (await gone.Content.ReadAsStringAsync(Token)).Should().Contain("cannot be reached");
    }

    [Fact]
    public async Task Two_installations_by_apt_fetch_a_package_once()
    {
        Judge.Require("apt-get", "apt");
        var tree = _folder.CreateSubdirectory("hello");
        Directory.CreateDirectory(Path.Combine(tree.FullName, "DEBIAN"));
        await File.WriteAllTextAsync(
            Path.Combine(tree.FullName, "DEBIAN", "control"),
            "Package: hello\nVersion: 1\nArchitecture: all\nMaintainer: t <t@t.test>\nDescription: t\n", Token);
        var deb = Path.Combine(_folder.FullName, "hello_1_all.deb");
        (await Judge.RunAsync("dpkg-deb", ["--build", "--root-owner-group", tree.FullName, deb], null, Token)).Approved();
        var bytes = _files["/debian/hello_1_all.deb"] = await File.ReadAllBytesAsync(deb, Token);
        _files["/debian/Packages"] = Encoding.ASCII.GetBytes(
            $"Package: hello\nVersion: 1\nArchitecture: all\nMaintainer: t <t@t.test>\nDescription: t\nFilename: ./hello_1_all.deb\n"
            + $"Size: {bytes.Length}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(bytes))}\n");

        foreach (var number in (string[])["1", "2"])
        {
            var root = _folder.CreateSubdirectory(number).FullName;
            foreach (var name in (string[])["lists/partial", "archives/partial", "etc"])
                Directory.CreateDirectory(Path.Combine(root, name));
            await File.WriteAllTextAsync(Path.Combine(root, "etc", "sources.list"), $"deb [trusted=yes] {Mirror} ./\n", Token);
            await File.WriteAllTextAsync(Path.Combine(root, "status"), "", Token);
            string[] options =
            [
                "-o", $"Dir::Etc::SourceList={root}/etc/sources.list", "-o", "Dir::Etc::SourceParts=-",
                "-o", $"Dir::State::Lists={root}/lists", "-o", $"Dir::State::Status={root}/status", "-o", $"Dir::Cache={root}",
                "-o", $"Acquire::http::Proxy={_server.Base.GetLeftPart(UriPartial.Authority)}/", "-o", "APT::Sandbox::User=root",
            ];
            (await Judge.RunAsync("apt-get", [.. options, "update"], null, Token)).Approved();
            (await Judge.RunAsync("apt-get", [.. options, "--download-only", "--yes", "install", "hello"], null, Token)).Approved();
            (await File.ReadAllBytesAsync(Path.Combine(root, "archives", "hello_1_all.deb"), Token)).Should().Equal(bytes);
        }

        _requests.Count(request => request == "GET /debian/hello_1_all.deb").Should().Be(1);
        _requests.Count(request => request == "GET /debian/Packages").Should().Be(2);
    }

    private HttpClient ThroughProxy() => new(new SocketsHttpHandler
    {
        Proxy = new WebProxy(_server.Base.GetLeftPart(UriPartial.Authority)),
        UseCookies = false,
    });

    private sealed class Builder(IServiceCollection services) : IMaasBuilder
    {
        public IServiceCollection Services => services;
    }
}
