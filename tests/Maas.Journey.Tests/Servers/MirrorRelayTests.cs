using System.Net;
using System.Net.Sockets;
using System.Text;
using Maas.Journey.Tests.Lab;
using VmLab.Networks;
using VmLab.Servers;

namespace Maas.Journey.Tests.Servers;

/// <summary>The lab's mirror, against a mirror of three lines on the host's loopback.</summary>
[Collection(LabCollection.Name)]
public sealed class MirrorRelayTests : IAsyncLifetime
{
    private readonly DirectoryInfo _cache = Directory.CreateTempSubdirectory("maas-relay-");
    private readonly TcpListener _upstream = new(IPAddress.Loopback, 0);
    private readonly List<string> _asked = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_package_is_fetched_once_and_an_index_each_time()
    {
        LabJudges.RequireNetwork();
        await using var network = await LabNetwork.CreateAsync(Token);
        using var client = new HttpClient(network.CreateHttpHandler()) { BaseAddress = MirrorRelay.Address };
        for (var run = 0; run < 2; run++)
        {
            await using var relay =
                await MirrorRelay.StartAsync(network, new Uri($"http://{_upstream.LocalEndpoint}/debian/"), _cache.FullName, Token);
            (await client.GetStringAsync("pool/main/b/busybox.deb", Token)).Should().Be("/debian/pool/main/b/busybox.deb");
            (await client.GetStringAsync("dists/bookworm/InRelease", Token)).Should().Be("/debian/dists/bookworm/InRelease");
        }

        _asked.Should().Equal("/debian/pool/main/b/busybox.deb", "/debian/dists/bookworm/InRelease", "/debian/dists/bookworm/InRelease");
    }

    [Fact]
    public async Task What_the_mirror_has_not_the_relay_has_not()
    {
        LabJudges.RequireNetwork();
        await using var network = await LabNetwork.CreateAsync(Token);
        await using var relay =
            await MirrorRelay.StartAsync(network, new Uri($"http://{_upstream.LocalEndpoint}/debian/"), _cache.FullName, Token);
        using var client = new HttpClient(network.CreateHttpHandler()) { BaseAddress = MirrorRelay.Address };

        using var answer = await client.GetAsync("pool/missing.deb", Token);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        _cache.EnumerateFiles().Should().BeEmpty();
    }

    public ValueTask InitializeAsync()
    {
        _upstream.Start();
        _ = ServeAsync();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _upstream.Dispose();
        _cache.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    // Answers every path with the path itself, except one that is missing.
    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var connection = await _upstream.AcceptTcpClientAsync();
                await using var stream = connection.GetStream();
                using var reader = new StreamReader(stream, leaveOpen: true);
                var path = (await reader.ReadLineAsync())!.Split(' ')[1]; // a client that connects asks
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                    // The head's other lines do not matter.
                }

                _asked.Add(path);
                var status = path.Contains("missing", StringComparison.Ordinal) ? "404 Not Found" : "200 OK";
                await stream.WriteAsync(
                    Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {path.Length}\r\nConnection: close\r\n\r\n{path}"));
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }
        catch (ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
