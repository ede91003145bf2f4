using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using FleetLoad;
using Maas.Boot;
using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Hosting.Images;
using Maas.Images;
using Maas.Images.Library;
using Maas.Images.Peers;
using Maas.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Tests.Images;

/// <summary>Hosts of one store, each with a data directory of its own, that fetch each other's images.</summary>
public sealed class PeerImagesTests : IAsyncLifetime
{
    private const string Mac = "52:54:00:12:34:56";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-peers");
    private readonly InMemoryMaasStore _store = new();
    private readonly ConcurrentQueue<string> _requests = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _store.OpenAsync(new StoreLimits(), Token);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_image_that_one_host_has_imported_is_deployed_by_another()
    {
        await using var first = await StartAsync("host-a");
        await using var second = await StartAsync("host-b", DhcpMode.Full);
        var image = await ImportAsync(first, "one", 1_000_000);
        await using var simulated = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse(Mac),
            Firmware = SimulatedFirmware.UefiPxe,
            Network = new SimulatedNetwork { DhcpServers = [second.Dhcp], Relay = second.Dhcp.Address, TftpPort = second.TftpPort },
        });
        var machines = second.Get<Machines>();
        var created = (CreateResult.Created)await machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse(Mac)] });
        var id = created.Machine.Id;
        (await machines.ExecuteAsync(id, new MachineCommand.Commission())).Should().BeOfType<CommandResult.Done>();
        await BootAsync(simulated);
        (await machines.GetAsync(id, Token))!.Status.Should().Be(MachineStatus.Ready);

        var deploy = new MachineCommand.Deploy("bob") { OsSystem = "custom", DistroSeries = "one" };
        (await machines.ExecuteAsync(id, deploy)).Should().BeOfType<CommandResult.Done>();
        await BootAsync(simulated);

        (await machines.GetAsync(id, Token))!.Status.Should().Be(MachineStatus.Deployed);
        _requests.Should().ContainSingle().Which.Should().Be($"host-a GET {image.Sha256}");
    }

    [Fact]
    public async Task Twenty_machines_at_once_cause_one_fetch()
    {
        await using var first = await StartAsync("host-a");
        await using var second = await StartAsync("host-b");
        var image = await ImportAsync(first, "one", 3_000_000);

        var read = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => HashAsync(second, image))));

        read.Should().AllBe(image.Sha256);
        _requests.Should().ContainSingle();
        (await CheckAsync(second)).Description.Should().StartWith("3000000 bytes of images came from other hosts");
        (await CheckAsync(first)).Description.Should().StartWith("0 bytes");
    }

    [Fact]
    public async Task When_the_importing_host_is_stopped_a_copy_is_fetched_from_a_third_and_the_rest_is_waited_for()
    {
        await using var first = await StartAsync("host-a");
        await using var second = await StartAsync("host-b");
        await using var third = await StartAsync("host-c");
        var (shared, lost) = (await ImportAsync(first, "one", 100_000), await ImportAsync(first, "two", 100_000));
        (await HashAsync(third, shared)).Should().Be(shared.Sha256);
        await first.StopAsync();

        (await HashAsync(second, shared)).Should().Be(shared.Sha256);
        await FluentActions.Awaiting(() => HashAsync(second, lost)).Should().ThrowAsync<ImageUnavailableException>("it may come back");

        _requests.Should().Contain($"host-c GET {shared.Sha256}");
        var health = await CheckAsync(second);
        health.Status.Should().Be(HealthStatus.Degraded);
        health.Description.Should().StartWith("custom/two ").And.Contain(": the hosts that may have it cannot be asked or failed");
    }

    [Fact]
    public async Task Images_are_fetched_before_they_are_needed_and_removed_when_they_were_deleted_elsewhere()
    {
        await using var first = await StartAsync("host-a");
        await using var second = await StartAsync("host-b", fetchAhead: true);
        var (image, library) = (await ImportAsync(first, "one", 100_000), second.Get<ImageLibrary>());

        await second.Get<PeerImages>().PassAsync(Token);
        library.Contains(Sha256Digest.Parse(image.Sha256)).Should().BeTrue();
        await first.Get<BootResources>().DeleteAsync(image.ResourceId, Token);
        await second.Get<PeerImages>().PassAsync(Token);

        library.Contains(Sha256Digest.Parse(image.Sha256)).Should().BeFalse();
    }

    [Fact]
    public async Task Only_a_signed_request_for_an_image_that_a_record_names_is_answered()
    {
        await using var first = await StartAsync("host-a");
        var image = Sha256Digest.Parse((await ImportAsync(first, "one", 100_000)).Sha256);
        var unnamed = await first.Get<ImageLibrary>().AddAsync(new MemoryStream([1, 2, 3]), "mine", Token);
        var unknown = Sha256Digest.FromHash(RandomNumberGenerator.GetBytes(32));
        var (key, now) = (first.Get<PeerImages>().Shared!.Key, TimeProvider.System.GetUtcNow());
        var other = new PeerKey("another secret than theirs"u8);

        (await GetAsync(image, null)).Should().Be(HttpStatusCode.Unauthorized);
        (await GetAsync(image, other.Sign(image, now))).Should().Be(HttpStatusCode.Unauthorized);
        (await GetAsync(image, key.Sign(unnamed, now))).Should().Be(HttpStatusCode.Unauthorized, "a signature is for one image");
        (await GetAsync(image, key.Sign(image, now.AddHours(-1)))).Should().Be(HttpStatusCode.Unauthorized);
        (await GetAsync(unnamed, key.Sign(unnamed, now))).Should().Be(HttpStatusCode.NotFound, "no record names it");
        (await GetAsync(unknown, key.Sign(unknown, now))).Should().Be(HttpStatusCode.NotFound);
        (await GetAsync(image, key.Sign(image, now))).Should().Be(HttpStatusCode.OK);

        async Task<HttpStatusCode> GetAsync(Sha256Digest digest, string? authorization)
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(first.Base, $"peers/images/{digest}"));
            if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await client.SendAsync(request, Token);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_host_that_sends_as_much_as_it_may_still_says_what_it_has()
    {
        await using var first = await StartAsync("host-a", transfers: 1);
        var image = await ImportAsync(first, "one", 40_000_000); // more than the buffers of a connection hold
        var digest = Sha256Digest.Parse(image.Sha256);
        var key = first.Get<PeerImages>().Shared!.Key;
        using var client = new HttpClient();

        using var sending = await SendAsync(HttpMethod.Get);
        using var refused = await SendAsync(HttpMethod.Get);
        using var asked = await SendAsync(HttpMethod.Head);

        sending.StatusCode.Should().Be(HttpStatusCode.OK);
        (refused.StatusCode, refused.Headers.RetryAfter?.Delta).Should().Be((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)));
        (asked.StatusCode, asked.Headers.GetValues(PeerCache.CopyHeader).Single()).Should().Be((HttpStatusCode.OK, "original"));

        async Task<HttpResponseMessage> SendAsync(HttpMethod method)
        {
            using var request = new HttpRequestMessage(method, new Uri(first.Base, $"peers/images/{digest}"));
            request.Headers.TryAddWithoutValidation("Authorization", key.Sign(digest, TimeProvider.System.GetUtcNow()));
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        }
    }

    [Fact]
    public async Task Pieces_of_one_upload_may_go_to_any_host()
    {
        await using var first = await StartAsync("maas-a");
        await using var second = await StartAsync("maas-b");
        var bytes = RandomNumberGenerator.GetBytes(400_000);
        var (resource, file) = await AnnounceAsync(first, bytes);
        ComposedServer[] turns = [first, second, second, first];
        for (var piece = 0; piece < turns.Length; piece++)
        {
            (await AppendAsync(turns[piece], resource, file, bytes.AsMemory(piece * 100_000, 100_000))).Should()
                .BeOfType<UploadResult.Taken>().Which.Resource.Sets[^1].File.Received.Should().Be((piece + 1) * 100_000);
            // Announcing it again, which clients do to go on with it, changes nothing.
            (await AnnounceAsync(turns[^(piece + 1)], bytes)).Should().Be((resource, file));
        }

        var image = (await second.Get<BootResources>().ChooseAsync("custom", "pieces", "amd64", Token))!; // it is complete
        (await HashAsync(second, image)).Should().Be(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        first.Get<ImageLibrary>().List().Should().ContainSingle(blob => blob.References.Contains("boot-resource"));
        second.Get<ImageLibrary>().List().Should().NotContain(blob => blob.References.Contains("boot-resource"));
    }

    [Fact]
    public async Task Hosts_that_send_each_other_pieces_at_the_same_time_do_not_wait_for_each_other()
    {
        await using var first = await StartAsync("maas-a");
        await using var second = await StartAsync("maas-b");
        // Of two contents whose hashes begin alike, each host has the first piece of one.
        var one = RandomNumberGenerator.GetBytes(2_000);
        var other = RandomNumberGenerator.GetBytes(2_000);
        while (SHA256.HashData(one)[0] != SHA256.HashData(other)[0]) other = RandomNumberGenerator.GetBytes(2_000);
        var (resource, file) = await AnnounceAsync(first, one);
        var (otherResource, otherFile) = await AnnounceAsync(second, other);
        await AppendAsync(first, resource, file, one.AsMemory(0, 1_000));
        await AppendAsync(second, otherResource, otherFile, other.AsMemory(0, 1_000));

        var begun = new TaskCompletionSource();
        var otherBegun = new TaskCompletionSource();
        var results = await Task.WhenAll(
            second.Get<BootResources>().AppendAsync(resource, file, new MeetingStream(one[1_000..], begun, otherBegun.Task), Token),
            first.Get<BootResources>().AppendAsync(
                otherResource, otherFile, new MeetingStream(other[1_000..], otherBegun, begun.Task), Token))
            .WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Token);

        results.Should().AllBeOfType<UploadResult.Taken>();
    }

    [Fact]
    public async Task A_piece_that_another_host_refuses_is_refused_with_its_reason()
    {
        await using var first = await StartAsync("maas-a");
        await using var second = await StartAsync("maas-b");
        var bytes = RandomNumberGenerator.GetBytes(2_000);
        var (resource, file) = await AnnounceAsync(first, bytes);
        await AppendAsync(first, resource, file, bytes.AsMemory(0, 1_000));

        (await AppendAsync(second, resource, file, new byte[1_001])).Should().BeOfType<UploadResult.Refused>()
            .Which.Reason.Should().Be("Too much data: the file was announced with 2000 bytes.");
        (await AppendAsync(second, resource, file, default)).Should().BeOfType<UploadResult.Refused>()
            .Which.Reason.Should().Be("The piece is empty.");
        (await AppendAsync(second, resource, file, new byte[1_000])).Should().BeOfType<UploadResult.Refused>()
            .Which.Reason.Should().StartWith("The SHA-256 of the bytes is not the one");

        (await AppendAsync(second, resource, file, bytes)).Should().BeOfType<UploadResult.Taken>("it begins again")
            .Which.Resource.Sets[^1].File.IsComplete.Should().BeTrue();
    }

    [Fact]
    public async Task A_piece_is_not_taken_while_the_host_with_the_pieces_before_it_is_away()
    {
        await using var second = await StartAsync("maas-b");
        var bytes = RandomNumberGenerator.GetBytes(2_000);
        await using var first = await StartAsync("maas-a");
        var (resource, file) = await AnnounceAsync(first, bytes);
        await AppendAsync(first, resource, file, bytes.AsMemory(0, 1_000));
        await first.StopAsync();

        (await AppendAsync(second, resource, file, bytes.AsMemory(1_000))).Should().BeOfType<UploadResult.Unavailable>()
            .Which.Reason.Should().Contain("(maas-a)");
        (await AnnounceAsync(second, bytes)).Should().Be((resource, file));
        (await second.Get<BootResources>().GetAsync(resource, Token))!.Sets[^1].File.Received.Should().Be(1_000);
    }

    [Fact]
    public async Task A_piece_without_the_signature_of_a_host_is_refused()
    {
        await using var first = await StartAsync("maas-a");
        var bytes = RandomNumberGenerator.GetBytes(2_000);
        var (resource, file) = await AnnounceAsync(first, bytes);
        await AppendAsync(first, resource, file, bytes.AsMemory(0, 1_000));
        var digest = Sha256Digest.FromHash(SHA256.HashData(bytes));
        var (key, now) = (first.Get<PeerImages>().Shared!.UploadKey, TimeProvider.System.GetUtcNow());
        using var client = new HttpClient();

        (await SendAsync(1_000, null)).Should().Be(HttpStatusCode.Unauthorized);
        (await SendAsync(1_000, first.Get<PeerImages>().Shared!.Key.Sign(digest, now))).Should().Be(HttpStatusCode.Unauthorized);
        (await SendAsync(1_000, key.Sign(PeerUploads.SubjectOf("PUT", digest, 999), now))).Should().Be(HttpStatusCode.Unauthorized);
        (await SendAsync(999, key.Sign(PeerUploads.SubjectOf("PUT", digest, 999), now))).Should().Be(HttpStatusCode.Conflict);
        (await SendAsync(1_000, key.Sign(PeerUploads.SubjectOf("PUT", digest, 1_000), now))).Should().Be(HttpStatusCode.NoContent);

        async Task<HttpStatusCode> SendAsync(long offset, string? authorization)
        {
            var url = new Uri(first.Base, $"peers/images/{digest}/upload?offset={offset}");
            using var request = new HttpRequestMessage(HttpMethod.Put, url);
            if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
            request.Content = new ByteArrayContent(bytes[1_000..]);
            using var response = await client.SendAsync(request, Token);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task What_was_deleted_through_another_host_is_removed_where_it_was_imported()
    {
        await using var first = await StartAsync("maas-a");
        await using var second = await StartAsync("maas-b");
        var image = await ImportAsync(first, "deleted", 1_000);
        var kept = await ImportAsync(first, "kept", 1_000);
        var started = RandomNumberGenerator.GetBytes(2_000);
        var (resource, file) = await AnnounceAsync(first, started);
        await AppendAsync(first, resource, file, started.AsMemory(0, 1_000));
        var library = first.Get<ImageLibrary>();
        var foreign = await library.AddAsync(new MemoryStream(new byte[10]), "boot-resource", Token); // of another store
        foreach (var each in await second.Get<BootResources>().ListAsync(Token))
            if (each.Name is "custom/deleted" or "custom/pieces") await second.Get<BootResources>().DeleteAsync(each.Id, Token);

        await first.Get<PeerImages>().CollectAsync(Token);

        library.Contains(Sha256Digest.Parse(image.Sha256)).Should().BeFalse();
        library.Uploads().Should().BeEmpty();
        library.Contains(Sha256Digest.Parse(kept.Sha256)).Should().BeTrue();
        library.Contains(foreign).Should().BeTrue("no resource of this store has ever named it");
    }

    [Fact]
    public void Addresses_of_this_host_are_not_asked_and_those_of_a_common_subnet_are_asked_first()
    {
        var host = new HostAddresses(
            [(IPAddress.Parse("10.0.1.5"), 24), (IPAddress.Parse("172.17.0.1"), 16), (IPAddress.Parse("2001:db8::5"), 64)]);
        Uri[] announced =
        [
            .. new[] { "10.9.0.7", "172.17.0.1", "10.0.1.7", "[2001:db8:1::7]", "[2001:db8::7]", "maas-b" }
                .Select(each => new Uri($"http://{each}:5240/MAAS/peers/images/")),
        ];

        var asked = host.Reachable(announced, new HashSet<string> { "10.0.1.5:5240", "172.17.0.1:5240" });

        asked.Select(url => url.Host).Should().Equal("10.0.1.7", "[2001:db8::7]", "maas-b", "10.9.0.7", "[2001:db8:1::7]");
    }

    private async Task<ComposedServer> StartAsync(string name, DhcpMode? mode = null, bool fetchAhead = false, int transfers = 8)
    {
        var server = await ComposedServer.StartAsync(mode, configure: services =>
        {
            services.AddSingleton<IMaasStore>(new SharedStore(_store, isFirst: false));
            services.Configure<MaasCoreOptions>(core => core.ControllerHostname = name);
            services.Configure<MaasOptions>(maas =>
            {
                maas.SecretKeyFile = Path.Combine(_folder.FullName, "secret.key");
                (maas.ImagePeers.FetchAhead, maas.ImagePeers.Transfers) = (fetchAhead, transfers);
            });
            services.AddSingleton<IStartupFilter>(new RequestLog(name, _requests));
            services.AddHealthChecks().AddMaasHealthChecks();
        });
        // Its address is stored when it has started.
        while (!(await server.Get<Hosts>().ListAsync(Token)).Any(host => host.Hostname == name && host.ImageAddresses.Count > 0))
            await Task.Yield();
        return server;
    }

    private static async Task<(long Resource, long File)> AnnounceAsync(ComposedServer server, byte[] bytes)
    {
        var announced = (UploadResult.Taken)await server.Get<BootResources>().CreateAsync(
            new NewBootResource
            {
                Name = "custom/pieces", Architecture = "amd64", FileType = "ddraw", Size = bytes.Length,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            },
            Token);
        return (announced.Resource.Id, announced.Resource.Sets[^1].File.Id);
    }

    private static Task<UploadResult> AppendAsync(ComposedServer server, long resource, long file, ReadOnlyMemory<byte> piece) =>
        server.Get<BootResources>().AppendAsync(resource, file, new MemoryStream(piece.ToArray()), Token);

    private static async Task<ImageReference> ImportAsync(ComposedServer server, string series, int size)
    {
        var (images, bytes) = (server.Get<BootResources>(), RandomNumberGenerator.GetBytes(size));
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

    private static async Task BootAsync(SimulatedMachine simulated)
    {
        simulated.TurnOn();
        await simulated.WhenAtRestAsync(Token);
    }

    private static async Task<HealthReportEntry> CheckAsync(ComposedServer server) =>
        (await server.Get<HealthCheckService>().CheckHealthAsync(check => check.Name == "maas-images", Token)).Entries["maas-images"];

    /// <summary>Notes the requests of other hosts.</summary>
    private sealed class RequestLog(string name, ConcurrentQueue<string> requests) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
        {
            application.Use((context, following) =>
            {
                var path = context.Request.Path.Value!.Split('/');
                if (path is [.., "peers", "images", var digest]) requests.Enqueue($"{name} {context.Request.Method} {digest}");
                return following(context);
            });
            next(application);
        };
    }

    /// <summary>A piece of which no byte comes before another one is read too.</summary>
    private sealed class MeetingStream(byte[] bytes, TaskCompletionSource begun, Task other) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            begun.TrySetResult();
            await other.WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
