using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Maas.Hosting.BootHttp.Sending;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Maas.Hosting.Tests.BootHttp.Sending;

public class FileSendingTests
{
    private const int Large = 5_000_001;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, 0, Large)]
    [InlineData("bytes=1-", 1, Large - 1)]
    [InlineData("bytes=4095-3000000", 4095, 2_995_906)]
    [InlineData("bytes=-70000", Large - 70_000, 70_000)]
    public async Task A_large_part_of_a_file_is_sent_by_the_kernel(string? range, int offset, int count)
    {
        await using var server = await FileServer.StartAsync(Large);
        using var client = new HttpClient();

        (await FetchAsync(client, server.Address, range)).Should().Equal(server.Content[offset..(offset + count)]);
        (await server.SentByKernelAsync()).Should().Be(count);
    }

    [Fact]
    public async Task A_small_file_goes_with_its_headers()
    {
        await using var server = await FileServer.StartAsync(1000);
        using var client = new HttpClient();

        (await FetchAsync(client, server.Address)).Should().Equal(server.Content);
        (await server.SentByKernelAsync()).Should().Be(0);
    }

    [Fact]
    public async Task Requests_written_at_once_are_answered_in_order_on_one_connection()
    {
        await using var server = await FileServer.StartAsync(300_000);
        using var socket = await ConnectAsync(server);
        await socket.SendAsync(Request(server, "Range: bytes=0-199999\r\n").Concat(Request(server, "Range: bytes=10-19\r\n"))
            .Concat(Request(server, "Connection: close\r\n")).ToArray(), Cancelled);

        var answers = await ReadToEndAsync(socket);
        var bodies = new List<byte[]>();
        for (var at = 0; at < answers.Length;)
        {
            var start = at + answers.AsSpan(at).IndexOf("\r\n\r\n"u8) + 4;
            var head = Encoding.ASCII.GetString(answers, at, start - at);
            var length = int.Parse(head.Split("Content-Length: ")[1].Split("\r\n")[0], System.Globalization.CultureInfo.InvariantCulture);
            bodies.Add(answers[start..(start + length)]);
            at = start + length;
        }

        bodies.Should().HaveCount(3);
        bodies[0].Should().Equal(server.Content[..200_000]);
        bodies[1].Should().Equal(server.Content[10..20]);
        bodies[2].Should().Equal(server.Content);
        (await server.SentByKernelAsync()).Should().Be(500_000);
    }

    [Fact]
    public async Task Over_TLS_the_bytes_are_read_and_encrypted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate =
            new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        await using var server = await FileServer.StartAsync(Large, listen: options => options.UseHttps(certificate));
        using var handler =
            new SocketsHttpHandler { SslOptions =
            { RemoteCertificateValidationCallback =
            (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString() } };
        using var client = new HttpClient(handler);

        (await FetchAsync(client, server.Address)).Should().Equal(server.Content);
        (await server.SentByKernelAsync()).Should().Be(0);
    }

    [Fact]
    public async Task Over_HTTP_2_the_bytes_are_read_and_framed()
    {
        await using var server = await FileServer.StartAsync(Large, listen: options => options.Protocols = HttpProtocols.Http2);
        using var client =
            new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        (await FetchAsync(client, server.Address)).Should().Equal(server.Content);
        (await server.SentByKernelAsync()).Should().Be(0);
    }

    [Fact]
    public async Task A_middleware_that_takes_the_response_gets_the_bytes()
    {
        byte[] taken = [];
        await using var server = await FileServer.StartAsync(Large, middleware: application => application.Use(async (context, next) =>
        {
            var (response, buffer) = (context.Response.Body, new MemoryStream());
            context.Response.Body = buffer;
            await next(context);
            context.Response.Body = response;
            taken = buffer.ToArray();
            await response.WriteAsync(taken, Cancelled);
        }));
        using var client = new HttpClient();

        (await FetchAsync(client, server.Address)).Should().Equal(server.Content);
        taken.Should().Equal(server.Content);
        (await server.SentByKernelAsync()).Should().Be(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10_000_000)]
    public async Task A_file_that_became_shorter_breaks_the_connection(long missing)
    {
        await using var server = await FileServer.StartAsync(Large, lie: missing);
        using var client = new HttpClient();

        var fetch = () => FetchAsync(client, server.Address);
        await fetch.Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_own_transfer_alone()
    {
        await using var server = await FileServer.StartAsync(60_000_000);
        using (var socket = await ConnectAsync(server))
        {
            await socket.SendAsync(Request(server), Cancelled);
            await socket.ReceiveAsync(new byte[1000], Cancelled);
            socket.LingerState = new LingerOption(enable: true, 0);
        }

        (await server.FirstSent.WaitAsync(TimeSpan.FromMinutes(1), Cancelled)).Should().BeLessThan(60_000_000);
        using var client = new HttpClient();
        (await FetchAsync(client, server.Address)).Should().Equal(server.Content);
    }

    [Fact]
    public async Task Many_clients_each_get_the_whole_file()
    {
        await using var server = await FileServer.StartAsync(Large);
        using var client = new HttpClient();

        var fetched = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => FetchAsync(client, server.Address)));
        foreach (var bytes in fetched) bytes.Should().Equal(server.Content);
    }

    [Fact]
    public async Task A_flush_that_nobody_waits_for_any_more_sends_its_bytes_once()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Cancelled);
        using var server = await listener.AcceptSocketAsync(Cancelled);
        var output = new FileSendingOutput(server, new Pipe().Writer);
        output.TryBypassTransport().Should().BeTrue("nothing was given to the transport");
        var content = RandomNumberGenerator.GetBytes(80_000_000); // more than any buffer of the system between the two
        using var impatient = new CancellationTokenSource();

        var flush = output.WriteAsync(content, impatient.Token);
        await impatient.CancelAsync();
        var wait = async () => await flush;
        await wait.Should().ThrowAsync<OperationCanceledException>();
        var last = output.WriteAsync("the end"u8.ToArray(), Cancelled);
        var received = new byte[content.Length + 7];
        await client.GetStream().ReadExactlyAsync(received, Cancelled);
        await last;
        server.Shutdown(SocketShutdown.Send);

        received.AsSpan().SequenceEqual([.. content, .. "the end"u8]).Should().BeTrue();
        client.GetStream().ReadByte().Should().Be(-1);
    }

    private static async Task<byte[]> FetchAsync(HttpClient client, Uri address, string? range = null)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Get, address) { Version = client.DefaultRequestVersion, VersionPolicy =
            client.DefaultVersionPolicy };
        if (range is not null) request.Headers.Add("Range", range);
        using var response = await client.SendAsync(request, Cancelled);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync(Cancelled);
    }

    private static byte[] Request(FileServer server, string headers = "") =>
        Encoding.ASCII.GetBytes($"GET {server.Address.AbsolutePath} HTTP/1.1\r\nHost: {server.Address.Authority}\r\n{headers}\r\n");

    private static async Task<Socket> ConnectAsync(FileServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, Cancelled);
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        await using var stream = new NetworkStream(socket);
        await stream.CopyToAsync(all, Cancelled);
        return all.ToArray();
    }
}
