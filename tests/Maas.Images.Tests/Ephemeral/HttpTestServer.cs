using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>Kestrel on a free loopback port, IPv4 by default, with one handler for everything.</summary>
internal sealed class HttpTestServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private HttpTestServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.First());

    public int Port => Address.Port;

    public static async Task<HttpTestServer> StartAsync(RequestDelegate handler, IPAddress? address = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(address ?? IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var application = builder.Build();
        application.Run(handler);
        await application.StartAsync();
        return new HttpTestServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }
}
