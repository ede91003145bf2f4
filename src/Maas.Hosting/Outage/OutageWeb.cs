using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Maas.Hosting.Outage;

/// <summary>
/// Answers each request with 503 and the reason, at the addresses of the host's web server, which starts when the store is open.
/// </summary>
internal sealed partial class OutageWeb : IAsyncDisposable
{
    private const int RetryAfter = 5; // seconds

    private readonly WebApplication _web;

    private OutageWeb(WebApplication web) => _web = web;

    /// <summary>Starts it, where the host's web server is Kestrel.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="status">The answer to clients. They are not authenticated.</param>
    /// <param name="logger">Where to log that it cannot listen.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<OutageWeb?> StartAsync(
        IServiceProvider services, Func<string> status, ILogger logger, CancellationToken cancellationToken)
    {
        if (services.GetService<IServer>() is not { } server
            || services.GetService<IOptionsFactory<KestrelServerOptions>>() is not { } kestrel
            || server.GetType().Assembly != typeof(KestrelServerOptions).Assembly) return null;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(services.GetRequiredService<ILoggerFactory>());
        builder.Services.AddSingleton<IHostLifetime, HostLifetime>();
        builder.Services.AddSingleton(Options.Create(kestrel.Create(Options.DefaultName)));
        var web = builder.Build();
        foreach (var address in AddressesOf(services.GetService<IConfiguration>(), server)) web.Urls.Add(address);
        web.Run(http =>
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
            http.Response.ContentType = "text/plain; charset=utf-8";
            return http.Response.WriteAsync(status(), http.RequestAborted);
        });
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
            return new OutageWeb(web);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or NotSupportedException)
        {
            LogNotListening(logger, failure.Message);
            await web.DisposeAsync().ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>Closes the addresses.</summary>
    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    private static List<string> AddressesOf(IConfiguration? configuration, IServer server)
    {
        var configured = configuration?[WebHostDefaults.ServerUrlsKey] ?? "";
        return
        [
            .. configured.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Concat(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Distinct(StringComparer.OrdinalIgnoreCase),
        ];
    }

    [LoggerMessage(192, LogLevel.Error, "Requests cannot be answered while the store is away: {Reason}")]
    private static partial void LogNotListening(ILogger logger, string reason);

    /// <summary>The signals are the host's.</summary>
    private sealed class HostLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
