using System.Net;
using Maas.Core;
using Maas.Core.Power;
using Maas.Core.Stores;
using Maas.Testing.Virtual;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FleetLoad;

/// <summary>One of the hosts that share a store: the services, and the API over HTTP.</summary>
internal sealed class FleetHost : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly InProcessServer _server;
    private long _requests;

    private FleetHost(MaasCore core, WebApplication web, InProcessServer server) => (Core, _web, _server) = (core, web, server);

    public MaasCore Core { get; }

    /// <summary>HTTP requests that were answered.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    public static async Task<FleetHost> StartAsync(
        IMaasStore store, VirtualNetwork network, IMachinePower power, FleetPlan plan, string images)
    {
        var core = await MaasCore.OpenAsync(
            store,
            new MaasCoreOptions { MostNewMachines = plan.Machines + 1, ImageDirectory = images },
            new MaasCoreServices { TimeProvider = network.TimeProvider, Power = power });
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        var server = new InProcessServer();
        builder.Services.AddSingleton<IServer>(server);
        builder.Services.AddSingleton(network.TimeProvider).AddSingleton(core).AddMaasApi();
        var web = builder.Build();
        var host = new FleetHost(core, web, server);
        web.Use(async (context, next) =>
        {
            Interlocked.Increment(ref host._requests);
            if (IPAddress.TryParse(context.Request.Headers["X-Forwarded-For"], out var client)) context.Connection.RemoteIpAddress = client;
            context.Connection.LocalIpAddress = IPAddress.TryParse(context.Request.Host.Host, out var local) ? local : null;
            await next(context);
        });
        web.UseRouting();
        web.MapMaasApi();
        await web.StartAsync();
        return host;
    }

    /// <summary>Answers requests to this host.</summary>
    public HttpMessageHandler CreateHandler() => _server.CreateHandler();

    /// <summary>Acts on power until the run ends; on the network.</summary>
    public async Task WorkAsync(VirtualNetwork network, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            while (await network.OutsideAsync(() => Core.PowerQueue.PassAsync(CancellationToken.None)) > 0)
            {
                // what is due may be more than a pass
            }

            await Task.Delay(TimeSpan.FromSeconds(1), network.TimeProvider, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await Core.DisposeAsync();
    }
}
