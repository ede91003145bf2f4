using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests.BootHttp;

/// <summary>
/// <c>LimitConnectionsPerAddress(2)</c> in a real Kestrel, whose connections of loopback appear to come from where the test says.
/// </summary>
public sealed class ConnectionLimitTests : IAsyncLifetime
{
    private readonly Channel<IPAddress> _ended = Channel.CreateUnbounded<IPAddress>();
    private readonly List<TcpClient> _clients = [];
    private WebApplication _application = null!; // built before each test
    private volatile IPAddress _source = IPAddress.Loopback;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            ComeFromSource(listen);
            listen.LimitConnectionsPerAddress(2);
        }));
        _application = builder.Build();
        _application.MapGet("/", () => "served");
        await _application.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        await _application.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_too_many_is_closed_and_those_of_the_address_and_of_others_are_served()
    {
        var first = await ConnectAsync("192.0.2.1");
        var second = await ConnectAsync("192.0.2.1");
        (await IsServedAsync(first)).Should().BeTrue();
        (await IsServedAsync(second)).Should().BeTrue();
        (await IsServedAsync(await ConnectAsync("192.0.2.1"))).Should().BeFalse();
        (await IsServedAsync(await ConnectAsync("::ffff:192.0.2.1"))).Should().BeFalse("it is the same host on a socket for both IPs");
        (await IsServedAsync(await ConnectAsync("192.0.2.2"))).Should().BeTrue();
        (await IsServedAsync(first)).Should().BeTrue("it stays open");
    }

    [Fact]
    public async Task A_connection_that_ends_makes_room_for_one()
    {
        var first = await ConnectAsync("192.0.2.1");
        (await IsServedAsync(first)).Should().BeTrue();
        (await IsServedAsync(await ConnectAsync("192.0.2.1"))).Should().BeTrue();
        for (var refused = 0; refused < 3; refused++)
        {
            (await IsServedAsync(await ConnectAsync("192.0.2.1"))).Should().BeFalse();
            await _ended.Reader.ReadAsync(Token);
        }

        first.Dispose();
        await _ended.Reader.ReadAsync(Token);
        (await IsServedAsync(await ConnectAsync("192.0.2.1"))).Should().BeTrue();
        (await IsServedAsync(await ConnectAsync("192.0.2.1"))).Should().BeFalse("the refused ones were not counted twice");
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::2", false)] // one /64 is one host's
    [InlineData("2001:db8::1", "2001:db8:0:1::1", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)] // a proxy on this host carries the connections of all
    [InlineData("::1", "::1", true)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1", true)]
    public async Task Which_addresses_count_together(string twice, string third, bool served)
    {
        for (var i = 0; i < 2; i++) (await IsServedAsync(await ConnectAsync(twice))).Should().BeTrue();
        (await IsServedAsync(await ConnectAsync(third))).Should().Be(served);
    }

    private void ComeFromSource(ListenOptions listen) => listen.Use(next => async connection =>
    {
        var source = _source;
        connection.RemoteEndPoint = new IPEndPoint(source, 50_000);
        try
        {
            await next(connection);
        }
        finally
        {
            _ended.Writer.TryWrite(source);
        }
    });

    private async Task<TcpClient> ConnectAsync(string source)
    {
        _source = IPAddress.Parse(source);
        var client = new TcpClient();
        _clients.Add(client);
        var address = new Uri(_application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.Single());
        try
        {
            await client.ConnectAsync(address.Host, address.Port, Token);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Refused before the connection was reported: it is not served.
        }

        return client;
    }

    /// <summary>Sends a request and waits for its answer, or for the end of the connection.</summary>
    private static async Task<bool> IsServedAsync(TcpClient client)
    {
        if (!client.Connected) return false;
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync("GET / HTTP/1.1\r\nHost: maas\r\n\r\n"u8.ToArray(), Token);
            var (answer, buffer) = ("", new byte[4096]);
            while (!answer.EndsWith("served\r\n0\r\n\r\n", StringComparison.Ordinal)
                && !answer.EndsWith("served", StringComparison.Ordinal))
            {
                var length = await stream.ReadAsync(buffer, Token);
                if (length == 0) return false;
                answer += Encoding.ASCII.GetString(buffer, 0, length);
            }

            return true;
        }
        catch (IOException)
        {
            return false; // reset
        }
    }
}
