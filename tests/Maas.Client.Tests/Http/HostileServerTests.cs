using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Maas.Client.Tests.Http;

public class HostileServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        var body = new EndlessStream("{\"version\":\"", "aaaaaaaaaaaaaaaa");
        var server = new StubServer(_ => new(HttpStatusCode.OK) { Content = new StreamContent(body) });
        using var client = server.Client(new() { MaximumResponseBytes = 100_000 });

        var reading = () => client.Version.GetAsync(Cancellation);

        (await reading.Should().ThrowAsync<MaasApiException>()).Which.Message.Should().Contain("longer than 100000 bytes");
        body.Sent.Should().BeLessThan(1_000_000);
    }

    [Fact]
    public async Task An_endless_list_is_cut_off_and_what_came_before_was_given()
    {
        var body = new EndlessStream("[", "{\"name\":\"zone\"},");
        var server = new StubServer(_ => new(HttpStatusCode.OK) { Content = new StreamContent(body) });
        using var client = server.Client(new() { MaximumListBytes = 100_000 });
        var count = 0;

        var reading = async () =>
        {
            await foreach (var zone in client.Zones.ListAsync(Cancellation)) count++;
        };

        await reading.Should().ThrowAsync<MaasApiException>();
        count.Should().BeInRange(1000, 100_000 / 16);
    }

    [Fact]
    public async Task An_endless_error_is_kept_in_part()
    {
        var body = new EndlessStream("", "sorry ");
        var server = new StubServer(_ => new(HttpStatusCode.BadRequest) { Content = new StreamContent(body) });
        using var client = server.Client();

        var error = (await ((Func<Task>)(() => client.Version.GetAsync(Cancellation))).Should().ThrowAsync<MaasApiException>()).Which;

        error.Text.Length.Should().Be(64 << 10);
        error.Message.Length.Should().BeLessThan(1000);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"status":{"x":1}}""")]
    [InlineData("""{"status":-1}""")]
    [InlineData("""{"tag_names":{"x":1}}""")]
    [InlineData("""{"interface_set":"none"}""")]
    [InlineData("""{"zone":[1]}""")]
    [InlineData("""{"cpu_count":1e300}""")]
    [InlineData("""{"owner_data":[1]}""")]
    [InlineData("""{"blockdevice_set":[{"size":{"bytes":1}}]}""")]
    public async Task Wrong_types_are_an_error_of_the_server(string json)
    {
        var server = new StubServer(_ => StubServer.Json(json));
        using var client = server.Client();

        var reading = () => client.Machines.GetAsync("abc123", Cancellation);

        (await reading.Should().ThrowAsync<MaasApiException>()).Which.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task JSON_of_great_depth_is_an_error_of_the_server()
    {
        var nested = string.Concat(Enumerable.Repeat("{\"relay_vlan\":", 1000)) + "null" + new string('}', 1000);
        var json = $$"""{"vlans":[{"relay_vlan":{{nested}}}]}""";
        var server = new StubServer(_ => StubServer.Json(json));
        using var client = server.Client();

        var reading = () => client.Fabrics.GetAsync(1, Cancellation);

        await reading.Should().ThrowAsync<MaasApiException>();
    }

    [Theory]
    [InlineData("http://evil.test/MAAS/api/2.0/events/")]
    [InlineData("https://maas.test/MAAS/api/2.0/events/")]
    [InlineData("http://maas.test:81/MAAS/api/2.0/events/")]
    [InlineData("//evil.test/MAAS/api/2.0/events/")]
    public async Task An_address_on_another_server_gets_no_request(string address)
    {
        var server = new StubServer(_ => StubServer.Json($$"""{"count":1,"events":[{"id":5}],"prev_uri":"{{address}}"}"""));
        using var client = server.Client();

        var reading = () => client.Events.ListAsync(cancellationToken: Cancellation).ToListAsync(Cancellation).AsTask();

        (await reading.Should().ThrowAsync<MaasApiException>()).Which.Message.Should().Contain("nothing was sent");
        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_redirect_is_an_error_and_the_other_server_gets_nothing()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var server = new StubServer(_ => new(HttpStatusCode.Found) { Headers = { Location = new Uri($"http://{other.LocalEndpoint}/") } });
        using var client = server.Client();

        var reading = () => client.Version.GetAsync(Cancellation);

        (await reading.Should().ThrowAsync<MaasApiException>()).Which.Message.Should().Contain("redirects are not followed");
        other.Pending().Should().BeFalse();
    }

    [Fact]
    public async Task The_clients_own_connections_do_not_follow_a_redirect()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        using var first = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        var serving = ServeAsync(first, $"HTTP/1.1 302 Found\r\nLocation: http://{other.LocalEndpoint}/\r\nContent-Length: 0\r\n\r\n");
        using var client = new MaasClient(new Uri($"http://{first.LocalEndpoint}/MAAS"), StubServer.Key);

        var reading = () => client.Version.GetAsync(Cancellation);

        (await reading.Should().ThrowAsync<MaasApiException>()).Which.StatusCode.Should().Be(HttpStatusCode.Found);
        (await serving).Should().Contain("Authorization: OAuth");
        other.Pending().Should().BeFalse();
    }

    [Fact]
    public async Task A_caller_s_own_redirecting_handler_sends_no_credentials_to_the_other_server()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        using var first = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        var serving = ServeAsync(first, $"HTTP/1.1 302 Found\r\nLocation: http://{other.LocalEndpoint}/\r\nContent-Length: 0\r\n\r\n");
        var redirected = ServeAsync(other, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        using var http = new HttpClient();
        using var client = new MaasClient(new Uri($"http://{first.LocalEndpoint}/MAAS"), StubServer.Key, null, http);

        await client.Version.GetAsync(Cancellation);

        (await serving).Should().Contain("s3cret");
        (await redirected).Should().NotContain("Authorization").And.NotContain("s3cret");
    }

    [Fact]
    public async Task An_answer_that_stops_in_the_middle_is_read_again_and_then_an_error()
    {
        var server = new StubServer(_ => new(HttpStatusCode.OK)
        {
            Content = new StreamContent(new BrokenStream("{\"version\":\"3.")),
        });
        using var client = server.Client(new() { RetryDelay = TimeSpan.Zero, MaximumAttempts = 2 });

        var reading = () => client.Version.GetAsync(Cancellation);

        await reading.Should().ThrowAsync<HttpIOException>();
        server.Requests.Should().HaveCount(2);
    }

    private static async Task<string> ServeAsync(TcpListener listener, string answer)
    {
        using var connection = await listener.AcceptTcpClientAsync(Cancellation);
        var stream = connection.GetStream();
        var request = new StringBuilder();
        var buffer = new byte[4096];
        while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            request.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, Cancellation)));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), Cancellation);
        return request.ToString();
    }

    /// <summary>A beginning, and then the same again and again.</summary>
    private sealed class EndlessStream(string beginning, string repeated) : ReadOnlyStream
    {
        private byte[] _next = Encoding.ASCII.GetBytes(beginning);

        public long Sent { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_next.Length == 0) _next = Encoding.ASCII.GetBytes(repeated);
            var length = Math.Min(_next.Length, buffer.Length);
            _next.AsMemory(0, length).CopyTo(buffer);
            _next = _next[length..];
            Sent += length;
            return ValueTask.FromResult(length);
        }
    }

    private sealed class BrokenStream(string beginning) : ReadOnlyStream
    {
        private bool _sent;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_sent) throw new HttpIOException(HttpRequestError.ResponseEnded);
            _sent = true;
            return ValueTask.FromResult(Encoding.ASCII.GetBytes(beginning, buffer.Span));
        }
    }

    private abstract class ReadOnlyStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
