using System.Collections.Concurrent;
using System.Security.Cryptography;
using FleetLoad;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Images.Peers;
using Maas.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Tests.Images;

/// <summary>Three hosts of one rack, and one elsewhere that has imported images.</summary>
public sealed class RackImagesTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-rack");
    private readonly InMemoryMaasStore _store = new();
    private readonly ConcurrentQueue<Request> _requests = [];
    private readonly Dictionary<string, ComposedServer> _rack = [];
    private Func<string, HttpContext, Func<Task>, Task> _wire = static (_, _, next) => next();
    private ComposedServer _origin = null!; // started before each test

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _store.OpenAsync(new StoreLimits(), Token);
        _origin = await StartAsync("origin", null);
        foreach (var name in (string[])["rack-a", "rack-b", "rack-c"]) _rack[name] = await StartAsync(name, "r1");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _rack.Values) await host.DisposeAsync();
        await _origin.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Three_hosts_that_need_images_at_once_fetch_each_once_from_outside()
    {
        var images = new List<ImageReference>();
        for (var number = 0; number < 6; number++) images.Add(await ImportAsync($"image{number}", 1_000_000));
        // Nothing is sent across the line before the two other hosts have asked the one that fetches.
        _wire = async (host, context, next) =>
        {
            while (host == "origin" && WithinRack(DigestOf(context)).Count < 2) await Task.Yield();
            await next();
        };

        var read = await Task.WhenAll(
            from image in images from host in _rack.Values select Task.Run(async () => (image.Sha256, Read: await HashAsync(host, image))));

        read.Should().OnlyContain(each => each.Read == each.Sha256);
        foreach (var image in images)
            _requests.Where(request => request.Host == "origin" && request.Digest == image.Sha256).Should().ContainSingle();
    }

    [Fact]
    public async Task When_the_host_that_fetches_is_stopped_another_one_goes_on_with_what_has_come()
    {
        var image = await ImportAsync("large", 3_000_000);
        var (held, isFirst) = (new TaskCompletionSource(), 0);
        _wire = async (host, context, next) =>
        {
            if (host == "origin" && Interlocked.Increment(ref isFirst) == 1)
                context.Response.Body = new HeldBody(context.Response.Body, 1_000_000, held.Task);
            await next();
        };
        var reading = _rack.ToDictionary(host => host.Key, host => Task.Run(() => HashAsync(host.Value, image)));
        while (WithinRack(image.Sha256).Count < 2 || _rack.Values.Any(host => PartOf(host, image) == 0)) await Task.Yield();
        var fetching = WithinRack(image.Sha256)[0].Host;

        await _rack[fetching].StopAsync();

        await FluentActions.Awaiting(() => reading[fetching]).Should().ThrowAsync<ImageUnavailableException>();
        foreach (var other in reading.Where(each => each.Key != fetching)) (await other.Value).Should().Be(image.Sha256);
        var requests = _requests.Where(request => request.Host == "origin").ToList();
        requests.Should().HaveCount(2);
        requests[0].Range.Should().BeEmpty();
        requests[1].Range.Should().MatchRegex("^bytes=[1-9][0-9]+-$", "the bytes that came through the other host are kept");
        held.SetResult();
    }

    [Fact]
    public async Task Wrong_bytes_of_a_host_of_the_rack_are_refused_and_the_image_is_fetched_elsewhere()
    {
        var image = await ImportAsync("damaged", 1_000_000);
        _wire = (_, context, next) => context.Request.Query.ContainsKey(PeerCache.NeedParameter)
            ? context.Response.Body.WriteAsync(RandomNumberGenerator.GetBytes(1_000_000), Token).AsTask()
            : next();

        var read = await Task.WhenAll(_rack.Values.Select(host => Task.Run(() => HashAsync(host, image))));

        read.Should().AllBe(image.Sha256);
        WithinRack(image.Sha256).Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_host_without_a_rack_fetches_for_no_other()
    {
        var image = await ImportAsync("one", 100_000);
        await using var single = await StartAsync("single", null);
        var digest = Maas.Images.Sha256Digest.Parse(image.Sha256);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(single.Base, $"peers/images/{digest}?need=now"));
        var key = single.Get<Maas.Hosting.Images.PeerImages>().Shared!.Key;
        request.Headers.TryAddWithoutValidation("Authorization", key.Sign(digest, TimeProvider.System.GetUtcNow()));

        using var response = await client.SendAsync(request, Token);

        response.StatusCode.Should().Be(System.Net.HttpStatusCode.NotFound);
        _requests.Should().NotContain(each => each.Host == "origin");
    }

    private List<Request> WithinRack(string digest) =>
        [.. _requests.Where(request => request.Host != "origin" && request.Digest == digest && request.Query.Length > 0)];

    /// <summary>How much of an image has come to a host.</summary>
    private static long PartOf(ComposedServer host, ImageReference image) =>
        new DirectoryInfo(host.Get<MaasOptions>().DataDirectory).EnumerateFiles(image.Sha256, SearchOption.AllDirectories)
            .Sum(file => file.Length);

    private async Task<ComposedServer> StartAsync(string name, string? rack)
    {
        var server = await ComposedServer.StartAsync(null, configure: services =>
        {
            services.AddSingleton<IMaasStore>(new SharedStore(_store, isFirst: false));
            services.Configure<MaasCoreOptions>(core => core.ControllerHostname = name);
            services.Configure<MaasOptions>(maas =>
            {
                maas.SecretKeyFile = Path.Combine(_folder.FullName, "secret.key");
                (maas.ImagePeers.FetchAhead, maas.ImagePeers.Rack, maas.ImagePeers.Transfers) = (false, rack, 100);
            });
            services.AddSingleton<IStartupFilter>(new Wire(this, name));
        });
        // Its address and its rack are stored when it has started.
        while (!(await server.Get<Hosts>().ListAsync(Token)).Any(
            host => host.Hostname == name && host.ImageAddresses.Count > 0 && host.ImageRack == rack)) await Task.Yield();
        return server;
    }

    private async Task<ImageReference> ImportAsync(string series, int size)
    {
        var (images, bytes) = (_origin.Get<BootResources>(), RandomNumberGenerator.GetBytes(size));
        var created = (UploadResult.Taken)await images.CreateAsync(
            new NewBootResource
            {
                Name = $"custom/{series}", Architecture = "amd64", FileType = "ddraw", Size = size,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            },
            Token);
        await images.AppendAsync(created.Resource.Id, created.Resource.Sets[^1].File.Id, new MemoryStream(bytes), Token);
        return (await images.ChooseAsync("custom", series, "amd64", Token))!; // it is complete
    }

    private static async Task<string?> HashAsync(ComposedServer server, ImageReference image)
    {
        if (await server.Get<BootResources>().OpenAsync(image, Token) is not { } content) return null;
        await using (content) return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, Token));
    }

    private static string DigestOf(HttpContext context) => context.Request.Path.Value!.Split('/')[^1];

    private sealed record Request(string Host, string Digest, string Query, string Range);

    /// <summary>Notes the requests for images, and gives them to the test.</summary>
    private sealed class Wire(RackImagesTests test, string name) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
        {
            application.Use((context, following) =>
            {
                if (context.Request.Path.Value!.Split('/') is not [.., "peers", "images", _] || !HttpMethods.IsGet(context.Request.Method))
                    return following(context);
                test._requests.Enqueue(new Request(
                    name, DigestOf(context), context.Request.QueryString.Value ?? "", context.Request.Headers.Range.ToString()));
                return test._wire(name, context, () => following(context));
            });
            next(application);
        };
    }

    /// <summary>Sends so many bytes, and the rest when it may.</summary>
    private sealed class HeldBody(Stream inner, int first, Task released) : MemoryStream
    {
        private int _sent;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_sent + buffer.Length > first) await released.WaitAsync(cancellationToken);
            _sent += buffer.Length;
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    }
}
