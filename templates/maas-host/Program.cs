using Maas.Core.Nodes;
using Maas.Hosting;
using Microsoft.AspNetCore.DataProtection;

// A MAAS server: DHCP, TFTP and HTTP on the networks of appsettings.json, MAAS's API, the dashboard at /MAAS/. It needs root, or
// CAP_NET_BIND_SERVICE and CAP_NET_RAW. The first start writes the administrator's API key to admin.apikey of the data folder.
var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://0.0.0.0:5240");
builder.Services.AddMaasServer(builder.Configuration.GetSection("Maas")).AddApi().AddDashboard();
builder.Services.AddDataProtection().SetApplicationName("maas-host").PersistKeysToMaas(); // sessions outlast a restart
builder.Services.AddHealthChecks().AddMaasHealthChecks();

var app = builder.Build();
app.MapMaas();
app.MapHealthChecks("/health");

// Your own endpoints use the same services.
app.MapGet("/free", async (Machines machines) =>
    (await machines.ListAsync(new MachineFilter { Statuses = [MachineStatus.Ready] })).Select(machine => machine.Hostname));

await app.RunAsync();
