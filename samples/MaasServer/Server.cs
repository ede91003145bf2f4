using Maas.Hosting;
#if DASHBOARD
using Maas.Power;
using Maas.Testing;
using MaasServer.Demo;
using Microsoft.AspNetCore.DataProtection;
#endif
using Microsoft.Extensions.Options;

namespace MaasServer;

/// <summary>
/// One server: DHCP, TFTP and HTTP on one interface; MAAS's API and metadata service; all state in <c>--data</c>. <c>maas-net serve</c>
/// runs it too.
/// </summary>
public static class Server
{
    /// <summary>Runs the server until it is stopped.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>The exit code: 1 for a wrong option or a refused start.</returns>
    public static Task<int> RunAsync(string[] args) => ServerCommand.RunAsync(args, ServeAsync);

    private static async Task ServeAsync(ServerSettings settings)
    {
        // appsettings.json is read once: a watcher of the directory would be woken by each write to a store below it
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.UseUrls([.. settings.Addresses]).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 4096; // descriptors are left for DHCP, TFTP, DNS and the store
            kestrel.ConfigureEndpointDefaults(listen => listen.LimitConnectionsPerAddress(256));
            if (settings.Certificate is { } certificate) kestrel.ConfigureHttpsDefaults(certificate.ApplyTo);
        });
        if (settings.Certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
#if DASHBOARD
        await using var demo = settings.DemoMachines is { } count ? await DemoFleet.CreateAsync(count) : null;
        if (demo is not null)
        {
            builder.Logging.AddFilter(null, LogLevel.Warning);
            builder.Services.AddSingleton<IPowerDriver>(new SimulatedRackPower(demo.Rack));
        }

        var maas = Add(builder.Services, settings, demo is null ? null : demo.Complete);
#else
        if (settings.DemoMachines is not null) throw new FormatException("--demo needs the program that is not trimmed: dotnet run");
        var maas = Add(builder.Services, settings, demonstration: null);
#endif
        if (settings.ServesPackages) maas.AddPackageProxy();

#if DASHBOARD
        if (settings.ServesDashboard)
        {
            maas.AddDashboard();
            // The keys of its cookies: in the store, so that a session goes on at every server of it.
            var protection = builder.Services.AddDataProtection().SetApplicationName("MaasServer");
            if (demo is null) protection.PersistKeysToMaas();
            else protection.UseEphemeralDataProtectionProvider();
            builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        }
#endif

        await using var app = builder.Build();
        var options = app.Services.GetRequiredService<IOptions<MaasOptions>>().Value; // a wrong option is one line here
        if (options.Networks.Count == 0)
            app.Logger.LogWarning("No --interface: the API alone is served, and no machine can boot from here");
        app.UseMaasForwardedHeaders(settings.KnownProxies);
        app.MapMaas();
        app.MapHealthChecks("/health"); // one word: Healthy, Degraded or Unhealthy
        await app.StartAsync();
        // A mistake of the command line ends the program. What fails later is tried again.
        var networks = app.Services.GetRequiredService<MaasNetworks>().List();
        if (networks.FirstOrDefault(network => network is { State: MaasNetworkState.Failed, Servers.Count: 0 }) is { Failure: var reason })
        {
            await app.StopAsync();
            throw new InvalidOperationException(reason);
        }

#if DASHBOARD
        if (demo is not null)
        {
            await demo.LiveAsync(app);
            return;
        }

        if (settings.ServesDashboard)
        {
            app.Logger.LogInformation(
                "Dashboard: {Address}/MAAS/ (first sign-in: user admin, with the API key in admin.apikey of --data)", app.Urls.First());
        }
#endif

        await app.WaitForShutdownAsync();
    }

    private static IMaasBuilder Add(IServiceCollection services, ServerSettings settings, Action<MaasOptions>? demonstration)
    {
        services.AddHealthChecks().AddMaasHealthChecks();
        var maas = services.AddMaas(settings.Maas, options => settings.Complete(options, demonstration));
        return (settings.Postgres is { } database ? maas.AddPostgres(database) : maas.AddSqlite())
            .AddBoot().AddPower().AddApi().AddInstall(settings.Recipes);
    }
}
