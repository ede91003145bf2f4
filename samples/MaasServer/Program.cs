using MaasServer;

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
    builder.Services.AddMaas(settings.Maas, settings.Complete).AddMaasApi();

    var app = builder.Build();
    app.MapMaasBoot();
    app.MapMaasApi();
    if (settings.Interface is null) app.Logger.LogWarning("No --interface: the API alone is served, and no machine can boot from here");
    await app.RunAsync();
});
