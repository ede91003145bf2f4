using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests.BootHttp;

/// <summary>
/// Boot files behind a Unix socket, as behind a reverse proxy on the same host, and in a server in memory, as in ASP.NET's TestServer: a
/// request has no addresses there.
/// </summary>
public sealed class ServersWithoutAddressesTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("maas-addressless");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Boot_files_are_served_behind_a_Unix_socket()
    {
        var path = Path.Combine(_data.FullName, "http.sock");
        await using var application = Build(web => web.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(path)));
        await application.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        (await client.GetByteArrayAsync("http://maas/MAAS/boot/program", TestContext.Current.CancellationToken)).Should()
            .HaveCount(200_000);
        (await client.GetAsync("http://maas/MAAS/boot/ipxe/52-54-00-12-34-56", TestContext.Current.CancellationToken)).StatusCode
            .Should().Be(HttpStatusCode.NotFound, "there is no environment for a script to name");
    }

    [Fact]
    public async Task Boot_files_are_served_by_a_server_in_memory()
    {
        await using var application = Build(web => web.UseUrls("http://127.0.0.1:0"));
        await application.StartAsync(TestContext.Current.CancellationToken);
        var pipeline = ((IApplicationBuilder)application).Build();
        var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = application.Services };
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        (context.Request.Method, context.Request.Path, context.Request.Protocol) = ("GET", "/MAAS/boot/program", "HTTP/1.1");
        context.Connection.RemoteIpAddress.Should().BeNull();
        await pipeline(context);
        await context.Response.CompleteAsync();
        (context.Response.StatusCode, body.Length).Should().Be((200, 200_000));
    }

    private WebApplication Build(Action<IWebHostBuilder> configure)
    {
        Directory.CreateDirectory(Path.Combine(_data.FullName, "maas", "boot"));
        File.WriteAllBytes(Path.Combine(_data.FullName, "maas", "boot", "program"), new byte[200_000]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        configure(builder.WebHost);
        builder.Services.AddMaasServer(maas => maas.DataDirectory = Path.Combine(_data.FullName, "maas"));
        var application = builder.Build();
        application.UseRouting();
        application.MapMaasBoot();
        application.UseEndpoints(_ => { });
        return application;
    }
}
