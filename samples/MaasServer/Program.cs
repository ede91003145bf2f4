using Maas.Hosting;
using MaasServer;
using Microsoft.Extensions.Options;

// One server: DHCP, TFTP and HTTP on one interface; MAAS's API and metadata service; everything remembered in --data.
return await ServerCommand.RunAsync(args, static async settings =>
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.AddSimpleConsole(console => {
    console.SingleLine = true; console.TimestampFormat = "HH:mm:ss.fff "; console.UseUtcTimestamp = true; });
    builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
    builder.WebHost.UseUrls(settings.Listen).ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 4096; // descriptors are left for DHCP, TFTP, DNS and the store
        kestrel.ConfigureEndpointDefaults(listen => listen.LimitConnectionsPerAddress(256));
    });
    builder.Services.AddMaasServer(settings.Maas, settings.Complete).AddApi();

    await using var app = builder.Build();
    var options = app.Services.GetRequiredService<IOptions<MaasOptions>>().Value; // a wrong option is one line here
    if (options.Networks.Count == 0) app.Logger.LogWarning("No --interface: the API alone is served, and no machine can boot from here");
    app.MapMaas();
    await app.StartAsync();
    // A mistake of the command line ends the program. What fails later is tried again.
    var networks = app.Services.GetRequiredService<MaasNetworks>().List();
    if (networks.FirstOrDefault(network => network is { State: MaasNetworkState.Failed, Servers.Count: 0 }) is { Failure: var reason })
    {
        await app.StopAsync();
        throw new InvalidOperationException(reason);
    }

    await app.WaitForShutdownAsync();
});
